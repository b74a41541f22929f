"""Staff pages of cases: the queue by its clock, and one case with what was reported and every step."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, F, OuterRef, QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import resolve
from django.utils import timezone
from django.utils.timesince import timesince
from unfold.dataclasses import UnfoldAction

from accounts.admin.pages import PageMixin, change_url, posted, step_page, told
from accounts.admin.sanctions import give_page
from accounts.forms.staff import AssignForm, CloseForm, NoteForm
from accounts.lifecycle import CaseState
from accounts.models import Case, Report, User
from accounts.models.safety import CaseOutcome, ReportReason, SanctionKind
from accounts.models.user import FORMER_MEMBER
from accounts.permissions import HANDLE, can_handle, can_sanction
from accounts.registries.safety import reportable_of
from accounts.services.audit import record_opening
from accounts.services.cases import add_note, assign_case, close_case, take_case
from accounts.services.duty import MODERATORS, lead_and_admins, on_duty
from accounts.session import person
from breakthru.lib.staff import ReadOnlyAdmin, action, display

STATES = {CaseState.OPEN: "danger", CaseState.ASSIGNED: "info", CaseState.CLOSED: "default"}
# Colors of what is left of the clock.
CLOCKS = {"late": "danger", "soon": "warning", "due": "info", "over": "default"}
SOON = timedelta(hours=4)


class StateFilter(admin.SimpleListFilter):
    """What is unfinished, unless somebody asks for something else."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*CaseState.choices, ("all", "All")]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        yield {**first, "display": "Unfinished"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Case]:
        rows: QuerySet[Case] = queryset
        if self.value() is None:
            # A number that somebody looks for may be that of a closed one.
            return rows if request.GET.get(SEARCH_VAR) else rows.exclude(state=CaseState.CLOSED)
        return rows if self.value() == "all" else rows.filter(state=self.value())


class ReasonFilter(admin.SimpleListFilter):
    """What a case was reported for."""

    title = "reason"
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(ReportReason.choices)

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Case]:
        rows: QuerySet[Case] = queryset
        fits = Report.objects.filter(case=OuterRef("pk"), reason=self.value())
        return rows if self.value() is None else rows.filter(Exists(fits))


class WhoFilter(admin.SimpleListFilter):
    """Whose a case is."""

    title = "who looks at it"
    parameter_name = "who"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("me", "I do"), ("nobody", "Nobody yet")]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Case]:
        rows: QuerySet[Case] = queryset
        if self.value() == "me":
            return rows.filter(assignee=person(request))
        return rows.filter(assignee=None) if self.value() == "nobody" else rows


