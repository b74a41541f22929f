"""What a signed-in reader does with an article; each works as a plain form."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.session import person
from breakthru.lib.care import shows_distress, with_help_lines
from breakthru.lib.http import safe_next, unprocessable
from learner_series.forms.feedback import FeedbackForm
from learner_series.models import Article, ArticleFeedback
from learner_series.services.reading import (
    give_feedback,
    mark_as_read,
    record_progress,
    save_article,
    unsave_article,
)


def _article(slug: str) -> Article:
    article: Article = get_object_or_404(Article.objects.published().with_outline(), slug=slug)
    return article


@never_cache
@require_POST
def progress_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep where the reader is (sent by the page while reading), or mark as read by a button."""
    user, article, now = person(request), _article(slug), timezone.now()
    mark = request.POST.get("mark", "")
    if mark in {"read", "unread"}:
        mark_as_read(by=user, article=article, is_read=mark == "read", now=now)
        messages.success(request, "Marked as read." if mark == "read" else "Marked as not read.")
        return redirect(safe_next(request, request.POST.get("next"), article.get_absolute_url()))
    percent = request.POST.get("percent", "")
    if not (percent.isascii() and percent.isdigit() and len(percent) <= 3):
        return HttpResponse(status=422)
    anchor = request.POST.get("anchor", "")
    record_progress(by=user, article=article, percent=int(percent), anchor=anchor, now=now)
    return HttpResponse(status=204)


@never_cache
@require_POST
def saved_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep an article for later, or stop keeping it."""
    user, article = person(request), _article(slug)
    if request.POST.get("saved") == "no":
        unsave_article(by=user, article=article)
        messages.success(request, f"“{article.title}” is no longer saved.")
    else:
        save_article(by=user, article=article, now=timezone.now())
        messages.success(request, f"“{article.title}” is saved. You find it in the Learner Series.")
    return redirect(safe_next(request, request.POST.get("next"), article.get_absolute_url()))


def _thanks(*, is_helpful: bool, missing: str) -> str:
    if is_helpful:
        return "Thank you. It is good to know that it helped."
    if missing:
        return "Thank you. The editors read every word about what was missing."
    return "Thank you. The editors see how many readers it did not help. You can still say what was missing."


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def feedback_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Say whether an article helped, and what was missing; shows what was said before."""
    user, article = person(request), _article(slug)
    # Shown to the writer alone, and kept nowhere.
    is_distressed = shows_distress(request.POST.get("missing", ""))
    former = ArticleFeedback.objects.for_pair(user=user, article=article)
    initial = {"helpful": "yes" if former.is_helpful else "no", "missing": former.missing} if former else {}
    if request.GET.get("helpful") in {"yes", "no"}:
        initial["helpful"] = request.GET["helpful"]
    form = FeedbackForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        is_helpful, missing = form.cleaned_data["helpful"] == "yes", form.cleaned_data["missing"]
        give_feedback(
            by=user,
            article=article,
            is_helpful=is_helpful,
            missing=missing,
            now=timezone.now(),
        )
        messages.success(request, _thanks(is_helpful=is_helpful, missing=missing))
        place = article.get_absolute_url()
        return redirect(with_help_lines(place) if is_distressed else place)
    context = {"article": article, "form": form, "is_distressed": is_distressed}
    response = render(request, "learner_series/feedback_form.html", context)
    return unprocessable(response) if form.is_bound else response
