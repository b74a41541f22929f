"""Staff may look at the outbox and start parked rows again."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from breakthru.outbox.models import Outbox
from breakthru.outbox.services import retry_parked


@admin.register(Outbox)
class OutboxAdmin(ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    """Read-only list with one action."""

    list_display = ["pk", "kind", "ref", "run_after", "attempts", "done_at", "parked_at", "last_error"]
    list_filter = [("parked_at", admin.EmptyFieldListFilter), ("done_at", admin.EmptyFieldListFilter), "kind"]
    ordering = ["-pk"]
    show_full_result_count = False
    actions = ["start_again"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Outbox | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Outbox | None = None) -> bool:
        return False

    @admin.action(description="Start parked rows again", permissions=["view"])
    def start_again(self, request: HttpRequest, queryset: QuerySet[Outbox]) -> None:
        count = retry_parked(ids=list(queryset.values_list("pk", flat=True)))
        self.message_user(request, f"{count} parked rows start again.")
