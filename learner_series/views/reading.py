"""Pages of the library for readers."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.session import person_or_none
from breakthru.lib.pagination import best_first, newest_first
from learner_series.access import can_read_all
from learner_series.forms.library import LibraryForm
from learner_series.models import Article, ArticleImage, ReadingProgress, Series
from learner_series.models.article import load_first_parts
from learner_series.permissions import can_edit_articles

PAGE_SIZE = 12
# Of each series on the front of the library.
FIRST_PARTS = 4
# So many series are drawn as routes; others are named below them.
ROUTES, MOST_SERIES = 6, 60
SERIES_PAGE = 50
TO_CONTINUE = 3


@login_not_required
@require_safe
def series_list(request: HttpRequest) -> HttpResponse:
    """The library: its front, or what fits the words, topic and stage that were chosen."""
    form = LibraryForm(request.GET)
    form.is_valid()
    user, cursor = person_or_none(request), request.GET.get("cursor", "")
    chosen = form.apply(Article.objects.published().for_card(), user.pk if user else None)
    if form.words:
        page = best_first(chosen, cursor=cursor, size=PAGE_SIZE)
    else:
        page = newest_first(chosen, field="published_at", cursor=cursor, size=PAGE_SIZE)
    context: dict[str, Any] = {
        "page": page,
        "is_first_page": page.is_first,
        "words": form.words,
        "topic": form.cleaned_data.get("topic"),
        "stage": form.cleaned_data.get("stage"),
        "is_saved": form.cleaned_data.get("saved"),
        "stages": Article.objects.published().audiences(),
    }
    if not form.is_empty:
        return render(request, "learner_series/article_search.html", context)
    if page.is_first:
        context |= _front(user)
    return render(request, "learner_series/series_list.html", context)


def _front(user: User | None) -> dict[str, Any]:
    """What only the first page of the library shows."""
    every = list(Series.objects.with_articles()[:MOST_SERIES])
    series = every[:ROUTES]
    load_first_parts(series, FIRST_PARTS)
    context: dict[str, Any] = {
        "series": series,
        "more_series": every[ROUTES:],
        "shelves": Article.objects.shelves(),
        "progress": {},
    }
    if user is not None:
        rows = ReadingProgress.objects.of(user.pk)
        parts = [article.pk for one in series for article in one.first_parts]
        context |= {"to_continue": rows.to_continue()[:TO_CONTINUE], "progress": rows.by_article(parts)}
    return context


@login_not_required
@require_safe
def series_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One series in reading order, with what the reader has read of it."""
    series = get_object_or_404(Series.objects.with_articles(), slug=slug)
    after = request.GET.get("after", "")
    place = int(after) if after.isascii() and after.isdigit() and len(after) < 5 else 0
    rows = list(series.articles.published().for_card().behind(place)[: SERIES_PAGE + 1])
    articles, user = rows[:SERIES_PAGE], person_or_none(request)
    progress = ReadingProgress.objects.none()
    if user is not None:
        progress = ReadingProgress.objects.of(user.pk)
    context = {
        "series": series,
        "articles": articles,
        "read_count": progress.finished_in(series) if user is not None else 0,
        "progress": progress.by_article([article.pk for article in articles]),
        "more_after": articles[-1].position if len(rows) > SERIES_PAGE else None,
        "is_first_page": place == 0,
    }
    return render(request, "learner_series/series_detail.html", context)


@login_not_required
@require_safe
def image_detail(request: HttpRequest, name: str) -> FileResponse:
    """A picture of an article, for whoever may read the words around it.

    The name is the hash of its bytes, so it never changes. What everybody may see is kept for a day and no
    longer: an editor may put the words around it behind the gate.
    """
    image = get_object_or_404(ArticleImage.objects.with_audience(), name=name)
    if not image.is_open and not _may_see_gated(request, is_live=image.is_live):
        raise Http404
    try:
        content = image.file.open()
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(content, content_type=image.content_type)
    public = "public, max-age=86400, immutable"
    response["Cache-Control"] = public if image.is_open else "private, no-store"
    return response


def _may_see_gated(request: HttpRequest, *, is_live: bool) -> bool:
    """A picture of a gated part is the members'; one of a draft the editors' alone."""
    user = person_or_none(request)
    if user is None:
        return False
    return can_edit_articles(user) or (is_live and can_read_all(user, is_gated=True, now=timezone.now()))
