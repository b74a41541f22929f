"""The audit log, for reading."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from accounts.models import AuditEntry


@admin.register(AuditEntry)
class AuditEntryAdmin(ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    """Newest first; nothing can be added, changed or deleted."""

    list_display = ["at", "actor", "action", "target", "reason"]
    list_filter = ["action"]
    list_select_related = ["actor"]
    search_fields = ["target", "action", "reason"]
    search_help_text = "Target (such as accounts.user:12), action or reason"
    date_hierarchy = "at"
    ordering = ["-at", "-pk"]
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
