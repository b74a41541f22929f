"""Staff page of a revision: its words while it is a draft, its steps, its history."""

import re
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_POST
from js_asset import Media
from unfold.admin import ModelAdmin
from unfold.dataclasses import UnfoldAction
from unfold.views import ChangeList

from accounts.session import person
from breakthru.lib.richtext import fact_keys
from breakthru.lib.staff import action, display
from learner_series.admin.history import CreditInline, EventInline
from learner_series.admin.pages import link, told, told_day, told_once
from learner_series.admin.saving import NO_PICTURE, loses_picture, too_late
from learner_series.admin.sending import open_draft, preview_page, revision_url, schedule_page
from learner_series.forms.revision import RevisionForm
from learner_series.lifecycle import TRANSITIONS, UNDERWAY, RevisionState
from learner_series.models import FactCard, Revision
from learner_series.permissions import can_approve_revision
from learner_series.services.conflicts import keep_as_draft, note_presence
from learner_series.services.editorial import (
    EditorialError,
    Gate,
    StaleRevisionError,
    copy_to_draft,
    edit_draft,
)
from learner_series.services.publishing import move

# Which button makes which step of the transition table.
STEPS = {
    "send_to_review": RevisionState.IN_REVIEW,
    "back_to_draft": RevisionState.DRAFT,
    "approve": RevisionState.APPROVED,
    "unschedule": RevisionState.APPROVED,
    "publish": RevisionState.PUBLISHED,
    "retire": RevisionState.RETIRED,
}
# Two ways lead to one state; each has its own button.
ONLY_FROM = {"approve": RevisionState.IN_REVIEW, "unschedule": RevisionState.SCHEDULED}
WORDS = ["title", "summary", "html"]
GATE = ["is_premium", "premium_sections"]
# The place of a fact card, as the sanitizer writes it.
_FACT = re.compile(r'<aside data-fact="([a-z0-9-]+)"></aside>')
# What the page was opened with.
SEEN = ["version", "opened"]
SHOWN = [
    "article", "number", "state", "goes_out", "word_count", "writer", "approved", "compare", "report",
    "preview", "gate",
]  # fmt: skip
LABELS = {
    RevisionState.DRAFT: "info",
    RevisionState.IN_REVIEW: "warning",
    RevisionState.APPROVED: "primary",
    RevisionState.SCHEDULED: "primary",
    RevisionState.PUBLISHED: "success",
}


