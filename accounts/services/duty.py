"""Who on the team is told of something that waits."""

from collections.abc import Collection

from django.db.models import Q, QuerySet

from accounts.models import User

# Groups of the staff pages (PRODUCT §2).
MODERATORS, LEAD = "moderator", "safeguarding lead"


def on_duty(*, group: str, but: Collection[int | None]) -> list[User]:
    """Return the people of a staff group, without those whose ids are in `but`.

    Where that leaves nobody, those who may do everything are there: nothing waits unseen.
    """
    people = _working(but)
    return list(people.filter(groups__name=group)) or list(people.filter(is_superuser=True))


def lead_and_admins(*, but: Collection[int | None]) -> list[User]:
    """Return the safeguarding lead and everybody who may do everything, without those in `but`."""
    return list(_working(but).filter(Q(groups__name=LEAD) | Q(is_superuser=True)).distinct())


def is_staff(person: int) -> bool:
    """Say whether the person with that id is of the staff."""
    return User.objects.filter(pk=person, is_staff=True).exists()


def _working(but: Collection[int | None]) -> QuerySet[User]:
    others = User.objects.filter(is_staff=True, is_active=True)
    # In one order, so that two who tell the same people wait for each other instead of for ever.
    return others.exclude(pk__in=[pk for pk in but if pk is not None]).order_by("pk")
