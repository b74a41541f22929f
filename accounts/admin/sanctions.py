"""Staff pages of sanctions: which hold, which are appealed, and giving one."""

from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.dataclasses import UnfoldAction

from accounts.admin.pages import PageMixin, change_url, posted, step_page, told
from accounts.forms.staff import AppealForm, LiftForm, SanctionForm
from accounts.models import Case, Sanction, User
from accounts.models.safety import SanctionKind
from accounts.models.user import FORMER_MEMBER
from accounts.permissions import DECIDE, can_decide_appeal, can_sanction
from accounts.services.idempotency import once
from accounts.services.sanctions import decide_appeal, lift, sanction
from accounts.session import person
from breakthru.lib.staff import ReadOnlyAdmin, action, display

STATES = {"holding": "danger", "over": "default", "lifted": "info", "said": "default"}
APPEALS = {"waiting": "warning", "answered": "default", "none": "default"}
APPEAL_WAITS = Q(appealed_at__isnull=False, appeal_decided_at=None, lifted_at=None)


class StateFilter(admin.SimpleListFilter):
    """Whether they hold, and whether an appeal waits."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("holding", "Holding"), ("ended", "Ended or lifted"), ("appealed", "Appeal waits")]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Sanction]:
        rows: QuerySet[Sanction] = queryset
        holding = Sanction.objects.holding(timezone.now())
        if self.value() == "holding":
            return rows.filter(pk__in=holding)
        if self.value() == "ended":
            return rows.exclude(pk__in=holding)
        return rows.filter(APPEAL_WAITS) if self.value() == "appealed" else rows


@admin.register(Sanction)
class SanctionAdmin(PageMixin, ReadOnlyAdmin):
    """Sanctions are read here. Giving one begins at a case or a person; lifting has a page and a reason."""

    change_form_outer_after_template = "admin/accounts/sanction/links.html"
    list_display = ["name", "kind", "state_label", "ends", "appeal_label", "starts_at"]
    list_filter = [StateFilter, "kind"]
    search_fields = ["user__display_name", "=id"]
    search_help_text = "Name, or number of the sanction"
    actions_detail = ["lift", "answer"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Sanction]:
        rows: QuerySet[Sanction] = super().get_queryset(request)
        return rows.select_related("user", "by", "case", "appeal_decided_by")

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """Appeals that wait stand first."""
        waits = ExpressionWrapper(APPEAL_WAITS, output_field=BooleanField())
        return [waits.desc(), "-starts_at", "-pk"]

    def get_fieldsets(
        self, request: HttpRequest, obj: Sanction | None = None
    ) -> list[tuple[str, dict[str, Any]]]:
        """What somebody wrote against it is for those who may decide about it."""
        given = ["name", "kind", "reason", "state", "starts", "ends", "lifted", "giver"]
        appeal = ["appeal_state", "appealed", "appeal", "answer_given", "appeal_answer"]
        may_read = request.user.has_perm(DECIDE)
        return [
            ("Sanction", {"fields": given}),
            ("Appeal", {"fields": appeal if may_read else ["appeal_state"]}),
        ]

    def page_context(self, request: HttpRequest, obj: Sanction) -> dict[str, Any]:
        """The ways on, for those who may go there."""
        may = request.user.has_perm
        return {
            "person_url": change_url(obj.user) if may("accounts.view_user") else "",
            "case_url": change_url(obj.case) if obj.case and may("accounts.view_case") else "",
        }

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """The steps are for those who may decide about people; each is asked for once more."""
        return bool(request.user.has_perm(DECIDE))

    # --- What is shown --------------------------------------------------------------------------------------

    @display(description="Person", ordering="user__display_name")
    def name(self, row: Sanction) -> str:
        return row.user.display_name

    @display(description="State", label=STATES)
    def state_label(self, row: Sanction) -> tuple[str, str]:
        if row.lifted_at is not None:
            return "lifted", "Lifted"
        if row.kind == SanctionKind.NOTE:
            return "said", "Said"
        return ("over", "Over") if row.is_over(timezone.now()) else ("holding", "Holding")

    @display(description="State")
    def state(self, row: Sanction) -> str:
        return self.state_label(row)[1]

    @display(description="Until", ordering="until")
    def ends(self, row: Sanction) -> str:
        if row.kind == SanctionKind.NOTE:
            return "No length"
        return told(row.until) or "For good"

    @display(description="From")
    def starts(self, row: Sanction) -> str:
        return told(row.starts_at)

    @display(description="Lifted")
    def lifted(self, row: Sanction) -> str:
        return told(row.lifted_at) or "No"

    @display(description="Given by")
    def giver(self, row: Sanction) -> str:
        return _name(row.by)

    @display(description="Appeal", label=APPEALS)
    def appeal_label(self, row: Sanction) -> tuple[str, str]:
        if row.waits_for_an_answer:
            return "waiting", "Waits for an answer"
        return ("none", "None") if row.appealed_at is None else ("answered", "Answered")

    @display(description="State")
    def appeal_state(self, row: Sanction) -> str:
        return self.appeal_label(row)[1]

    @display(description="Appealed")
    def appealed(self, row: Sanction) -> str:
        return told(row.appealed_at) or "No"

    @display(description="Answered")
    def answer_given(self, row: Sanction) -> str:
        if row.appeal_decided_at is None:
            return "No"
        return f"{told(row.appeal_decided_at)}, by {_name(row.appeal_decided_by)}"

    # --- What is done ---------------------------------------------------------------------------------------

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[UnfoldAction]:
        """Offer only what the services would take."""
        row: Sanction | None = self.get_object(request, object_id)
        names = set() if row is None else _steps_of(row, person(request))
        prefix = f"{self.opts.app_label}_{self.opts.model_name}_"
        rows = super().get_actions_detail(request, object_id)
        return [step for step in rows if step.action_name.removeprefix(prefix) in names]

    @action(description="Lift", icon="lock_open", permissions=["decide"])
    def lift(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the form; a good one takes the sanction back."""
        row, by, form = self.found(request, object_id), person(request), LiftForm(posted(request))
        return step_page(
            self,
            request,
            form,
            lambda: lift(by=by, sanction=row, reason=form.cleaned_data["reason"], now=timezone.now()),
            title=f"Lift the sanction of {row.user.display_name}?",
            verb="Lift it",
            intro="It ends now, and the person is told.",
            back=change_url(row),
            done="The sanction is lifted.",
        )

    @action(description="Answer the appeal", icon="balance", permissions=["decide"])
    def answer(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the appeal and the form; a good one decides it."""
        row, by, form = self.found(request, object_id), person(request), AppealForm(posted(request))

        def step() -> None:
            words, is_upheld = form.cleaned_data["answer"], form.is_upheld
            decide_appeal(by=by, sanction=row, is_upheld=is_upheld, answer=words, now=timezone.now())

        return step_page(
            self,
            request,
            form,
            step,
            title=f"Appeal of {row.user.display_name}",
            verb="Answer",
            intro="Somebody other than who decided reads an appeal, and answers it once.",
            quote=row.appeal,
            back=change_url(row),
            done="The appeal is answered.",
        )


def give_page(
    owner: "ModelAdmin[Any]", request: HttpRequest, user: User, *, back: str, case: Case | None = None
) -> HttpResponse:
    """Show the form of a sanction for `user`; a good one gives it, once however often it is sent."""
    by = person(request)
    kinds = [kind for kind in SanctionKind if can_sanction(by, kind, user)]
    if not kinds:
        raise PermissionDenied
    form = SanctionForm(posted(request), kinds=kinds)

    def give() -> str:
        now, chosen = timezone.now(), form.cleaned_data
        kind, reason, until = SanctionKind(chosen["kind"]), chosen["reason"], form.until(now)
        return str(sanction(by=by, user=user, kind=kind, reason=reason, until=until, case=case, now=now).pk)

    return step_page(
        owner,
        request,
        form,
        lambda: once(by=by, purpose="sanction", token=form.cleaned_data["token"], create=give),
        title=f"A sanction for {user.display_name}",
        verb="Give it",
        intro="The person is told at once what it is, why, for how long, and how to appeal.",
        back=back,
        done=f"{user.display_name} is told.",
    )


def _steps_of(row: Sanction, viewer: User) -> set[str]:
    """Return the names of the steps that fit the sanction and the reader."""
    may_lift = can_sanction(viewer, SanctionKind(row.kind), row.user) and not row.is_over(timezone.now())
    may_answer = row.waits_for_an_answer and can_decide_appeal(viewer, row)
    return ({"lift"} if may_lift else set()) | ({"answer"} if may_answer else set())


def _name(giver: User | None) -> str:
    return FORMER_MEMBER if giver is None else giver.display_name
