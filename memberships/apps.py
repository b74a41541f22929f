"""Plans, grants and payments."""

from django.apps import AppConfig


class MembershipsConfig(AppConfig):
    """Tells accounts what is kept about people; payments come with their own part."""

    name = "memberships"

    def ready(self) -> None:
        from accounts.registries.personal_data import register_tables  # noqa: PLC0415  (models load only once apps are ready)
        from memberships import privacy  # noqa: PLC0415

        register_tables(privacy.TABLES)
