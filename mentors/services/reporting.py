"""What can be reported here: a mentor, by whom everybody can see."""

from django.urls import reverse
from django.utils import timezone

from accounts.registries.safety import Reportable, Reported, row_id
from mentors.models import MentorProfile


def _find_mentor(target: str, person: int) -> Reported | None:
    # Whoever blocked whom: a block must keep nobody from asking for help.
    seen = MentorProfile.objects.verified(timezone.localdate())
    profile = seen.for_display().filter(pk=row_id(target)).first()
    if profile is None:
        return None
    words = f"{profile.user.display_name}, {profile.place}"
    return Reported(id=str(profile.pk), words=words, path="", about=profile.user_id)


def _staff_path(target: str) -> str:
    return reverse("admin:mentors_mentorprofile_change", args=[target])


MENTOR = Reportable("mentor", "this mentor", _find_mentor, _staff_path)