@admin.register(Case)
class CaseAdmin(PageMixin, ReadOnlyAdmin):
    """Cases are read here; each step is a page of its own and goes through the services."""

    change_form_outer_after_template = "admin/accounts/case/reported.html"
    list_display = ["name", "clock", "seriousness", "reasons", "state_label", "looks_at_it", "opened_at"]
    list_filter = [StateFilter, ReasonFilter, WhoFilter, "is_serious"]
    list_select_related = ["assignee"]
    search_fields = ["=id", "=target_id"]
    search_help_text = "Number of the case, or of what was reported"
    fields = ["state", "left", "grade", "looks_at_it", "opened", "ended"]
    readonly_fields = ["left", "grade", "looks_at_it", "opened", "ended"]
    actions_detail = ["take", "close", "note", {"title": "More", "items": ["assign", "give_sanction"]}]

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """What is due first stands first; what is closed stands behind, the latest before."""
        return [F("closed_at").desc(nulls_first=True), "due_at", "pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        """Without what is about the reader: nobody learns here that somebody reported them."""
        rows: QuerySet[Case] = super().get_queryset(request)
        reasons = Report.objects.filter(case=OuterRef("pk")).order_by("reason").distinct().values("reason")
        seen = rows.exclude(about=person(request)).select_related("about", "assignee")
        return seen.annotate(reported_for=ArraySubquery(reasons))

    def has_handle_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """The steps are for those who look at cases; each case is asked for once more."""
        return bool(request.user.has_perm(HANDLE))

    # --- What is shown --------------------------------------------------------------------------------------

    @display(description="Reported")
    def name(self, case: Case) -> str:
        return f"{case.target_kind.replace('_', ' ').capitalize()}, case {case.pk}"

    @display(description="Due", label=CLOCKS, ordering="due_at")
    def clock(self, case: Case) -> tuple[str, str]:
        return clock_of(case, timezone.now())

    @display(description="Due")
    def left(self, case: Case) -> str:
        return f"{told(case.due_at)}: {clock_of(case, timezone.now())[1]}"

    @display(description="Serious", label={"Serious": "danger"}, ordering="is_serious")
    def seriousness(self, case: Case) -> str:
        return "Serious" if case.is_serious else ""

    @display(description="Serious")
    def grade(self, case: Case) -> str:
        return "Yes: the safeguarding lead looks at it" if case.is_serious else "No"

    @display(description="Reasons")
    def reasons(self, case: Case) -> str:
        named = case.reported_for  # type: ignore[attr-defined]  # annotated above
        return "; ".join(ReportReason(reason).label for reason in named)

    @display(description="State", label=STATES, ordering="state")
    def state_label(self, case: Case) -> tuple[str, str]:
        return case.state, case.get_state_display()

    @display(description="Looked at by")
    def looks_at_it(self, case: Case) -> str:
        return "Nobody yet" if case.assignee is None else case.assignee.display_name

    @display(description="Opened")
    def opened(self, case: Case) -> str:
        return told(case.opened_at)

    @display(description="Ended")
    def ended(self, case: Case) -> str:
        return f"{told(case.closed_at)}: {case.get_outcome_display()}" if case.closed_at else "Not yet"

    def page_context(self, request: HttpRequest, obj: Case) -> dict[str, Any]:
        """What was reported in whose words, for those who may look at it; that they opened it is logged."""
        viewer = person(request)
        if not can_handle(viewer, obj):
            return {"may_handle": False}
        record_opening(by=viewer, action="case.opened", target=obj)
        return {
            "may_handle": True,
            "former": FORMER_MEMBER,
            **_reported(request, obj),
            "reports": obj.reports.select_related("reporter"),
            "events": obj.events.select_related("by"),
            "sanctions": obj.sanctions.select_related("by").order_by("-starts_at", "-pk"),
            "may_open_sanctions": viewer.has_perm("accounts.view_sanction"),
        }

    # --- What is done ---------------------------------------------------------------------------------------

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[UnfoldAction]:
        """Offer only what the services would take."""
        case: Case | None = self.get_object(request, object_id)
        if case is None or not can_handle(person(request), case):
            return []
        names = _steps_of(case, person(request))
        prefix = f"{self.opts.app_label}_{self.opts.model_name}_"
        rows = super().get_actions_detail(request, object_id)
        return [row for row in rows if row.action_name.removeprefix(prefix) in names]

    @action(description="Take", icon="front_hand", permissions=["handle"])
    def take(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask once more; then the case is the reader's."""
        case, by = self._case(request, object_id), person(request)
        return step_page(
            self,
            request,
            Form(posted(request)),
            lambda: take_case(by=by, case=case, now=timezone.now()),
            title=f"Take case {case.pk}?",
            verb="Take it",
            intro=f"You decide about it then. Others see that you look at it.{_looked_at_by(case)}",
            back=change_url(case),
            done="The case is yours.",
        )

    @action(description="Assign", icon="person_add", permissions=["handle"])
    def assign(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the form; a good one hands the case to somebody."""
        case, by = self._case(request, object_id), person(request)
        form = AssignForm(posted(request), people=_who_may(case))
        return step_page(
            self,
            request,
            form,
            lambda: assign_case(by=by, case=case, to=form.cleaned_data["to"], now=timezone.now()),
            title=f"Who looks at case {case.pk}?",
            verb="Assign",
            back=change_url(case),
            done="The case is assigned.",
        )

    @action(description="Note", icon="edit_note", permissions=["handle"])
    def note(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the form; a good one keeps the note."""
        case, by = self._case(request, object_id), person(request)
        form = NoteForm(posted(request))
        return step_page(
            self,
            request,
            form,
            lambda: add_note(by=by, case=case, note=form.cleaned_data["note"], now=timezone.now()),
            title=f"A note on case {case.pk}",
            verb="Keep the note",
            back=change_url(case),
            done="The note is kept.",
        )

    @action(description="Close the case", icon="task_alt", permissions=["handle"])
    def close(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the form; a good one ends the case."""
        case, by = self._case(request, object_id), person(request)
        form = CloseForm(posted(request))

        def step() -> None:
            outcome, note = CaseOutcome(form.cleaned_data["outcome"]), form.cleaned_data["note"]
            close_case(by=by, case=case, outcome=outcome, note=note, now=timezone.now())

        return step_page(
            self,
            request,
            form,
            step,
            title=f"Close case {case.pk}",
            verb="Close it",
            intro="Hide or mend what was reported first. Whoever reported it is told that it was looked at.",
            back=change_url(case),
            done="The case is closed.",
        )

    @action(description="Give a sanction", icon="gavel", permissions=["handle"])
    def give_sanction(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the form; a good one decides about the person whom the case is about."""
        case = self._case(request, object_id)
        if case.about is None:
            raise PermissionDenied
        return give_page(self, request, case.about, case=case, back=change_url(case))

    def _case(self, request: HttpRequest, object_id: str) -> Case:
        case: Case = self.found(request, object_id)
        if not can_handle(person(request), case):
            raise PermissionDenied
        return case


def clock_of(case: Case, now: datetime) -> tuple[str, str]:
    """Say what is left of a case's clock: a key of CLOCKS, and words."""
    if case.closed_at is not None:
        return "over", "closed"
    if case.due_at <= now:
        return "late", f"{timesince(case.due_at, now, depth=1)} overdue"
    return "soon" if case.due_at - now <= SOON else "due", f"in {timesince(now, case.due_at, depth=1)}"


def _steps_of(case: Case, viewer: User) -> set[str]:
    """Return the names of the steps that fit the case and the reader."""
    if case.state == CaseState.CLOSED:
        return {"note"}
    mine = {"close"} if case.assignee_id == viewer.pk else {"take"}
    is_open = case.about is not None and any(can_sanction(viewer, kind, case.about) for kind in SanctionKind)
    return {"assign", "note"} | mine | ({"give_sanction"} if is_open else set())


def _looked_at_by(case: Case) -> str:
    """Return a sentence about who has the case, '' when nobody does."""
    if case.assignee is None:
        return ""
    return f" {case.assignee.display_name} does so now; please speak with them first."


def _who_may(case: Case) -> list[User]:
    """Return who may be asked to look at the case."""
    but = [case.about_id, case.assignee_id, *case.reports.values_list("reporter_id", flat=True)]
    others = [] if case.is_serious else on_duty(group=MODERATORS, but=but)
    return [*lead_and_admins(but=but), *others]


def _reported(request: HttpRequest, case: Case) -> dict[str, Any]:
    """Return where the thing stands and what it says, as far as it is there and the reader may go there."""
    kind = reportable_of(case.target_kind)
    seen = kind.find(case.target_id, person(request).pk) if kind else None
    # Some are found by another name than they are kept by.
    seen = seen if seen is not None and seen.id == case.target_id else None
    return {
        "words": seen.words if seen else "",
        "public_url": seen.path if seen else "",
        "staff_url": _if_open(request, kind.staff_path(case.target_id)) if kind else "",
        "about": case.about,
        "about_url": _if_open(request, change_url(case.about)) if case.about else "",
    }


def _if_open(request: HttpRequest, url: str) -> str:
    """Return the address of a staff page, '' where the reader would be refused."""
    owner = resolve(url).func.model_admin  # type: ignore[attr-defined]  # set by the staff site
    return url if owner.has_view_permission(request) else ""
