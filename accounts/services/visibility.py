"""Who sees which of a learner's terms (PRODUCT §4)."""

from accounts.models import Experience, PersonExperience, User
from accounts.models.experience import Viewer
from accounts.registries import are_introduced
from accounts.services.sensitive import sensitive_terms


def is_introduced(*, one: User, other: User) -> bool:
    """Say whether a match or a mentorship has introduced the two to each other."""
    return are_introduced(one.pk, other.pk)


def viewer_of(*, owner: User, viewer: User | None) -> Viewer:
    """Return as whom `viewer`, None for a visitor, looks at `owner`."""
    if viewer is None:
        return Viewer.VISITOR
    if is_introduced(one=owner, other=viewer):
        return Viewer.INTRODUCED
    return Viewer.STAFF if viewer.is_staff else Viewer.LEARNER


def visible_terms(*, owner: User, viewer: User | None) -> list[Experience]:
    """Return the terms of `owner`, a learner, that `viewer` may see.

    A sensitive term shows only from introduced on, and only where both keep it; staff see none as such.
    """
    role = viewer_of(owner=owner, viewer=viewer)
    terms = PersonExperience.objects.seen_of(owner, role)
    if viewer is None or role != Viewer.INTRODUCED:
        return terms
    theirs = {term.pk for term in sensitive_terms(user=viewer)}
    return [*terms, *(term for term in sensitive_terms(user=owner) if term.pk in theirs)]
