"""Staff pages of the articles, and the import of documents."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import ForeignKey, QuerySet
from django.forms import Field
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin

from accounts.session import person
from breakthru.lib.richtext import ARTICLE, clean
from breakthru.lib.staff import ChangedColumnsAdmin, action, display
from learner_series.admin import boards, bulk
from learner_series.admin.authors import AuthorInline, AuthorSearch, AuthorSelect
from learner_series.admin.compare import compare_page
from learner_series.admin.pages import link, staff_page, told_once
from learner_series.admin.related import CuratedFormSet, CuratedInline
from learner_series.admin.sending import open_draft, revision_url
from learner_series.admin.versions import versions_page
from learner_series.forms.article import ArticleForm
from learner_series.forms.importing import ImportForm
from learner_series.models import Article, Revision
from learner_series.services.arranging import choose_related
from learner_series.services.editorial import EditorialError, copy_to_draft, create_draft
from learner_series.services.facts import confirm_articles
from learner_series.services.importing import import_article

# A text that readers know: its address stays and its words change by revisions only.
FIXED_WHEN_LIVE = ["title", "summary", "slug"]
# How many revisions the page of an article names before it leads to all of them.
NEWEST = 5
GATES = {"Premium": "primary", "Sections": "info"}


@admin.register(Article)
class ArticleAdmin(ModelAdmin, ChangedColumnsAdmin):  # type: ignore[misc]  # unfold ships no types
    """Where an article stands and how it looks; its words are its revisions'."""

    form = ArticleForm
    list_display = [
        "title", "series", "position", "is_live", "gate_label", "published_at", "checked_on", "review_on",
    ]  # fmt: skip
    list_filter = [("live", admin.EmptyFieldListFilter), "is_premium", "series", "topics"]
    list_select_related = ["series"]
    search_fields = ["title", "slug"]
    readonly_fields = ["revisions", "live_text", "gate", "published_at"]
    autocomplete_fields = ["topics"]
    inlines = [AuthorInline, CuratedInline]
    actions = [bulk.articles_checked, bulk.topic_added, bulk.topic_removed]
    actions_list = ["import_document", "stale", "unhelpful", "asked"]
    actions_detail = ["versions", "compare", "feedback"]
    actions_submit_line = ["start_draft", "facts_checked"]
    show_full_result_count = False

    class Media:
        css = {"all": ["css/admin.css"]}

    def get_fieldsets(
        self, request: HttpRequest, obj: Article | None = None
    ) -> list[tuple[str, dict[str, Any]]]:
        shown = ["live_text", "gate", "published_at", "revisions"]
        return [
            ("Words", {"fields": ["title", "summary"]}),
            ("Place", {"fields": ["slug", "series", "position", "topics"]}),
            ("Readers it is written for", {"fields": ["audience"], "classes": ["collapse"]}),
            ("Looks", {"fields": ["cover", "tone"]}),
            ("Facts", {"fields": ["reviewer", "checked_on", "review_on", "expires_on"]}),
            *([] if obj is None else [("State", {"fields": shown})]),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Article | None = None) -> list[str]:
        is_known = obj is not None and obj.published_at is not None
        return [*self.readonly_fields, *(FIXED_WHEN_LIVE if is_known else [])]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        rows: QuerySet[Article] = super().get_queryset(request)
        return rows.defer("search")

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Field:
        if db_field.name == "reviewer":
            kwargs["widget"] = AuthorSelect(db_field, self.admin_site)
        field: Field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        return field

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

    @display(description="Premium", label=GATES, ordering="is_premium")
    def gate_label(self, article: Article) -> str:
        if not article.is_gated:
            return ""
        return "Premium" if article.is_premium else "Sections"

    @display(description="Readers")
    def gate(self, article: Article) -> str:
        if not article.is_gated:
            return "Everybody reads all of it."
        what = "The article is" if article.is_premium else "Some sections are"
        share = f"everybody reads {article.open_word_count} of {article.word_count} words."
        return f"{what} for Premium members; {share}"

    @display(description="Live text")
    def live_text(self, article: Article) -> str | SafeString:
        if article.live_id is None:
            return "None: readers cannot open this article."
        url = article.get_absolute_url()
        return link(url, url)

    @display(description="Revisions")
    def revisions(self, article: Article) -> str:
        return told_once(article, "revisions_told", lambda: _newest_of(article))

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
        return open_draft(self, request, draft)

    # --- Facts and what to read next ------------------------------------------------------------------------

    @action(description="Save, and facts checked today", permissions=["change"])
    def facts_checked(self, request: HttpRequest, article: Article) -> None:
        """Note today, and half a year for the next check."""
        try:
            confirm_articles(by=person(request), ids=[article.pk], today=timezone.localdate())
        except EditorialError as error:
            self.message_user(request, str(error), messages.ERROR)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Write the authors as they are; what to read next goes through its service."""
        if not isinstance(formset, CuratedFormSet):
            super().save_formset(request, form, formset, change)
            return
        # Tells Django's history what changed, and writes nothing.
        formset.save(commit=False)
        if formset.has_changed():
            try:
                choose_related(by=person(request), article=form.instance, places=formset.places)
            except EditorialError as error:
                self.message_user(request, str(error), messages.ERROR)

    # --- Pages ----------------------------------------------------------------------------------------------

    def has_revisions_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Revisions are read by who may read revisions."""
        return bool(request.user.has_perm("learner_series.view_revision"))

    def has_feedback_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """What readers missed is for editors."""
        return bool(request.user.has_perm("learner_series.view_articlefeedback"))

    @action(description="Revisions", icon="list", permissions=["revisions"])
    def versions(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Every revision, and a button to go back to its words."""
        return versions_page(self, request, self._found(request, object_id))

    @action(description="Compare", icon="compare", permissions=["revisions"])
    def compare(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Two revisions side by side."""
        return compare_page(self, request, self._found(request, object_id))

    @action(description="Feedback", icon="reviews", permissions=["feedback"])
    def feedback(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What readers missed."""
        return boards.feedback_page(self, request, self._found(request, object_id))

    @action(description="Stale", icon="update", permissions=["revisions"])
    def stale(self, request: HttpRequest) -> HttpResponse:
        """What is due for a check."""
        return boards.stale_page(self, request)

    @action(description="Unhelpful", icon="thumb_down", permissions=["feedback"])
    def unhelpful(self, request: HttpRequest) -> HttpResponse:
        """Which articles readers doubt."""
        return boards.unhelpful_page(self, request)

    @action(description="Asked", icon="contact_support", permissions=["revisions"])
    def asked(self, request: HttpRequest) -> HttpResponse:
        """Which sections readers ask about; the page is the Feed's."""
        return HttpResponseRedirect(reverse("admin:feed_question_sections"))

    def _found(self, request: HttpRequest, object_id: str) -> Article:
        article: Article | None = self.get_object(request, object_id)
        if article is None:
            raise Http404
        return article

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
                return HttpResponseRedirect(revision_url(revision))
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
                request,
                "Not all of the document came over as it was; see the report below.",
                messages.WARNING,
            )
        return revision

    def _import_page(self, request: HttpRequest, form: forms.Form) -> TemplateResponse:
        return staff_page(
            self,
            request,
            "admin/learner_series/article/import.html",
            title="Import a document",
            status=422 if form.errors else 200,
            form=form,
            media=self.media + form.media,
            changelist_url=reverse("admin:learner_series_article_changelist"),
        )


def _newest_of(article: Article) -> str:
    rows = article.revisions.only("number", "state", "article_id")[:NEWEST]
    items = format_html_join(
        "",
        "<li>{}, {}</li>",
        (
            (link(revision_url(row), f"Revision {row.number}"), row.get_state_display().lower())
            for row in rows
        ),
    )
    if not items:
        return "None yet."
    all_of_them = link(reverse("admin:learner_series_article_versions", args=[article.pk]), "All revisions")
    return format_html('<ul class="bt-list">{}</ul>{}', items, all_of_them)
