"""The Network: mentors, their verification and profiles."""

from django.apps import AppConfig


class MentorsConfig(AppConfig):
    """Nothing to register yet."""

    name = "mentors"
