"""What a person's age allows (PRODUCT §4; staff are grown up), and who decides about others (§9)."""

from datetime import date

from accounts.models import Case, Report, Sanction, User
from accounts.models.age import AgeGroup, age_group
from accounts.models.safety import SanctionKind

# The rights behind the two roles: moderators look at cases, the safeguarding lead decides about people.
HANDLE, DECIDE = "accounts.change_case", "accounts.add_sanction"


def age_group_of(user: User, today: date) -> AgeGroup:
    """Return the age group of `user`; who has not told counts as 13 to 17."""
    if user.is_staff:
        return AgeGroup.ADULT
    return age_group(year=user.birth_year, month=user.birth_month, today=today)


def is_adult(user: User, today: date) -> bool:
    """Say whether `user` may have everything that is for grown-ups."""
    return user.is_active and age_group_of(user, today) == AgeGroup.ADULT


def can_handle(user: User, case: Case) -> bool:
    """Say whether `user` may look at a case and close it, and see what was reported in whose words.

    Serious cases are for those who may decide about people; nobody has a case about themselves or one that
    they reported.
    """
    if not (user.is_active and user.is_staff and user.has_perm(DECIDE if case.is_serious else HANDLE)):
        return False
    return case.about_id != user.pk and not Report.objects.made_by(user).filter(case=case).exists()


def can_sanction(user: User, kind: SanctionKind, person: User | None = None) -> bool:
    """Say whether `user` may decide this about anybody, or about `person`.

    Moderators have the word alone. Nobody decides about themselves, and about staff only superusers do.
    """
    needed = HANDLE if kind == SanctionKind.NOTE else DECIDE
    if not (user.is_active and user.is_staff and user.has_perm(needed)):
        return False
    if person is None:
        return True
    is_protected = person.is_staff or person.is_superuser
    return person.pk != user.pk and (user.is_superuser or not is_protected)


def can_decide_appeal(user: User, sanction: Sanction) -> bool:
    """Say whether `user` may answer an appeal: who may decide such things, and did not decide this one."""
    may_decide = user.has_perm(DECIDE) and can_sanction(user, SanctionKind(sanction.kind), sanction.user)
    return may_decide and sanction.by_id != user.pk


def is_leaving(user: User) -> bool:
    """Say whether `user` asked to be deleted: until then they may read, and take it back, but not post."""
    return user.leaves_at is not None


def is_on_staff(user: User) -> bool:
    """Say whether `user` works here, so that an admin has to take that from them before they leave."""
    return user.is_staff or user.is_superuser
