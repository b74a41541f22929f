"""Staff pages that decide who sees a post: the queue of held questions, and one post at a time."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.permissions import age_group_of
from accounts.session import person
from feed.forms.reviewing import HIDE, HeldForm, HideForm
from feed.models import Question
from feed.services.reviewing import Post, ReviewError, hide, release, restore
from learner_series.admin.pages import form_page, staff_page

PAGE_SIZE = 25
# In the address of a step that was begun in the queue, so that it leads back there.
FROM_QUEUE = "from=held"


# --- The queue


def held_page(owner: "ModelAdmin[Any]", request: HttpRequest) -> HttpResponse:
    """Show what waits to be read, the oldest first; chosen ones are shown to everybody or hidden."""
    form = HeldForm(_posted(request))
    if form.is_valid():
        _decide(request, form)
        return HttpResponseRedirect(_queue_url())
    held = Question.objects.held().select_related("asker", "stage", "article").prefetch_related("topics")
    page = Paginator(held, PAGE_SIZE).get_page(request.GET.get("p"))
    today = timezone.localdate()
    return staff_page(
        owner,
        request,
        "admin/feed/question/held_list.html",
        title="Held posts",
        status=422 if form.errors else 200,
        form=form,
        chosen=request.POST.getlist("posts"),
        page=page,
        rows=[(question, why_held(question.asker, today)) for question in page],
        from_queue=FROM_QUEUE,
    )


def why_held(asker: User, today: date) -> str:
    """Say why what `asker` wrote is read first."""
    if asker.birth_year is None:
        return "The asker has not told their age, which counts as under 18."
    return f"Age of the asker: {age_group_of(asker, today).label.lower()}."


def _decide(request: HttpRequest, form: HeldForm) -> None:
    """Take the step for each chosen question; one that cannot take it does not stop the others."""
    by, now, is_hiding = person(request), timezone.now(), form.cleaned_data["step"] == HIDE
    done, left = 0, set()
    for question in form.cleaned_data["posts"]:
        try:
            if is_hiding:
                words = form.cleaned_data["words"]
                hide(by=by, post=question, reason=form.chosen_reason, words=words, now=now)
            else:
                release(by=by, post=question, now=now)
            done += 1
        except ReviewError as error:
            left.add(str(error))
    if done:
        questions = "1 question is" if done == 1 else f"{done} questions are"
        messages.success(request, f"{questions} {'hidden' if is_hiding else 'shown to everybody'} now.")
    for words in sorted(left):
        messages.error(request, words)


def _queue_url() -> str:
    return reverse("admin:feed_question_held")


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


# --- One post


def release_page(owner: "ModelAdmin[Any]", request: HttpRequest, post: Post) -> HttpResponse:
    """Ask once more; then let everybody see what was held."""
    return _step_page(
        owner,
        request,
        post,
        Form(_posted(request)),
        lambda by, form: release(by=by, post=post, now=timezone.now()),
        title="Show this to everybody?",
        verb="Show it",
        intro="It appears in the Feed as if it were written now, and its author is told.",
        done="Everybody can see it now.",
    )


def hide_page(owner: "ModelAdmin[Any]", request: HttpRequest, post: Post) -> HttpResponse:
    """Ask for a reason; then take the post from everybody's sight."""

    def step(by: User, form: Any) -> None:
        words, now = form.cleaned_data["words"], timezone.now()
        hide(by=by, post=post, reason=form.chosen_reason, words=words, now=now)

    return _step_page(
        owner,
        request,
        post,
        HideForm(_posted(request)),
        step,
        title="Hide this?",
        verb="Hide it",
        intro="Nobody but staff can see it then. Its author is told why. You can take it back at any time.",
        done="It is hidden now.",
    )


def restore_page(owner: "ModelAdmin[Any]", request: HttpRequest, post: Post) -> HttpResponse:
    """Ask once more; then let everybody see what was hidden."""
    return _step_page(
        owner,
        request,
        post,
        Form(_posted(request)),
        lambda by, form: restore(by=by, post=post, now=timezone.now()),
        title="Show this to everybody again?",
        verb="Show it again",
        intro="Its author is told that everybody can see it.",
        done="Everybody can see it again.",
    )


def _step_page(
    owner: "ModelAdmin[Any]",
    request: HttpRequest,
    post: Post,
    form: Form,
    step: Callable[[User, Any], None],
    *,
    done: str,
    **words: Any,
) -> HttpResponse:
    back = reverse(f"admin:{owner.opts.app_label}_{owner.opts.model_name}_change", args=[post.pk])
    if request.META["QUERY_STRING"] == FROM_QUEUE:
        back = _queue_url()
    if form.is_valid():
        try:
            step(person(request), form)
        except ReviewError as error:
            form.add_error(None, str(error))
        else:
            owner.message_user(request, done, messages.SUCCESS)
            return HttpResponseRedirect(back)
    return form_page(owner, request, form, back=back, names=[str(post)], **words)
