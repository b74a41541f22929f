"""The composing app."""

from django.apps import AppConfig


class BreakthruConfig(AppConfig):
    """Registers the system checks."""

    name = "breakthru"

    def ready(self) -> None:
        from breakthru import checks  # noqa: F401, PLC0415  (registers on import)
