"""The BreakThru Feed."""

from django.apps import AppConfig


class FeedConfig(AppConfig):
    """Fills the registries."""

    name = "feed"
    verbose_name = "BreakThru Feed"

    def ready(self) -> None:
        # Models load only once apps are ready.
        from accounts.registries.notifications import register_notification  # noqa: PLC0415
        from accounts.registries.personal_data import register_tables  # noqa: PLC0415
        from accounts.registries.safety import register_reportable  # noqa: PLC0415
        from breakthru.outbox.registry import register  # noqa: PLC0415
        from feed import handlers, privacy  # noqa: PLC0415
        from feed.services import held_notices, reporting, telling  # noqa: PLC0415

        register_notification(telling.QUESTION_ANSWERED)
        register_notification(telling.POST_SHOWN)
        register_notification(telling.POST_HIDDEN)
        register_notification(held_notices.HELD)
        register_notification(held_notices.OVERDUE)
        register("feed.held_due", handlers.held_due)
        register_reportable(reporting.QUESTION)
        register_reportable(reporting.ANSWER)
        register_tables(privacy.TABLES)
