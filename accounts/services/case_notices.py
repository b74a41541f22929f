"""Whom a case is told, and the kinds of those notifications. No words of a report are in any of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse

from accounts.models import Case, Notification, Report, User
from accounts.models.safety import CaseOutcome, ReportReason
from accounts.registries.notifications import NotificationKind, Tab
from accounts.services.duty import LEAD, MODERATORS, is_staff, lead_and_admins, on_duty
from accounts.services.notifications import notify, withdraw

_OPENED, _SERIOUS, _DUE = "accounts.case_opened", "accounts.case_serious", "accounts.case_due"
# What who reported hears of the end; what was decided about a person stays with that person.
OUTCOMES = {
    CaseOutcome.NO_ACTION: "We read it with care and found nothing against our guidelines. Asking"
    " us was right.",
    CaseOutcome.CORRECTED: "You were right to tell us. What you reported has been mended or removed.",
    CaseOutcome.SANCTIONED: "You were right to tell us, and we have acted. What we decide about a person is"
    " between them and us.",
    CaseOutcome.HANDED_ON: "You were right to tell us. We have handed it on to people outside BreakThru whose"
    " work this is.",
}


def tell_staff(*, case: Case, reason: ReportReason, now: datetime) -> None:
    """Tell those who handle such cases that one waits, or that one has become serious."""
    group, kind = (LEAD, _SERIOUS) if case.is_serious else (MODERATORS, _OPENED)
    # Once for each clock: who read of one that has days left hears of the one that has an hour.
    key = f"case:{case.pk}:{case.due_at.timestamp():.0f}"
    for person in on_duty(group=group, but=_outsiders(case)):
        _tell(person, case, kind, key, now, {"why": reason.label})


def tell_assignee(*, case: Case, report: Report, now: datetime) -> None:
    """Tell who looks at the case that there is more to read; nobody when nobody does yet."""
    if case.assignee is not None:
        key = f"case:{case.pk}:words:{report.pk}:{now.timestamp():.0f}"
        _tell(case.assignee, case, "accounts.case_words", key, now)


def tell_overdue(*, case: Case, now: datetime) -> None:
    """Tell the safeguarding lead and the admins that nobody decided in time; once for each clock."""
    key = f"case:{case.pk}:due:{case.due_at.timestamp():.0f}"
    for person in lead_and_admins(but=_outsiders(case)):
        _tell(person, case, _DUE, key, now)


def forget_waiting(*, case: Case) -> None:
    """Take back that the case waits, for each of its clocks; whoever has not read it need not look now."""
    told = Notification.objects.of_kinds([_OPENED, _SERIOUS, _DUE]).at(_page(case))
    for kind, key in told.values_list("kind", "key").distinct():
        withdraw(kind=kind, key=key)


def tell_reporters(*, case: Case, now: datetime) -> None:
    """Tell everybody who reported that it was looked at."""
    for report in case.reports.select_related("reporter").order_by("reporter"):
        if report.reporter is not None:
            path = reverse("accounts:report_detail", args=[report.pk])
            notify(
                to=report.reporter,
                kind="accounts.report_decided",
                key=f"report:{report.pk}",
                path=path,
                now=now,
            )


def _outsiders(case: Case) -> list[int | None]:
    # Who is reported must not learn of it here, and who reported has no part in deciding.
    return [case.about_id, *case.reports.values_list("reporter_id", flat=True)]


def _page(case: Case) -> str:
    return f"/admin/accounts/case/{case.pk}/change/"


def _tell(
    person: User, case: Case, kind: str, key: str, now: datetime, words: Mapping[str, str] | None = None
) -> None:
    notify(
        to=person,
        kind=kind,
        key=key,
        path=_page(case),
        now=now,
        words={"what": case.target_kind, **(words or {})},
    )


# --- Kinds


def _case(key: str) -> Mapping[str, Any] | None:
    case = Case.objects.unfinished().filter(pk=key.split(":")[1]).first()
    return None if case is None else {"case": case}


def _decided(key: str) -> Mapping[str, Any] | None:
    report = Report.objects.select_related("case").filter(pk=key.split(":")[1]).first()
    return (
        None if report is None else {"report": report, "outcome": OUTCOMES[CaseOutcome(report.case.outcome)]}
    )


KINDS = (
    NotificationKind(
        key="accounts.case_opened",
        label="Reports that wait",
        why="You get this because you look at what people report.",
        tab=Tab.STAFF,
        is_fixed=True,
        is_for=is_staff,
        context=_case,
    ),
    NotificationKind(
        key="accounts.case_serious",
        label="Serious reports",
        why="You get this because you look at serious reports.",
        tab=Tab.STAFF,
        is_fixed=True,
        is_urgent=True,
        is_for=is_staff,
        context=_case,
    ),
    NotificationKind(
        key="accounts.case_words",
        label="More words in a case of mine",
        why="You get this because you look at this case.",
        tab=Tab.STAFF,
        is_fixed=True,
        is_urgent=True,
        is_for=is_staff,
        context=_case,
    ),
    NotificationKind(
        key="accounts.case_due",
        label="Cases whose time is over",
        why="You get this because you see to it that every report is answered in time.",
        tab=Tab.STAFF,
        is_fixed=True,
        is_urgent=True,
        is_for=is_staff,
        context=_case,
    ),
    NotificationKind(
        key="accounts.report_decided",
        label="What became of my reports",
        why="You get this because you reported something on BreakThru.",
        tab=Tab.ACCOUNT,
        context=_decided,
    ),
)
