"""Questions and answers: read here; who sees them is decided by steps with a page of their own."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.dataclasses import UnfoldAction

from accounts.session import person
from breakthru.lib.staff import ReadOnlyAdmin, action, display
from feed.admin.held import held_page, hide_page, release_page, restore_page
from feed.admin.sections import section_urls
from feed.lifecycle import QuestionState
from feed.models import Answer, Question
from feed.models.question import Visibility
from feed.permissions import can_review
from feed.services.reviewing import Post

STATES = {QuestionState.OPEN: "info", QuestionState.NEEDS_INFO: "warning", QuestionState.ANSWERED: "success"}
VISIBILITIES = {Visibility.HELD: "warning", Visibility.SHOWN: "success", Visibility.HIDDEN: "danger"}
# What can be done about a post, by who sees it.
STEPS = {
    Visibility.HELD: ["release", "hide"],
    Visibility.SHOWN: ["hide"],
    Visibility.HIDDEN: ["restore"],
}


class PostAdmin(ReadOnlyAdmin):
    """What questions and answers have in common."""

    actions_detail = ["release", "hide", "restore"]

    class Media:
        css = {"all": ["css/admin.css"]}

    @display(description="Visibility", label=VISIBILITIES, ordering="visibility")
    def visibility_label(self, post: Post) -> tuple[str, str]:
        return post.visibility, post.get_visibility_display()

    @display(description="Page")
    def page(self, post: Post) -> str | SafeString:
        """The public page, where there is one."""
        if not _is_public(post):
            return ""
        return format_html('<a href="{}" class="underline">Open</a>', post.get_absolute_url())

    def view_on_site(self, post: Post) -> str | None:
        """Nobody's page shows what is held or hidden."""
        return post.get_absolute_url() if _is_public(post) else None

    def has_review_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """The steps are for whom `has_change_permission` would be."""
        return bool(request.user.has_perm(f"feed.change_{self.opts.model_name}"))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[UnfoldAction]:
        """Offer only what the services would take."""
        post: Post | None = self.get_object(request, object_id)
        if post is None or not can_review(person(request), post):
            return []
        prefix = f"{self.opts.app_label}_{self.opts.model_name}_"
        rows = super().get_actions_detail(request, object_id)
        names = STEPS[Visibility(post.visibility)]
        return [row for row in rows if row.action_name.removeprefix(prefix) in names]

    @action(description="Show to everybody", icon="visibility", permissions=["review"])
    def release(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the page of this step."""
        return release_page(self, request, self._post(request, object_id))

    @action(description="Hide", icon="visibility_off", permissions=["review"])
    def hide(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the page of this step."""
        return hide_page(self, request, self._post(request, object_id))

    @action(description="Show again", icon="visibility", permissions=["review"])
    def restore(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the page of this step."""
        return restore_page(self, request, self._post(request, object_id))

    def _post(self, request: HttpRequest, object_id: str) -> Post:
        post: Post | None = self.get_object(request, object_id)
        if post is None:
            raise Http404
        return post


def _is_public(post: Post) -> bool:
    question = post if isinstance(post, Question) else post.question
    return {post.visibility, question.visibility} == {Visibility.SHOWN}


@admin.register(Question)
class QuestionAdmin(PostAdmin):
    """Questions, newest first."""

    list_display = ["title", "state_label", "visibility_label", "asker", "answer_count", "asked_at", "page"]
    list_filter = ["state", "visibility", ("locked_at", admin.EmptyFieldListFilter), "topics"]
    list_select_related = ["asker"]
    search_fields = ["title"]
    ordering = ["-asked_at", "-pk"]
    actions_list = ["held"]
    fields = [
        "title", "body_text", "state", "visibility", "locked_at", "asker", "topics", "stage", "roads",
        "article", "section_title", "quote", "answer_count", "asked_at", "answered_at", "active_at",
    ]  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        return [*section_urls(), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Question]:
        rows: QuerySet[Question] = super().get_queryset(request)
        return rows.select_related("asker", "stage", "article")

    @display(description="State", label=STATES, ordering="state")
    def state_label(self, question: Question) -> tuple[str, str]:
        return question.state, question.get_state_display()

    @action(description="Held posts", icon="hourglass_top", permissions=["review"])
    def held(self, request: HttpRequest) -> HttpResponse:
        """What staff read before others see it."""
        return held_page(self, request)


@admin.register(Answer)
class AnswerAdmin(PostAdmin):
    """Answers, newest first."""

    list_display = ["question", "mentor_name", "basis", "visibility_label", "answered_at", "page"]
    list_filter = ["basis", "visibility", "is_for_everyone"]
    list_select_related = ["question", "mentor__user"]
    search_fields = ["question__title"]
    ordering = ["-answered_at", "-pk"]
    fields = [
        "question", "mentor_name", "written_as", "basis", "body_text", "is_for_everyone", "scope_terms",
        "cycle_year", "visibility", "answered_at",
    ]  # fmt: skip
    readonly_fields = ["mentor_name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Answer]:
        rows: QuerySet[Answer] = super().get_queryset(request)
        return rows.select_related("question", "mentor__user")

    @display(description="Mentor")
    def mentor_name(self, answer: Answer) -> str:
        return answer.mentor.user.display_name
