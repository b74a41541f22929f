"""Staff page of the series."""

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from breakthru.lib.staff import display
from learner_series.models import Series


@admin.register(Series)
class SeriesAdmin(ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    """Series in their order, each with its number of articles."""

    list_display = ["title", "slug", "order", "articles"]
    search_fields = ["title"]
    fields = ["title", "slug", "summary", "order"]
    prepopulated_fields = {"slug": ["title"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Series]:
        rows: QuerySet[Series] = super().get_queryset(request)
        return rows.annotate(total=Count("articles"))

    @display(description="Articles", ordering="total")
    def articles(self, series: Series) -> int:
        return int(series.total)  # type: ignore[attr-defined]  # annotated above

    def get_readonly_fields(self, request: HttpRequest, obj: Series | None = None) -> list[str]:
        # Bookmarks rely on the address.
        return [] if obj is None else ["slug"]

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Series | None = None
    ) -> dict[str, list[str]]:
        return self.prepopulated_fields if obj is None else {}

    def has_delete_permission(self, request: HttpRequest, obj: Series | None = None) -> bool:
        return False
