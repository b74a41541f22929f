"""The audit log, for reading."""

from django.contrib import admin

from accounts.models import AuditEntry
from breakthru.lib.staff import ReadOnlyAdmin


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """What staff did, newest first."""

    list_display = ["at", "actor", "action", "target", "reason"]
    list_filter = ["action"]
    list_select_related = ["actor"]
    search_fields = ["target", "action", "reason"]
    search_help_text = "Target (such as accounts.user:12), action or reason"
    date_hierarchy = "at"
    ordering = ["-at", "-pk"]
