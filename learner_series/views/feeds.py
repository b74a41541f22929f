"""Articles for feed readers."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from learner_series.pages.feed import ArticleFeed


@login_not_required
@require_safe
def article_feed(request: HttpRequest) -> HttpResponse:
    """The newest articles."""
    return ArticleFeed()(request)
