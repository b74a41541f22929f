"""Pages for readers of the Feed."""

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import Topic
from accounts.services.notifications import hears_by_mail, mark_seen
from accounts.session import person_or_none
from breakthru.lib.pagination import newest_first
from feed.forms.search import FeedFilterForm
from feed.models import Question
from feed.permissions import can_answer
from feed.services.telling import QUESTION_ANSWERED
from mentors.models import MentorProfile

PAGE_SIZE = 20


def visible_questions(request: HttpRequest) -> "QuerySet[Question]":
    """Return the questions this request may see."""
    return Question.objects.visible_to(person_or_none(request))


@login_not_required
@require_safe
def question_list(request: HttpRequest) -> HttpResponse:
    """The Feed: newest or unanswered, by topic."""
    form = FeedFilterForm(request.GET)
    form.is_valid()
    questions = form.apply(Question.objects.shown_to(person_or_none(request)).for_row())
    page = newest_first(questions, field="asked_at", cursor=request.GET.get("cursor", ""), size=PAGE_SIZE)
    chosen = form.cleaned_data
    context = {
        "page": page,
        "topics": Topic.objects.all(),
        "show": chosen.get("show", ""),
        "topic": chosen.get("topic"),
    }
    return render(request, "feed/question_list.html", context)


@login_not_required
@require_safe
def question_redirect(request: HttpRequest, pk: int) -> HttpResponse:
    """The short address of a question."""
    return redirect(get_object_or_404(visible_questions(request), pk=pk), permanent=True)


@login_not_required
@require_safe
def question_detail(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """One question with its answers."""
    question = get_object_or_404(Question.objects.visible_to(person_or_none(request)).for_page(), pk=pk)
    if slug != question.slug:
        return redirect(question, permanent=True)
    user = person_or_none(request)
    if user is not None and user.unread_count:
        # Whatever way somebody came here, what they were told of this page is seen now.
        mark_seen(by=user, path=request.path, now=timezone.now())
    profile = MentorProfile.objects.of(user) if user else None
    answers = list(question.answers.shown_to(user).for_page())
    has_answered = profile is not None and any(answer.mentor_id == profile.pk for answer in answers)
    asker = user if user is not None and question.asker_id == user.pk else None
    context = {
        "question": question,
        "answers": answers,
        "is_mine": asker is not None,
        # Help lines wait only for who wrote here: the address that shows them may be handed on.
        "wrote_here": asker is not None or has_answered,
        # Asked only where it is said: to the asker, while nobody has answered.
        "hears_by_mail": asker and not answers and hears_by_mail(user=asker, kind=QUESTION_ANSWERED.key),
        "may_answer": user is not None
        and not has_answered
        and can_answer(user, profile, question, timezone.localdate()),
    }
    return render(request, "feed/question_detail.html", context)
