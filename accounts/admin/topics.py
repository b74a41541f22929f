"""Staff page of the topics."""

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from accounts.models import Topic


@admin.register(Topic)
class TopicAdmin(ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    """Topics in their order. Articles, questions and mentors carry them, so none is deleted."""

    list_display = ["name", "slug", "order"]
    search_fields = ["name", "slug"]
    fields = ["name", "slug", "description", "order"]

    def get_readonly_fields(self, request: HttpRequest, obj: Topic | None = None) -> list[str]:
        # Bookmarks rely on it.
        return [] if obj is None else ["slug"]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Topic | None = None) -> dict[str, list[str]]:
        return {"slug": ["name"]} if obj is None and self.has_add_permission(request) else {}

    def has_delete_permission(self, request: HttpRequest, obj: Topic | None = None) -> bool:
        return False
