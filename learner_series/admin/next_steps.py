"""Staff pages of the application calendar and of the next steps that hang on it."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.dateformat import format as format_date
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin

from accounts.admin.audited import AuditedAdmin
from accounts.services.audit import record_action
from accounts.session import person
from breakthru.lib.staff import action, display
from learner_series.admin.pages import link, staff_page
from learner_series.forms.calendar_entry import CalendarEntryForm
from learner_series.forms.next_step import NextStepForm, ReaderForm
from learner_series.models import CalendarEntry, NextStep
from learner_series.services.line_up import line_up
from learner_series.services.next_steps import OFFERED, Offer

OFFERS_PAGE = "admin/learner_series/nextstep/offers.html"
CERTAINTIES = {"Expected": "warning", "Published": "success"}
# What a condition is called on the page.
CONDITIONS = {
    "stage": "their stage",
    "road": "their road",
    "status": "their application status",
    "month": "the month",
    "calendar": "a date of the calendar",
}


class DeletableAdmin(AuditedAdmin):
    """Rows without a past of their own: staff may delete them, and the log says so."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(ModelAdmin.has_delete_permission(self, request, obj))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        # One at a time, so that each has its row in the log.
        return {name: row for name, row in super().get_actions(request).items() if name != "delete_selected"}

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        """Delete it; the row of the log keeps its name."""
        name = f"{obj._meta.model_name}.deleted"
        record_action(by=person(request), action=name, target=obj, reason=str(obj)[:200])
        obj.delete()


@admin.register(CalendarEntry)
class CalendarEntryAdmin(DeletableAdmin):
    """Dated, sourced facts of the application year."""

    form = CalendarEntryForm
    list_display = [
        "title",
        "kind",
        "service",
        "starts_on",
        "ends_on",
        "cycle_year",
        "certainty",
        "checked_on",
    ]
    list_filter = ["is_estimate", "cycle_year", "kind"]
    list_select_related = ["service"]
    search_fields = ["title", "key", "kind"]
    date_hierarchy = "starts_on"
    ordering = ["-starts_on", "key"]
    fieldsets = [
        ("Date", {"fields": ["title", "starts_on", "ends_on", "is_estimate"]}),
        ("What it is", {"fields": ["key", "kind", "service", "cycle_year"]}),
        ("Source", {"fields": ["source_name", "source_url", "checked_on"]}),
    ]

    @display(description="Date is", label=CERTAINTIES, ordering="is_estimate")
    def certainty(self, entry: CalendarEntry) -> str:
        """A cross for “not estimated” would look like a fault."""
        return "Expected" if entry.is_estimate else "Published"


@admin.register(NextStep)
class NextStepAdmin(DeletableAdmin):
    """Rules: what readers are offered at the end of an article."""

    form = NextStepForm
    list_display = ["title", "leads_to", "conditions", "priority", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["title", "text", "href"]
    ordering = ["-priority", "title"]
    actions_list = ["offers"]
    fieldsets = [
        ("What is offered", {"fields": ["title", "text", "link_text", "href"]}),
        ("For whom; nothing chosen fits everybody", {"fields": ["readers", "stages", "roads", "statuses"]}),
        ("When", {"fields": ["from_month", "until_month", "calendar_kind", "days_before"]}),
        ("Order", {"fields": ["priority", "is_active"]}),
    ]

    class Media:
        css = {"all": ["css/admin.css"]}

    @display(description="Leads to", ordering="href")
    def leads_to(self, step: NextStep) -> SafeString:
        return link(step.href, step.href)

    @display(description="Conditions")
    def conditions(self, step: NextStep) -> str:
        """How narrow it is, in a few words; the page tells which."""
        asked = {
            "readers": step.readers,
            "stages": step.stages,
            "roads": step.roads,
            "statuses": step.statuses,
            "months": step.from_month,
            "calendar": step.calendar_kind,
        }
        return ", ".join(name for name, value in asked.items() if value) or "Everybody, always"

    @action(description="What would they see", icon="visibility", url_path="offers", permissions=["view"])
    def offers(self, request: HttpRequest) -> HttpResponse:
        """Choose a reader and a day; show what would be offered, and what comes next in line."""
        form = ReaderForm(request.GET)
        form.is_valid()
        found = [_told(offer) for offer in line_up(reader=form.profile, today=form.today)]
        return staff_page(
            self,
            request,
            OFFERS_PAGE,
            title="What would they see",
            form=form,
            today=form.today,
            offered=found[:OFFERED],
            others=found[OFFERED:],
            media=self.media + form.media,
            back_url=reverse("admin:learner_series_nextstep_changelist"),
        )


def _told(offer: Offer) -> dict[str, Any]:
    """Return what the page says of one offer."""
    reasons = [CONDITIONS[reason] for reason in offer.reasons]
    entry = offer.entry
    return {
        "step": offer.step,
        "url": reverse("admin:learner_series_nextstep_change", args=[offer.step.pk]),
        "reasons": "Fits by " + ", ".join(reasons) + "." if reasons else "Fits everybody, always.",
        "date": ""
        if entry is None
        else format_html("{}, {}", entry.title, format_date(entry.starts_on, "F j, Y")),
    }
