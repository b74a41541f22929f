"""Staff page of the addresses that get no mail."""

from typing import Any

from django.contrib import admin
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.admin.pages import PageMixin, posted, step_page
from accounts.models import Suppression
from accounts.services.suppressions import lift_as_staff
from accounts.session import person
from breakthru.lib.staff import ReadOnlyAdmin, action, display

REASONS = {Suppression.Reason.BOUNCE: "warning", Suppression.Reason.COMPLAINT: "danger"}


@admin.register(Suppression)
class SuppressionAdmin(PageMixin, ReadOnlyAdmin):
    """Addresses that get no mail, because it came back or was called spam. Letting it through is a step."""

    list_display = ["email", "reason_label", "at"]
    list_filter = ["reason"]
    search_fields = ["=email"]
    search_help_text = "The whole e-mail address"
    ordering = ["-at", "-pk"]
    fields = ["email", "reason", "at"]
    actions_detail = ["lift"]

    @display(description="Reason", label=REASONS, ordering="reason")
    def reason_label(self, row: Suppression) -> tuple[str, str]:
        return row.reason, row.get_reason_display()

    def has_lift_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """The step is for whom `has_delete_permission` would be."""
        return bool(request.user.has_perm("accounts.delete_suppression"))

    @action(description="Let mail through", icon="mark_email_read", permissions=["lift"])
    def lift(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask once more; then mail goes to the address again."""
        row, by = self.found(request, object_id), person(request)
        return step_page(
            self,
            request,
            Form(posted(request)),
            lambda: lift_as_staff(by=by, suppression=row),
            title=f"Let mail go to {row.email} again?",
            verb="Let mail through",
            intro="Do this when the owner asked for it or the mailbox is mended. When the next mail comes"
            " back, the address is closed again.",
            back=reverse("admin:accounts_suppression_changelist"),
            done="Mail goes to this address again.",
        )
