"""The Network: mentors, their verification and profiles."""

from django.apps import AppConfig


class MentorsConfig(AppConfig):
    """Tells accounts whose role needs a second step at sign-in."""

    name = "mentors"

    def ready(self) -> None:
        from accounts.registries import register_second_step_role  # noqa: PLC0415  (models load only once apps are ready)
        from mentors.models import MentorProfile  # noqa: PLC0415

        register_second_step_role(MentorProfile.objects.is_mentor)
