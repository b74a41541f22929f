"""Staff page of a revision: its words while it is a draft, its steps, its history."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from js_asset import Media
from unfold.admin import ModelAdmin, TabularInline
from unfold.dataclasses import UnfoldAction

from accounts.session import person
from breakthru.lib.staff import action, display
from learner_series.forms.revision import RevisionForm
from learner_series.lifecycle import TRANSITIONS, RevisionState
from learner_series.models import Revision, RevisionEvent
from learner_series.permissions import can_approve_revision
from learner_series.services.editorial import EditorialError, copy_to_draft, edit_draft, move

# Which button makes which step of the transition table.
STEPS = {
    "send_to_review": RevisionState.IN_REVIEW,
    "back_to_draft": RevisionState.DRAFT,
    "approve": RevisionState.APPROVED,
    "publish": RevisionState.PUBLISHED,
    "retire": RevisionState.RETIRED,
}
WORDS = ["title", "summary", "html"]
LABELS = {
    RevisionState.DRAFT: "info",
    RevisionState.IN_REVIEW: "warning",
    RevisionState.APPROVED: "primary",
    RevisionState.PUBLISHED: "success",
}


class EventInline(TabularInline):  # type: ignore[misc]  # unfold ships no types
    """The steps a revision took; nobody edits them."""

    model = RevisionEvent
    extra = 0
    fields = readonly_fields = ["at", "by", "source", "target"]
    verbose_name_plural = "history"
    hide_title = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[RevisionEvent]:
        rows: QuerySet[RevisionEvent] = super().get_queryset(request)
        return rows.select_related("by")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("learner_series.view_revision"))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Revision)
class RevisionAdmin(ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    """Drafts are edited here; every step goes through services.editorial."""

    form = RevisionForm
    list_display = ["title", "article", "number", "state_label", "created_by", "created_at", "word_count"]
    list_filter = ["state", "article__series"]
    list_select_related = ["article", "created_by"]
    search_fields = ["title", "article__slug"]
    ordering = ["-created_at", "-pk"]
    inlines = [EventInline]
    actions_submit_line = [*STEPS, "start_new_draft"]
    warn_unsaved_form = True
    show_full_result_count = False

    class Media:
        css = {"all": ["css/admin.css"]}

    def get_fieldsets(self, request: HttpRequest, obj: Revision) -> list[tuple[str, dict[str, Any]]]:
        is_open = self._is_open(request, obj)
        report = [("Left out of the document", {"fields": ["report"]})] if obj.import_report else []
        return [
            ("Text", {"fields": WORDS if is_open else ["title", "summary", "preview"]}),
            *report,
            (
                "State",
                {"fields": ["article", "number", "state", "word_count", "writer", "approved"]},
            ),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Revision) -> list[str]:
        fixed = [
            "article",
            "number",
            "state",
            "word_count",
            "writer",
            "approved",
            "report",
            "preview",
        ]
        return fixed if self._is_open(request, obj) else [*fixed, *WORDS]

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
        return rows.select_related("article", "created_by", "approved_by")

    # --- What is shown --------------------------------------------------------------------------------------

    @display(description="Created by")
    def writer(self, revision: Revision) -> str:
        return revision.created_by.display_name

    @display(description="State", label=LABELS, ordering="state")
    def state_label(self, revision: Revision) -> tuple[str, str]:
        return revision.state, revision.get_state_display()

    @display(description="Approved by")
    def approved(self, revision: Revision) -> str:
        if revision.approved_by is None or revision.approved_at is None:
            return "Not yet"
        return f"{revision.approved_by}, {timezone.localtime(revision.approved_at):%B %-d, %Y}"

    @display(description="Text")
    def preview(self, revision: Revision) -> SafeString:
        # Cleaned at write by breakthru.lib.richtext.
        return format_html('<div class="bt-preview">{}</div>', mark_safe(revision.html))  # noqa: S308

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
        return revision.is_editable and bool(self.has_change_permission(request, revision))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        revision = self.get_object(request, object_id) if object_id else None
        request.revision = revision  # type: ignore[attr-defined]  # the buttons depend on it
        is_open = revision is not None and revision.is_editable
        extra = {"show_save": is_open, "show_save_and_continue": False, **(extra_context or {})}
        response: HttpResponse = super().changeform_view(request, object_id, form_url, extra)
        return response

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        # The editor's import map is an inline script; the policy wants its nonce.
        context["media"] = Media.from_media(context["media"], nonce=request.csp_nonce)  # type: ignore[attr-defined]
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    def get_actions_submit_line(self, request: HttpRequest, object_id: Any) -> list[UnfoldAction]:
        revision: Revision | None = request.revision  # type: ignore[attr-defined]  # set in changeform_view
        if revision is None:
            return []
        prefix = f"{self.opts.app_label}_{self.opts.model_name}_"
        names = [name for name, target in STEPS.items() if _is_offered(request, revision, target)]
        names += ["start_new_draft"] if not revision.is_editable else []
        rows = super().get_actions_submit_line(request, object_id)
        return [row for row in rows if row.action_name.removeprefix(prefix) in names]

    def save_model(self, request: HttpRequest, obj: Revision, form: RevisionForm, change: bool) -> None:
        """Write the words of a draft, then take the step whose button was pressed."""
        try:
            if not obj.is_editable and "_save" in request.POST:
                # The page was opened while it still was a draft.
                message = f"{obj} is not a draft any more, so nothing was saved. Start a new draft from it."
                raise EditorialError(message)
            if form.changed_data:
                words = form.cleaned_data
                edit_draft(
                    by=person(request),
                    revision=obj,
                    title=words["title"],
                    summary=words["summary"],
                    html=words["html"],
                )
                self.message_user(request, "The draft is saved.", messages.SUCCESS)
            self._take_step(request, obj)
        except EditorialError as error:
            self.message_user(request, str(error), messages.ERROR)

    def _take_step(self, request: HttpRequest, revision: Revision) -> None:
        prefix = f"{self.opts.app_label}_{self.opts.model_name}_"
        pressed = [name for name in self.actions_submit_line if f"{prefix}{name}" in request.POST]
        for name in pressed[:1]:
            getattr(self, name)(request, revision)

    def _move(self, request: HttpRequest, revision: Revision, name: str) -> None:
        moved = move(by=person(request), revision=revision, target=STEPS[name], now=timezone.now())
        self.message_user(
            request, f"Revision {moved.number}: {moved.get_state_display().lower()}.", messages.SUCCESS
        )

    @action(description="Send to review", permissions=["change"])
    def send_to_review(self, request: HttpRequest, revision: Revision) -> None:
        self._move(request, revision, "send_to_review")

    @action(description="Back to draft", permissions=["change"])
    def back_to_draft(self, request: HttpRequest, revision: Revision) -> None:
        self._move(request, revision, "back_to_draft")

    @action(description="Approve", permissions=["change"])
    def approve(self, request: HttpRequest, revision: Revision) -> None:
        self._move(request, revision, "approve")

    @action(description="Publish", permissions=["change"])
    def publish(self, request: HttpRequest, revision: Revision) -> None:
        self._move(request, revision, "publish")

    @action(description="Retire, or discard a draft", permissions=["change"])
    def retire(self, request: HttpRequest, revision: Revision) -> None:
        self._move(request, revision, "retire")

    @action(description="Start a new draft from this", permissions=["change"])
    def start_new_draft(self, request: HttpRequest, revision: Revision) -> None:
        draft = copy_to_draft(by=person(request), revision=revision)
        self.message_user(request, f"Revision {draft.number} is a draft now.", messages.SUCCESS)
        request.open_next = draft  # type: ignore[attr-defined]  # read by response_change below

    def log_change(self, request: HttpRequest, obj: Revision, message: Any) -> Any:
        """A step has its own event and audit row; Django's history tells the edits of words."""
        return super().log_change(request, obj, message) if message else None

    def response_change(self, request: HttpRequest, obj: Revision) -> HttpResponse:
        """Stay on the page: the next step is here."""
        shown: Revision = getattr(request, "open_next", obj)
        return HttpResponseRedirect(reverse("admin:learner_series_revision_change", args=[shown.pk]))


def _is_offered(request: HttpRequest, revision: Revision, target: RevisionState) -> bool:
    if target not in TRANSITIONS[RevisionState(revision.state)]:
        return False
    return target != RevisionState.APPROVED or can_approve_revision(person(request), revision)
