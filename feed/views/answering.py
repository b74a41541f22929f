"""Answer a question."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.permissions import is_adult
from accounts.session import person
from breakthru.lib.care import with_help_lines
from breakthru.lib.http import unprocessable
from feed.forms.answer import AnswerForm
from feed.models import Question
from feed.services.answers import AnswerError, answer_question
from mentors.models import MentorProfile
from mentors.permissions import is_verified_mentor


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer_create(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """Show a verified mentor the composer, or add the answer and go to its place on the page."""
    user = person(request)
    now = timezone.now()
    today = timezone.localdate(now)
    question = get_object_or_404(Question.objects.visible_to(user).for_page(), pk=pk)
    if not is_verified_mentor(user, MentorProfile.objects.of(user), today):
        raise Http404
    former = question.answers.by(user)
    if former is not None and request.method != "POST":
        messages.info(request, "You answered this question already. Here is what you wrote.")
        return redirect(former)
    form = AnswerForm(
        request.POST if request.method == "POST" else None,
        today=today,
        may_show_contacts=is_adult(user, today),
    )
    if form.is_valid():
        try:
            answer = answer_question(
                by=user, token=form.cleaned_data["token"], question=question, draft=form.draft(), now=now
            )
        except AnswerError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Your answer is posted. Thank you for your time.")
            place = answer.get_absolute_url()
            return redirect(with_help_lines(place) if form.shows_distress else place)
    context = {"form": form, "question": question, "is_distressed": form.shows_distress}
    response = render(request, "feed/answer_form.html", context)
    return unprocessable(response) if form.is_bound else response
