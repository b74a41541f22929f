"""Questions and answers, for reading; moderating has its own tools."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.html import format_html
from django.utils.safestring import SafeString

from breakthru.lib.staff import ReadOnlyAdmin, display
from feed.admin.sections import section_urls
from feed.lifecycle import QuestionState
from feed.models import Answer, Question
from feed.models.question import Visibility

STATES = {QuestionState.OPEN: "info", QuestionState.NEEDS_INFO: "warning", QuestionState.ANSWERED: "success"}
VISIBILITIES = {Visibility.HELD: "warning", Visibility.SHOWN: "success", Visibility.HIDDEN: "danger"}


class PostAdmin(ReadOnlyAdmin):
    """What questions and answers have in common."""

    @display(description="Visibility", label=VISIBILITIES, ordering="visibility")
    def visibility_label(self, post: Question | Answer) -> tuple[str, str]:
        return post.visibility, post.get_visibility_display()

    @display(description="Page")
    def page(self, post: Question | Answer) -> SafeString:
        return format_html('<a href="{}" class="underline">Open</a>', post.get_absolute_url())


@admin.register(Question)
class QuestionAdmin(PostAdmin):
    """Questions, newest first."""

    list_display = ["title", "state_label", "visibility_label", "asker", "answer_count", "asked_at", "page"]
    list_filter = ["state", "visibility", ("locked_at", admin.EmptyFieldListFilter), "topics"]
    list_select_related = ["asker"]
    search_fields = ["title"]
    ordering = ["-asked_at", "-pk"]
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

    @display(description="Mentor")
    def mentor_name(self, answer: Answer) -> str:
        return answer.mentor.user.display_name
