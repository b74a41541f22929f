"""Staff pages of the articles, and the import of documents."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin

from accounts.session import person
from breakthru.lib.richtext import ARTICLE, clean
from breakthru.lib.staff import ChangedColumnsAdmin, action, display
from learner_series.admin.authors import AuthorInline, AuthorSearch
from learner_series.forms.article import ArticleForm
from learner_series.forms.importing import ImportForm
from learner_series.models import Article, Revision
from learner_series.services.editorial import EditorialError, copy_to_draft, create_draft
from learner_series.services.importing import import_article

# A text that readers know: its address stays and its words change by revisions only.
FIXED_WHEN_LIVE = ["title", "summary", "slug"]


@admin.register(Article)
class ArticleAdmin(ModelAdmin, ChangedColumnsAdmin):  # type: ignore[misc]  # unfold ships no types
    """Where an article stands and how it looks; its words are its revisions'."""

    form = ArticleForm
    list_display = ["title", "series", "position", "is_live", "published_at", "checked_on"]
    list_filter = [("live", admin.EmptyFieldListFilter), "series", "topics"]
    list_select_related = ["series"]
    search_fields = ["title", "slug"]
    readonly_fields = ["revisions", "live_text", "published_at"]
    autocomplete_fields = ["topics"]
    inlines = [AuthorInline]
    actions_list = ["import_document"]
    actions_submit_line = ["start_draft"]
    show_full_result_count = False

    class Media:
        css = {"all": ["css/admin.css"]}

    def get_fieldsets(
        self, request: HttpRequest, obj: Article | None = None
    ) -> list[tuple[str, dict[str, Any]]]:
        state = [] if obj is None else [("State", {"fields": ["live_text", "published_at", "revisions"]})]
        return [
            ("Words", {"fields": ["title", "summary"]}),
            ("Place", {"fields": ["slug", "series", "position", "topics"]}),
            ("Looks", {"fields": ["cover", "tone", "checked_on"]}),
            *state,
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Article | None = None) -> list[str]:
        is_known = obj is not None and obj.published_at is not None
        return [*self.readonly_fields, *(FIXED_WHEN_LIVE if is_known else [])]

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Article | None = None
    ) -> dict[str, list[str]]:
        return {"slug": ["title"]} if obj is None and self.has_add_permission(request) else {}

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        # Many at once would skip the question whether readers know a text.
        return {name: row for name, row in super().get_actions(request).items() if name != "delete_selected"}

    def has_delete_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        """A text that readers have seen is retired, not deleted."""
        allowed = bool(super().has_delete_permission(request, obj))
        return allowed and (obj is None or obj.published_at is None)

    def view_on_site(self, article: Article) -> str | None:
        """Readers open an article by its live text only."""
        return article.get_absolute_url() if article.live_id else None

    @display(description="Live", boolean=True)
    def is_live(self, article: Article) -> bool:
        return article.live_id is not None

    @display(description="Live text")
    def live_text(self, article: Article) -> str | SafeString:
        if article.live_id is None:
            return "None: readers cannot open this article."
        url = article.get_absolute_url()
        return format_html('<a href="{}">{}</a>', url, url)

    @display(description="Revisions")
    def revisions(self, article: Article) -> str | SafeString:
        rows = article.revisions.only("number", "state", "article_id")
        items = format_html_join(
            "",
            '<li><a href="{}">Revision {}</a>, {}</li>',
            ((_revision_url(row), row.number, row.get_state_display().lower()) for row in rows),
        )
        return format_html('<ul class="bt-list">{}</ul>', items) if items else "None yet."

    def get_urls(self) -> list[URLPattern]:
        search = path(
            "authors/",
            self.admin_site.admin_view(AuthorSearch.as_view(admin_site=self.admin_site)),
            name="learner_series_article_authors",
        )
        return [search, *super().get_urls()]

    # --- Drafts ---------------------------------------------------------------------------------------------

    @action(description="Save and start a draft", permissions=["change"])
    def start_draft(self, request: HttpRequest, article: Article) -> None:
        """Open a new draft: of the newest revision's words, or empty."""
        newest = article.revisions.first()
        try:
            if newest is not None:
                draft = copy_to_draft(by=person(request), revision=newest)
            else:
                draft = create_draft(
                    by=person(request),
                    article=article,
                    title=article.title,
                    summary=article.summary,
                    cleaned=clean("", ARTICLE),
                    report=[],
                )
        except EditorialError as error:
            self.message_user(request, str(error), messages.ERROR)
            return
        request.new_draft = draft  # type: ignore[attr-defined]  # read by response_change below

    def response_change(self, request: HttpRequest, obj: Article) -> HttpResponse:
        draft: Revision | None = getattr(request, "new_draft", None)
        if draft is None:
            response: HttpResponse = super().response_change(request, obj)
            return response
        self.message_user(request, f"Revision {draft.number} is a draft now.", messages.SUCCESS)
        return HttpResponseRedirect(_revision_url(draft))

    # --- Import ---------------------------------------------------------------------------------------------

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Importing makes articles and drafts."""
        return bool(
            request.user.has_perm("learner_series.add_article")
            and request.user.has_perm("learner_series.change_revision")
        )

    @action(description="Import a document", url_path="import", icon="upload_file", permissions=["import"])
    def import_document(self, request: HttpRequest) -> HttpResponse:
        """Show the form; a good document becomes a draft, whose page opens."""
        form = ImportForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            revision = self._import(request, form)
            if revision is not None:
                return HttpResponseRedirect(_revision_url(revision))
        return self._import_page(request, form)

    def _import(self, request: HttpRequest, form: ImportForm) -> Revision | None:
        try:
            revision = import_article(
                by=person(request),
                imported=form.imported,
                slug=form.cleaned_data["slug"],
                series=form.cleaned_data["series"],
                about=form.about,
            )
        except EditorialError as error:
            form.add_error("slug", str(error))
            return None
        self.message_user(
            request, f"“{revision.title}” is a draft now, revision {revision.number}.", messages.SUCCESS
        )
        if revision.import_report:
            self.message_user(
                request, "Some of the document was left out; see the report below.", messages.WARNING
            )
        return revision

    def _import_page(self, request: HttpRequest, form: forms.Form) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "Import a document",
            "form": form,
            "opts": self.model._meta,
            "media": self.media + form.media,
            "changelist_url": reverse("admin:learner_series_article_changelist"),
        }
        template = "admin/learner_series/article/import.html"
        return TemplateResponse(request, template, context, status=422 if form.errors else 200)


def _revision_url(revision: Revision) -> str:
    return reverse("admin:learner_series_revision_change", args=[revision.pk])
