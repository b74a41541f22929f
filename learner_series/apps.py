"""The Learner Series."""

from functools import partial

from django.apps import AppConfig


class LearnerSeriesConfig(AppConfig):
    """Registers its background work."""

    name = "learner_series"
    verbose_name = "Learner Series"

    def ready(self) -> None:
        # Handlers need the models, which are there only now.
        from accounts.registries.personal_data import register_tables  # noqa: PLC0415
        from accounts.registries.safety import register_reportable  # noqa: PLC0415
        from accounts.registries.texts import register_text  # noqa: PLC0415
        from breakthru.outbox.registry import register  # noqa: PLC0415
        from learner_series import handlers, privacy  # noqa: PLC0415
        from learner_series.models import PlainPage  # noqa: PLC0415
        from learner_series.models.page import PageSlug  # noqa: PLC0415
        from learner_series.services.reporting import ARTICLE  # noqa: PLC0415

        register("learner_series.publish_due", handlers.publish_scheduled)
        register("learner_series.retire_expired", handlers.retire_by_date)
        register("learner_series.relate_article", handlers.relate_one)
        register("learner_series.relate_all", handlers.relate_all)
        register_reportable(ARTICLE)
        register_tables(privacy.TABLES)
        for page in (PageSlug.TERMS, PageSlug.PRIVACY):
            register_text(page.value, partial(PlainPage.objects.version_of, page.value))
