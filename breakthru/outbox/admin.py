"""Staff may look at the outbox and start parked rows again."""

from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from breakthru.lib.staff import ReadOnlyAdmin
from breakthru.outbox.models import Outbox
from breakthru.outbox.services import retry_parked


@admin.register(Outbox)
class OutboxAdmin(ReadOnlyAdmin):
    """Read-only list with one action."""

    list_display = [
        "pk", "kind", "ref", "run_after", "attempts", "waiting_since", "done_at", "parked_at", "last_error",
    ]  # fmt: skip
    list_filter = [("parked_at", admin.EmptyFieldListFilter), ("done_at", admin.EmptyFieldListFilter), "kind"]
    ordering = ["-pk"]
    actions = ["start_again"]

    @admin.action(description="Start parked rows again", permissions=["view"])
    def start_again(self, request: HttpRequest, queryset: QuerySet[Outbox]) -> None:
        assert request.user.pk is not None
        with transaction.atomic():
            started = retry_parked(ids=list(queryset.values_list("pk", flat=True)))
            # In Django's own log: this app knows no other.
            LogEntry.objects.log_actions(
                request.user.pk, Outbox.objects.filter(pk__in=started), CHANGE, "Started again."
            )
        self.message_user(request, f"{len(started)} parked rows start again.")
