"""What can be reported here: a person."""

from django.core.validators import slug_re
from django.urls import reverse

from accounts.models import User
from accounts.registries.safety import Reportable, Reported


def _find_person(target: str, person: int) -> Reported | None:
    # By the public name alone: a number would let anybody count through everybody's names.
    if not slug_re.match(target):
        return None
    # Whoever blocked whom: a block must keep nobody from asking for help.
    found = User.objects.filter(slug=target, is_active=True).first()
    if found is None:
        return None
    return Reported(id=str(found.pk), words=found.display_name, path="", about=found.pk)


def _staff_path(target: str) -> str:
    return reverse("admin:accounts_user_change", args=[target])


PERSON = Reportable(kind="person", label="this person", find=_find_person, staff_path=_staff_path)
