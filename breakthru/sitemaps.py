"""What search engines may list: sitemaps.org files, one index over one file for each kind of page."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import index, sitemap
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from feed.models import Question
from learner_series.models import Article, PlainPage, Series


class _OwnSitemap(Sitemap):  # type: ignore[type-arg]  # no subscript at run time
    """Pages are listed under our own address, whatever name a request came by."""

    limit = 5000

    @property
    def protocol(self) -> str:  # type: ignore[override]  # a plain attribute in Django's stubs
        return urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site: Any = None) -> str:
        return urlsplit(settings.SITE_URL).netloc


class PageSitemap(_OwnSitemap):
    """The pages that always stand."""

    def items(self) -> list[str]:
        return ["home", "learner_series:series_list", "feed:question_list", "memberships:plan_list",
                "mentors:program_detail"]  # fmt: skip

    def location(self, item: str) -> str:
        return reverse(item)


class PlainPageSitemap(_OwnSitemap):
    """What staff write about the site itself."""

    def items(self) -> Any:
        return PlainPage.objects.for_sitemap()

    def lastmod(self, item: PlainPage) -> datetime:
        return item.changed_at


class ArticleSitemap(_OwnSitemap):
    """Published articles; a gated one by its preview, which is its page for everybody."""

    def items(self) -> Any:
        return Article.objects.published().for_sitemap()

    def lastmod(self, item: Article) -> datetime | None:
        return item.live.published_at if item.live else None

    def get_latest_lastmod(self) -> datetime | None:
        """Asked of the database: Django would read every row, at each visit to the index."""
        return Article.objects.published().last_published()


class SeriesSitemap(_OwnSitemap):
    """Series with something to read."""

    def items(self) -> Any:
        return Series.objects.with_articles().order_by("pk")


class QuestionSitemap(_OwnSitemap):
    """Questions worth finding: answered, or asked within 30 days (PRODUCT §6)."""

    def items(self) -> Any:
        return Question.objects.shown().worth_finding(timezone.now()).for_sitemap()

    def lastmod(self, item: Question) -> datetime:
        return item.active_at

    def get_latest_lastmod(self) -> datetime | None:
        """Asked of the database, as for articles."""
        return Question.objects.shown().worth_finding(timezone.now()).last_active()


SITEMAPS: dict[str, Any] = {
    "pages": PageSitemap,
    "plain": PlainPageSitemap,
    "articles": ArticleSitemap,
    "series": SeriesSitemap,
    "questions": QuestionSitemap,
}


@login_not_required
@require_safe
def sitemap_index(request: HttpRequest) -> HttpResponse:
    """The list of the lists."""
    response = index(request, sitemaps=SITEMAPS, sitemap_url_name="sitemap_section")
    ours = urlsplit(settings.SITE_URL)
    for row in (response.context_data or {})["sitemaps"]:
        row.location = urlsplit(row.location)._replace(scheme=ours.scheme, netloc=ours.netloc).geturl()
    return response


@login_not_required
@require_safe
def sitemap_section(request: HttpRequest, section: str) -> HttpResponse:
    """The pages of one kind."""
    return sitemap(request, sitemaps=SITEMAPS, section=section)
