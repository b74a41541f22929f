"""Staff pages of the plain pages: their words now, and every version of them."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from js_asset import Media
from unfold.admin import ModelAdmin

from accounts.session import person
from breakthru.lib.staff import ReadOnlyAdmin, display
from learner_series.admin.history import ReadOnlyInline
from learner_series.admin.pages import link
from learner_series.forms.page import PlainPageForm
from learner_series.models import PageVersion, PlainPage
from learner_series.pages.body import plain_body
from learner_series.services.editorial import EditorialError
from learner_series.services.pages import PageWords, change_page

WORDS = ["title", "summary", "html"]
# How the note of a version begins that came with a newer site.
OF_THE_SITE = "With the site:"


class VersionInline(ReadOnlyInline):
    """All that a page ever said."""

    model = PageVersion
    fields = readonly_fields = ["version", "at", "who", "note"]
    verbose_name_plural = "history"

    def get_queryset(self, request: HttpRequest) -> QuerySet[PageVersion]:
        rows: QuerySet[PageVersion] = super().get_queryset(request)
        return rows.select_related("by").defer("html")

    @display(description="Version")
    def version(self, row: PageVersion) -> SafeString:
        return link(
            reverse("admin:learner_series_pageversion_change", args=[row.pk]), f"Version {row.number}"
        )

    @display(description="By")
    def who(self, row: PageVersion) -> str:
        return _writer(row)


@admin.register(PlainPage)
class PlainPageAdmin(ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    """The pages are given; their words change here, through the service."""

    form = PlainPageForm
    list_display = ["title", "address", "version", "changed_at"]
    inlines = [VersionInline]
    warn_unsaved_form = True
    show_full_result_count = False

    class Media:
        css = {"all": ["css/admin.css"]}

    def get_fieldsets(
        self, request: HttpRequest, obj: PlainPage | None = None
    ) -> list[tuple[str, dict[str, Any]]]:
        may_change = self.has_change_permission(request, obj)
        words = [*WORDS, "note", "opened"] if may_change else ["title", "summary", "preview"]
        return [("Text", {"fields": words}), ("State", {"fields": ["address", "version", "changed_at"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: PlainPage | None = None) -> list[str]:
        shown = ["address", "version", "changed_at", "preview"]
        return shown if self.has_change_permission(request, obj) else [*shown, "title", "summary"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Each page has its address in the code."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: PlainPage | None = None) -> bool:
        return False

    @display(description="Address", ordering="slug")
    def address(self, page: PlainPage) -> SafeString:
        return link(page.get_absolute_url(), page.get_absolute_url())

    @display(description="Text")
    def preview(self, page: PlainPage) -> SafeString:
        return _shown(page.html)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        # The editor's import map is an inline script; the policy wants its nonce.
        context["media"] = Media.from_media(context["media"], nonce=request.csp_nonce)  # type: ignore[attr-defined]
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        if context["errors"]:
            response.status_code = 422
        return response

    def save_model(self, request: HttpRequest, obj: PlainPage, form: PlainPageForm, change: bool) -> None:
        """Write them as a new version."""
        typed = form.cleaned_data
        words = PageWords(typed["title"], typed["summary"], typed["html"], typed["note"])
        try:
            change_page(by=person(request), page=obj, words=words, opened=typed["opened"], now=timezone.now())
        except EditorialError as error:
            self.message_user(request, str(error), messages.ERROR)


@admin.register(PageVersion)
class PageVersionAdmin(ReadOnlyAdmin):
    """What a page said once, for reading."""

    list_display = ["title", "page", "number", "who", "at", "note"]
    list_filter = ["page"]
    list_select_related = ["page", "by"]
    ordering = ["-at", "-pk"]
    fields = ["page", "number", "who", "at", "note", "title", "summary", "words"]

    class Media:
        css = {"all": ["css/admin.css"]}

    @display(description="By", ordering="by")
    def who(self, row: PageVersion) -> str:
        return _writer(row)

    @display(description="Text")
    def words(self, row: PageVersion) -> SafeString:
        return _shown(row.html)

    def get_readonly_fields(self, request: HttpRequest, obj: PageVersion | None = None) -> list[str]:
        return self.fields


def _writer(row: PageVersion) -> str:
    if row.by is not None:
        return row.by.display_name
    is_of_the_site = row.number == 1 or row.note.startswith(OF_THE_SITE)
    return "Came with the site" if is_of_the_site else "A former member"


def _shown(html: str) -> SafeString:
    return format_html('<div class="bt-preview">{}</div>', plain_body(html))
