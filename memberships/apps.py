"""Plans, grants and payments."""

from django.apps import AppConfig


class MembershipsConfig(AppConfig):
    """Nothing to register yet; payments come with their own part."""

    name = "memberships"
