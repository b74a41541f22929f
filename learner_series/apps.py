"""The Learner Series."""

from django.apps import AppConfig


class LearnerSeriesConfig(AppConfig):
    """Registers its background work."""

    name = "learner_series"
    verbose_name = "Learner Series"

    def ready(self) -> None:
        # Handlers need the models, which are there only now.
        from breakthru.outbox.registry import register  # noqa: PLC0415
        from learner_series import handlers  # noqa: PLC0415

        register("learner_series.publish_due", handlers.publish_scheduled)
        register("learner_series.retire_expired", handlers.retire_by_date)
        register("learner_series.relate_article", handlers.relate_one)
        register("learner_series.relate_all", handlers.relate_all)