class RevisionList(ChangeList):  # type: ignore[misc]  # unfold ships no types
    """A list never reads the texts."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Revision]:
        rows: QuerySet[Revision] = super().get_queryset(request, exclude_parameters).without_words()
        return rows


@admin.register(Revision)
class RevisionAdmin(ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    """Drafts are edited here; every word and every step goes through the services."""

    form = RevisionForm
    list_display = [
        "title", "article", "number", "state_label", "goes_out", "created_by", "created_at", "word_count",
    ]  # fmt: skip
    list_filter = ["state", "article__series"]
    list_select_related = ["article", "created_by"]
    search_fields = ["title", "article__slug"]
    ordering = ["-created_at", "-pk"]
    inlines = [CreditInline, EventInline]
    actions_submit_line = [*STEPS, "start_new_draft"]
    actions_detail = ["schedule", "preview_link"]
    warn_unsaved_form = True
    show_full_result_count = False

    class Media:
        css = {"all": ["css/admin.css"]}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return RevisionList

    def get_fieldsets(self, request: HttpRequest, obj: Revision) -> list[tuple[str, dict[str, Any]]]:
        is_open, may_step = self._is_open(request, obj), self.has_change_permission(request, obj)
        report = [("To look at", {"fields": ["report"]})] if obj.import_report else []
        hour = ["goes_out"] if obj.scheduled_for else []
        state = ["article", "number", "state", *hour, "word_count", "writer", "approved", "compare"]
        gate = [*GATE, *SEEN] if is_open else ["gate", *(["version"] if may_step else [])]
        return [
            ("Text", {"fields": WORDS if is_open else ["title", "summary", "preview"]}),
            ("Who may read it", {"fields": gate}),
            *report,
            ("State", {"fields": state}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Revision) -> list[str]:
        if self._is_open(request, obj):
            return SHOWN
        may_step = self.has_change_permission(request, obj)
        return [*SHOWN, *WORDS, *GATE, "opened", *([] if may_step else ["version"])]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Drafts start from an article, another revision or a document."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Revision | None = None) -> bool:
        """Only words that nobody was ever shown may go, with their article."""
        allowed = bool(super().has_delete_permission(request, obj))
        return allowed and (obj is None or obj.state == RevisionState.DRAFT)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {name: row for name, row in super().get_actions(request).items() if name != "delete_selected"}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Revision]:
        rows: QuerySet[Revision] = super().get_queryset(request)
        people = rows.select_related("article", "created_by", "approved_by").defer("article__search")
        return people.defer("text", "open_html", "open_text", "article__search")

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Revision | None:
        """The revision, read once for a page: its buttons, its form and its title ask for it."""
        if not hasattr(request, "revision"):
            # A request lasts as long as its page.
            request.revision = super().get_object(request, object_id, from_field)  # type: ignore[attr-defined]
        found: Revision | None = request.revision  # type: ignore[attr-defined]
        return found

    # --- What is shown --------------------------------------------------------------------------------------

    @display(description="Created by")
    def writer(self, revision: Revision) -> str:
        return revision.created_by.display_name

    @display(description="State", label=LABELS, ordering="state")
    def state_label(self, revision: Revision) -> tuple[str, str]:
        return revision.state, revision.get_state_display()

    @display(description="Goes out", ordering="scheduled_for")
    def goes_out(self, revision: Revision) -> str:
        return "" if revision.scheduled_for is None else told(revision.scheduled_for)

    @display(description="Approved by")
    def approved(self, revision: Revision) -> str:
        if revision.approved_by is None or revision.approved_at is None:
            return "Not yet"
        return f"{revision.approved_by}, {told_day(revision.approved_at)}"

    @display(description="Readers")
    def gate(self, revision: Revision) -> str:
        if not revision.is_gated:
            return "Everybody reads all of it."
        titles = [row.text for row in revision.headings if row.id in revision.premium_sections]
        what = "The whole article" if revision.is_premium else " and ".join(f"“{title}”" for title in titles)
        share = f"Everybody reads {revision.open_word_count} of {revision.word_count} words."
        return f"For Premium members: {what}. {share}"

    @display(description="Compare")
    def compare(self, revision: Revision) -> SafeString:
        address = reverse("admin:learner_series_article_compare", args=[revision.article_id])
        return link(f"{address}?new={revision.number}", "With another revision of this article")

    @display(description="Text")
    def preview(self, revision: Revision) -> str:
        return told_once(revision, "text_shown", lambda: _shown(revision.html))

    @display(description="Report")
    def report(self, revision: Revision) -> SafeString:
        rows = format_html_join(
            "",
            "<li>{}: {}{}</li>",
            (
                (row["kind"], row["count"], f" (such as: {row['example']})" if row["example"] else "")
                for row in revision.import_report
            ),
        )
        return format_html('<ul class="bt-list">{}</ul>', rows)

    # --- What is done ---------------------------------------------------------------------------------------

    def _is_open(self, request: HttpRequest, revision: Revision) -> bool:
        # Words that come when it is no draft any more are taken in, too; they become another draft.
        takes_words = revision.is_editable or "html" in request.POST
        return takes_words and bool(self.has_change_permission(request, revision))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        revision = self.get_object(request, object_id) if object_id else None
        is_open = revision is not None and self._is_open(request, revision)
        if revision is not None and is_open and request.method == "GET":
            self._warn(request, note_presence(by=person(request), revision=revision, now=timezone.now()))
        extra = {"show_save": is_open, "show_save_and_continue": False, **(extra_context or {})}
        response: HttpResponse = super().changeform_view(request, object_id, form_url, extra)
        return response

    def _warn(self, request: HttpRequest, others: list[str]) -> None:
        if others:
            verb = "has" if len(others) == 1 else "have"
            words = (
                f"{' and '.join(others)} {verb} this draft open, too. Nothing gets lost when you both save,"
                " but talk to each other first."
            )
            self.message_user(request, words, messages.WARNING)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        # The editor's import map is an inline script; the policy wants its nonce.
        context["media"] = Media.from_media(context["media"], nonce=request.csp_nonce)  # type: ignore[attr-defined]
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    def get_urls(self) -> list[URLPattern]:
        presence = path(
            "<int:pk>/presence/",
            self.admin_site.admin_view(require_POST(self.presence)),
            name="learner_series_revision_presence",
        )
        return [presence, *super().get_urls()]

    def presence(self, request: HttpRequest, pk: int) -> JsonResponse:
        """Say that the draft is still open here; answer who else has it open."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        revision = get_object_or_404(Revision.objects.without_words(), pk=pk)
        others = []
        if revision.is_editable:
            others = note_presence(by=person(request), revision=revision, now=timezone.now())
        return JsonResponse({"others": others})

    def get_actions_submit_line(self, request: HttpRequest, object_id: Any) -> list[UnfoldAction]:
        revision = self.get_object(request, object_id)
        if revision is None:
            return []
        names = [name for name in STEPS if _is_offered(request, revision, name)]
        names += ["start_new_draft"] if not revision.is_editable else []
        return self._named(super().get_actions_submit_line(request, object_id), names)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[UnfoldAction]:
        revision = self.get_object(request, object_id)
        if revision is None:
            return []
        state = RevisionState(revision.state)
        names = ["schedule"] if state == RevisionState.APPROVED else []
        names += ["preview_link"] if state in UNDERWAY else []
        return self._named(super().get_actions_detail(request, object_id), names)

    def _named(self, rows: list[UnfoldAction], names: list[str]) -> list[UnfoldAction]:
        prefix = f"{self.opts.app_label}_{self.opts.model_name}_"
        return [row for row in rows if row.action_name.removeprefix(prefix) in names]

    def save_model(self, request: HttpRequest, obj: Revision, form: RevisionForm, change: bool) -> None:
        """Write the words of a draft, then take the step whose button was pressed."""
        version: int | None = form.cleaned_data["version"]
        try:
            if form.has_new_words:
                version = self._save_words(request, obj, form)
            if version is not None:
                self._take_step(request, obj, version)
        except StaleRevisionError as error:
            self.message_user(request, f"{error} Here it is as it is now.", messages.ERROR)
        except EditorialError as error:
            self.message_user(request, str(error), messages.ERROR)

    def _save_words(self, request: HttpRequest, revision: Revision, form: RevisionForm) -> int | None:
        """Save them; return the new version, or None when they became another draft."""
        words = {name: form.cleaned_data[name] for name in WORDS}
        gate = Gate(form.cleaned_data["is_premium"], tuple(form.cleaned_data["premium_sections"]))
        by, version = person(request), form.cleaned_data["version"]
        if loses_picture(request.POST["html"], words["html"]):
            self.message_user(request, NO_PICTURE, messages.WARNING)
        try:
            saved = edit_draft(by=by, revision=revision, version=version, gate=gate, **words)
        except EditorialError as error:
            # Nobody types words twice because somebody else was faster.
            draft = keep_as_draft(by=by, revision=revision, gate=gate, **words)
            self.message_user(request, too_late(by, revision, draft, error), messages.WARNING)
            # Read by response_change below.
            request.open_next = HttpResponseRedirect(revision_url(draft))  # type: ignore[attr-defined]
            return None
        self.message_user(request, "The draft is saved.", messages.SUCCESS)
        return saved.version

    def _take_step(self, request: HttpRequest, revision: Revision, version: int) -> None:
        prefix = f"{self.opts.app_label}_{self.opts.model_name}_"
        for name, target in STEPS.items():
            if f"{prefix}{name}" in request.POST:
                now = timezone.now()
                moved = move(by=person(request), revision=revision, target=target, now=now, version=version)
                words = f"Revision {moved.number}: {moved.get_state_display().lower()}."
                self.message_user(request, words, messages.SUCCESS)
                return
        if f"{prefix}start_new_draft" in request.POST:
            draft = copy_to_draft(by=person(request), revision=revision)
            request.open_next = open_draft(self, request, draft)  # type: ignore[attr-defined]  # as above

    # The buttons; `_take_step` does what they say, once the words are saved.

    @action(description="Send to review", permissions=["change"])
    def send_to_review(self, request: HttpRequest, revision: Revision) -> None: ...

    @action(description="Back to draft", permissions=["change"])
    def back_to_draft(self, request: HttpRequest, revision: Revision) -> None: ...

    @action(description="Approve", permissions=["change"])
    def approve(self, request: HttpRequest, revision: Revision) -> None: ...

    @action(description="Take the hour back", permissions=["change"])
    def unschedule(self, request: HttpRequest, revision: Revision) -> None: ...

    @action(description="Publish", permissions=["change"])
    def publish(self, request: HttpRequest, revision: Revision) -> None: ...

    @action(description="Retire, or discard a draft", permissions=["change"])
    def retire(self, request: HttpRequest, revision: Revision) -> None: ...

    @action(description="Start a new draft from this", permissions=["change"])
    def start_new_draft(self, request: HttpRequest, revision: Revision) -> None: ...

    # The pages

    @action(description="Schedule", icon="schedule", permissions=["change"])
    def schedule(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Choose the hour of publication."""
        return schedule_page(self, request, self._found(request, object_id))

    @action(description="Preview link", icon="link", url_path="preview-link", permissions=["change"])
    def preview_link(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show a link for reviewers."""
        return preview_page(self, request, self._found(request, object_id))

    def _found(self, request: HttpRequest, object_id: str) -> Revision:
        revision = self.get_object(request, object_id)
        if revision is None:
            raise Http404
        return revision

    def log_change(self, request: HttpRequest, obj: Revision, message: Any) -> Any:
        """A step has its own event and audit row; Django's history tells the edits of words."""
        is_edit = message and not hasattr(request, "open_next")
        return super().log_change(request, obj, message) if is_edit else None

    def response_change(self, request: HttpRequest, obj: Revision) -> HttpResponse:
        """Stay on the page: the next step is here."""
        elsewhere: HttpResponse | None = getattr(request, "open_next", None)
        return elsewhere or HttpResponseRedirect(revision_url(obj))


def _is_offered(request: HttpRequest, revision: Revision, name: str) -> bool:
    state = RevisionState(revision.state)
    if STEPS[name] not in TRANSITIONS[state] or ONLY_FROM.get(name, state) != state:
        return False
    return name != "approve" or can_approve_revision(person(request), revision)


def _shown(html: str) -> SafeString:
    """Return a revision's words for reading, with what its fact cards say now."""
    cards = FactCard.objects.keyed(fact_keys(html))

    def fill(place: re.Match[str]) -> str:
        card = cards.get(place[1])
        rule, value = (card.rule, card.value) if card else (f"No fact card is called “{place[1]}”", "")
        return format_html('<div class="bt-fact"><strong>{}</strong><span>{}</span></div>', rule, value)

    # Cleaned at write by breakthru.lib.richtext.
    filled = mark_safe(_FACT.sub(fill, html))  # noqa: S308
    return format_html('<div class="bt-preview">{}</div>', filled)
