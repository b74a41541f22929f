"""Staff page of grants: who has Premium, why, and until when."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.dataclasses import UnfoldAction

from accounts.models import AuditEntry
from accounts.session import person
from breakthru.lib.staff import action, display
from memberships.admin.people import PersonSearch
from memberships.forms.grants import GiveForm, ReasonForm, UntilForm
from memberships.models import AccessGrant
from memberships.models.grant import NOTHING_LEFT, STAFF_MAY_GIVE, GrantState, Source
from memberships.permissions import can_change_grant
from memberships.services.grants import GrantError, end_grant, extend_grant, give_grant

LABELS = {
    GrantState.UPCOMING: "info",
    GrantState.CURRENT: "success",
    GrantState.OVER: "default",
    GrantState.ENDED: "warning",
}
FORMER = "former staff"


class StateFilter(admin.SimpleListFilter):
    """Who has Premium now."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(GrantState.CURRENT.value, GrantState.CURRENT.label)]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[AccessGrant]:
        rows: QuerySet[AccessGrant] = queryset.current(timezone.now()) if self.value() else queryset
        return rows


@admin.register(AccessGrant)
class AccessGrantAdmin(ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    """Grants are read here; each step is a page of its own, with a reason, and goes through the services."""

    list_display = ["name", "source", "starts_at", "until", "state_label"]
    list_filter = [StateFilter, "source"]
    search_fields = ["user__display_name", "=user__email"]
    search_help_text = "Name, or the whole e-mail address"
    ordering = ["-created_at", "-pk"]
    fields = ["name", "source", "starts_at", "until", "state", "reason", "steps"]
    readonly_fields = ["name", "until", "state", "steps"]
    actions_detail = ["extend", "end"]
    show_full_result_count = False

    class Media:
        css = {"all": ["css/admin.css"]}

    def has_change_permission(self, request: HttpRequest, obj: AccessGrant | None = None) -> bool:
        """Nothing is edited in place."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AccessGrant | None = None) -> bool:
        return False

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """The steps are for whom `has_change_permission` would be."""
        return bool(request.user.has_perm("memberships.change_accessgrant"))

    def get_urls(self) -> list[URLPattern]:
        search = path(
            "people/",
            self.admin_site.admin_view(PersonSearch.as_view(admin_site=self.admin_site)),
            name="memberships_accessgrant_people",
        )
        return [search, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccessGrant]:
        rows: QuerySet[AccessGrant] = super().get_queryset(request)
        return rows.select_related("user")

    # --- What is shown --------------------------------------------------------------------------------------

    @display(description="Person", ordering="user__display_name")
    def name(self, grant: AccessGrant) -> str:
        return grant.user.display_name

    @display(description="Last day", ordering="ends_at")
    def until(self, grant: AccessGrant) -> str:
        return "No end" if grant.last_day is None else f"{grant.last_day:%B %-d, %Y}"

    @display(description="State", label=LABELS)
    def state_label(self, grant: AccessGrant) -> tuple[str, str]:
        state = grant.state_at(timezone.now())
        return state, state.label

    @display(description="State")
    def state(self, grant: AccessGrant) -> str:
        return grant.state_at(timezone.now()).label

    @display(description="Steps")
    def steps(self, grant: AccessGrant) -> str | SafeString:
        """What staff did, and why, as the audit log has it; payments leave their steps elsewhere."""
        # Unfold asks for a value several times on one page.
        kept: dict[str, Any] = vars(grant)
        if "steps_told" not in kept:
            kept["steps_told"] = _steps_of(grant)
        told: str | SafeString = kept["steps_told"]
        return told

    # --- What is done ---------------------------------------------------------------------------------------

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[UnfoldAction]:
        """Offer only what the services would take."""
        grant = self.get_object(request, object_id)
        if grant is None or not _is_open(grant) or not can_change_grant(person(request), grant):
            return []
        prefix = f"{self.opts.app_label}_{self.opts.model_name}_"
        names = ["end"] if grant.ends_at is None else ["extend", "end"]
        rows = super().get_actions_detail(request, object_id)
        return [row for row in rows if row.action_name.removeprefix(prefix) in names]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Show the form; a good one gives Premium from now on and opens the grant."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = GiveForm(request.POST or None, today=timezone.localdate())
        if request.method == "POST" and form.is_valid():
            grant = self._give(request, form)
            if grant is not None:
                return self._done(request, grant, f"{grant.user.display_name} has Premium now.")
        back = reverse("admin:memberships_accessgrant_changelist")
        return self._page(request, form, title="Give Premium", verb="Give Premium", back=back)

    def _give(self, request: HttpRequest, form: GiveForm) -> AccessGrant | None:
        now = timezone.now()
        try:
            return give_grant(
                by=person(request),
                user=form.cleaned_data["user"],
                source=Source(form.cleaned_data["source"]),
                starts_at=now,
                ends_at=form.ends_at,
                reason=form.cleaned_data["reason"],
                now=now,
            )
        except GrantError as error:
            form.add_error(None, str(error))
            return None

    @action(description="Extend", icon="update", permissions=["decide"])
    def extend(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the form; a good one moves the end away."""
        grant = self._grant(request, object_id)
        form = UntilForm(request.POST or None, today=timezone.localdate())
        if request.method == "POST" and form.is_valid():
            try:
                extend_grant(
                    by=person(request),
                    grant=grant,
                    ends_at=form.ends_at,
                    reason=form.cleaned_data["reason"],
                    now=timezone.now(),
                )
            except GrantError as error:
                form.add_error(None, str(error))
            else:
                return self._done(request, grant, "The grant runs longer now.")
        title = f"Extend Premium of {grant.user.display_name}"
        return self._page(request, form, title=title, verb="Extend", back=_url(grant))

    @action(description="End", icon="block", permissions=["decide"])
    def end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the form; a good one ends the grant now."""
        grant = self._grant(request, object_id)
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            reason = form.cleaned_data["reason"]
            try:
                end_grant(by=person(request), grant=grant, reason=reason, now=timezone.now())
            except GrantError as error:
                form.add_error(None, str(error))
            else:
                return self._done(request, grant, "The grant is ended.")
        title = f"End Premium of {grant.user.display_name}"
        return self._page(request, form, title=title, verb="End it now", back=_url(grant))

    def _grant(self, request: HttpRequest, object_id: str) -> AccessGrant:
        grant: AccessGrant | None = self.get_object(request, object_id)
        if grant is None:
            raise Http404
        return grant

    def _done(self, request: HttpRequest, grant: AccessGrant, words: str) -> HttpResponse:
        self.message_user(request, words, messages.SUCCESS)
        return HttpResponseRedirect(_url(grant))

    def _page(self, request: HttpRequest, form: Form, *, title: str, verb: str, back: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "form": form,
            "verb": verb,
            "back_url": back,
            "opts": self.model._meta,
            "media": self.media + form.media,
        }
        template = "admin/memberships/accessgrant/step.html"
        return TemplateResponse(request, template, context, status=422 if form.errors else 200)


def _steps_of(grant: AccessGrant) -> str | SafeString:
    target = f"{grant._meta.label_lower}:{grant.pk}"
    rows = AuditEntry.objects.filter(target=target).select_related("actor").order_by("at", "pk")
    lines = (
        (f"{timezone.localtime(row.at):%B %-d, %Y}", _verb(row), row.actor or FORMER, row.reason)
        for row in rows
    )
    items = format_html_join("", "<li>{}, {} by {}: {}</li>", lines)
    return format_html('<ul class="bt-list">{}</ul>', items) if items else "None by staff."


def _verb(row: AuditEntry) -> str:
    return row.action.rpartition(".")[2]


def _is_open(grant: AccessGrant) -> bool:
    return grant.source in STAFF_MAY_GIVE and grant.state_at(timezone.now()) not in NOTHING_LEFT


def _url(grant: AccessGrant) -> str:
    return reverse("admin:memberships_accessgrant_change", args=[grant.pk])
