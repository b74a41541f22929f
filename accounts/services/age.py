"""Keep how old somebody is, told once."""

from datetime import date

from django.db import transaction

from accounts.models import User
from accounts.models.age import AgeGroup, Birth
from accounts.services.audit import record_action


class AgeKnownError(Exception):
    """It was told before, and only staff can correct it."""


class TooYoungError(Exception):
    """The person may have no account yet; it is closed and nothing of what was told is kept."""


def tell_birth(*, by: User, birth: Birth, today: date) -> None:
    """Keep birth month and year of an account that has none; raises AgeKnownError and TooYoungError."""
    if _keep_or_close(by, birth, today) == AgeGroup.CHILD:
        raise TooYoungError


@transaction.atomic
def _keep_or_close(user: User, birth: Birth, today: date) -> AgeGroup:
    locked = User.objects.select_for_update().get(pk=user.pk)
    if locked.birth_year is not None:
        raise AgeKnownError
    group = birth.group(today)
    if group == AgeGroup.CHILD:
        locked.is_active = False
        locked.save(update_fields=["is_active"])
        record_action(by=None, action="account.closed_too_young", target=locked)
    else:
        locked.birth_year, locked.birth_month = birth.year, birth.month
        locked.save(update_fields=["birth_year", "birth_month"])
        user.birth_year, user.birth_month = birth.year, birth.month
    return group
