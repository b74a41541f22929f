"""How a person stands: what the staff page of a person shows below its fields."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts.admin.pages import told
from accounts.models import AuditEntry, Case, Report, Sanction, User
from accounts.models.safety import SanctionKind
from accounts.permissions import age_group_of, can_sanction
from accounts.services.audit import record_opening
from accounts.services.visibility import visible_terms

VIEWED = "person.viewed"
LOGGED_EVERY = timedelta(days=1)
# The newest of each; the rest stands in its own list.
SHOWN = 25


def may_sanction(viewer: User, user: User) -> bool:
    """Say whether `viewer` may decide anything about `user`."""
    return any(can_sanction(viewer, kind, user) for kind in SanctionKind)


def standing_of(user: User, *, viewer: User, is_opening: bool) -> dict[str, Any]:
    """Return what `viewer` may know of how `user` stands, and log that they looked, once a day.

    Nobody finds out here who reported them, or that somebody did.
    """
    is_other = user.pk != viewer.pk
    if is_opening and is_other:
        record_opening(by=viewer, action=VIEWED, target=user, since=timezone.now() - LOGGED_EVERY)
    context: dict[str, Any] = {
        "person": user,
        "states": _states(user, viewer),
        "terms": visible_terms(owner=user, viewer=viewer) if is_other else [],
    }
    if viewer.has_perm("accounts.view_sanction"):
        context["sanctions"] = Sanction.objects.of(user)[:SHOWN]
    if is_other and viewer.has_perm("accounts.view_case"):
        context["cases"] = Case.objects.filter(about=user).order_by("-opened_at", "-pk")[:SHOWN]
        context["reports"] = Report.objects.filter(case__about=user).count()
    if is_other and viewer.has_perm("accounts.view_auditentry"):
        context["trail"] = _trail(user)
    return context


def _states(user: User, viewer: User) -> list[str]:
    """Return sentences about the account."""
    now = timezone.now()
    said = [f"Age: {age_group_of(user, timezone.localdate(now)).label.lower()}."]
    if user.birth_year is None and user.erased_at is None:
        said = ["Age: not told, which counts as under 18."]
    if user.erased_at is not None:
        said = [f"The account was deleted on {told(user.erased_at)}. What is left is a former member."]
    elif not user.is_active:
        said.append("The account is closed.")
    if user.is_suspended(now):
        said.append("The account is suspended: nothing can be written from it.")
    if user.leaves_at is not None and user.erased_at is None:
        said.append(f"The person asked to be deleted. That happens on {told(user.leaves_at)}.")
    return said


def _trail(user: User) -> QuerySet[AuditEntry]:
    """Return what staff did about a person, without who looked at this page."""
    rows = AuditEntry.objects.filter(target=f"accounts.user:{user.pk}").exclude(action=VIEWED)
    return rows.select_related("actor").order_by("-at", "-pk")[:SHOWN]
