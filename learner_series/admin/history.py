"""What belongs to a revision and nobody edits: its steps, and whom it thanks."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.admin import TabularInline

from breakthru.lib.staff import display
from learner_series.admin.pages import link, told
from learner_series.models import Credit, RevisionEvent


class ReadOnlyInline(TabularInline):  # type: ignore[misc]  # unfold ships no types
    """Rows for reading, by whoever may read the revision."""

    extra = 0
    hide_title = True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("learner_series.view_revision"))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class EventInline(ReadOnlyInline):
    """The steps a revision took."""

    model = RevisionEvent
    fields = readonly_fields = ["when", "who", "source", "target"]
    verbose_name_plural = "history"

    def get_queryset(self, request: HttpRequest) -> QuerySet[RevisionEvent]:
        rows: QuerySet[RevisionEvent] = super().get_queryset(request)
        return rows.select_related("by")

    @display(description="At")
    def when(self, event: RevisionEvent) -> str:
        return told(event.at)

    @display(description="By")
    def who(self, event: RevisionEvent) -> str:
        return "The clock" if event.by is None else event.by.display_name


class CreditInline(ReadOnlyInline):
    """People of the Feed whose words became part of the text."""

    model = Credit
    fields = readonly_fields = ["person", "role", "section", "question"]
    verbose_name_plural = "thanks"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Credit]:
        rows: QuerySet[Credit] = super().get_queryset(request)
        return rows.select_related("user")

    @display(description="Person")
    def person(self, credit: Credit) -> str:
        return "A former member" if credit.user is None else credit.user.display_name

    @display(description="Section")
    def section(self, credit: Credit) -> str:
        return credit.anchor or "The whole article"

    @display(description="Question")
    def question(self, credit: Credit) -> SafeString:
        return link(credit.path, credit.path)
