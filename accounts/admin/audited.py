"""The base of staff pages that change people: what staff did there stands in the audit log."""

from typing import Any

from django.contrib.admin.models import LogEntry
from django.db import models
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from accounts.models.audit import LONGEST_REASON
from accounts.services.audit import record_action
from accounts.session import person
from breakthru.lib.staff import ChangedColumnsAdmin


class AuditedAdmin(ModelAdmin, ChangedColumnsAdmin):  # type: ignore[misc]  # unfold ships no types
    """Writes an audit row for each object added or changed by a form: names of fields, never their values.

    The forms run in one transaction with this, so there is no change without its row. Nothing is deleted
    here: people and what belongs to them leave by their own services.
    """

    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> LogEntry:
        self._record(request, "added", obj, message)
        entry: LogEntry = super().log_addition(request, obj, message)
        return entry

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> LogEntry:
        self._record(request, "changed", obj, message)
        entry: LogEntry = super().log_change(request, obj, message)
        return entry

    def _record(self, request: HttpRequest, verb: str, obj: models.Model, message: Any) -> None:
        action = f"{obj._meta.model_name}.{verb}"
        record_action(by=person(request), action=action, target=obj, reason=_fields_in(message))


def _fields_in(message: list[dict[str, Any]]) -> str:
    """Return the names of fields in what Django noted: a list such as [{"changed": {"fields": [...]}}]."""
    details = (detail for row in message for detail in row.values())
    return ", ".join(name for detail in details for name in detail.get("fields", []))[:LONGEST_REASON]
