"""The BreakThru Feed."""

from django.apps import AppConfig


class FeedConfig(AppConfig):
    """Fills the outbox registry."""

    name = "feed"
    verbose_name = "BreakThru Feed"

    def ready(self) -> None:
        from breakthru.outbox.registry import register  # noqa: PLC0415  (models load only once apps are ready)
        from feed import handlers  # noqa: PLC0415

        register("feed.question_answered", handlers.question_answered)
