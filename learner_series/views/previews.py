"""A revision on its way, for whoever was given its link."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.session import person_or_none
from learner_series.access import can_read_all
from learner_series.lifecycle import UNDERWAY, RevisionState
from learner_series.models import Article, Revision
from learner_series.pages.article import ArticlePage, load_words
from learner_series.services.previews import read_preview


@login_not_required
@require_safe
@never_cache
def preview_detail(request: HttpRequest, token: str) -> HttpResponse:
    """The page as it would be, gates included; once the text is live, the article itself."""
    revision = get_object_or_404(Revision.objects.without_words(), pk=read_preview(token))
    state = RevisionState(revision.state)
    if state == RevisionState.PUBLISHED:
        return redirect(revision.article)
    if state not in UNDERWAY:
        raise Http404
    article = get_object_or_404(Article.objects.for_page(), pk=revision.article_id)
    user, now = person_or_none(request), timezone.now()
    reads_all = can_read_all(user, is_gated=revision.is_gated, now=now)
    words = load_words(revision.pk, reads_all=reads_all)
    # Shown as it will stand; nothing of this is saved.
    article.title, article.summary, article.word_count = words.title, words.summary, words.word_count
    page = ArticlePage(article, words, user, reads_all, now, is_preview=True)
    return render(request, page.template, page.context())
