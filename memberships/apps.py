"""Plans, grants and payments."""

from django.apps import AppConfig


class MembershipsConfig(AppConfig):
    """Holds its place in the line of dependency; plans and grants come with their own part."""

    name = "memberships"
