"""The Network: mentors, their verification and profiles."""

from django.apps import AppConfig


class MentorsConfig(AppConfig):
    """Tells accounts who needs a second step, that mentors can be reported, and what is kept of them."""

    name = "mentors"

    def ready(self) -> None:
        from accounts.registries import register_second_step_role  # noqa: PLC0415  (models load only once apps are ready)
        from accounts.registries.personal_data import register_tables  # noqa: PLC0415
        from accounts.registries.safety import register_reportable  # noqa: PLC0415
        from mentors import privacy  # noqa: PLC0415
        from mentors.models import MentorProfile  # noqa: PLC0415
        from mentors.services.reporting import MENTOR  # noqa: PLC0415

        register_second_step_role(MentorProfile.objects.is_mentor)
        register_reportable(MENTOR)
        register_tables(privacy.TABLES)
