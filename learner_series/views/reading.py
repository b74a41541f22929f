"""Pages for readers."""

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from breakthru.lib.pagination import newest_first
from breakthru.lib.richtext import Heading, decorate
from learner_series.models import Article, ArticleImage, Series

PAGE_SIZE = 12


@login_not_required
@require_safe
def series_list(request: HttpRequest) -> HttpResponse:
    """The library: series, then everything, newest first."""
    cursor = request.GET.get("cursor", "")
    articles = Article.objects.published().for_card()
    page = newest_first(articles, field="published_at", cursor=cursor, size=PAGE_SIZE)
    context = {"series": Series.objects.with_articles(), "page": page, "is_first_page": not cursor}
    return render(request, "learner_series/series_list.html", context)


@login_not_required
@require_safe
def series_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One series in reading order."""
    series = get_object_or_404(Series.objects.with_articles(), slug=slug)
    articles = series.articles.published().in_reading_order()
    return render(request, "learner_series/series_detail.html", {"series": series, "articles": articles})


@login_not_required
@require_safe
def article_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One article, with its contents, its place in the series and a link to ask at each section."""
    article = get_object_or_404(Article.objects.published().for_page(), slug=slug)
    assert article.live is not None
    ask_url = reverse("feed:question_create")

    def section_link(heading: Heading) -> str:
        url = f"{ask_url}?{urlencode({'article': article.slug, 'section': heading.id})}"
        return render_to_string("components/ask_link.html", {"url": url, "title": heading.text})

    siblings = list(article.series.articles.published().in_reading_order()) if article.series else []
    place = siblings.index(article) if article in siblings else 0
    context = {
        "article": article,
        "revision": article.live,
        "body": decorate(article.live.html, section_link),
        "authors": [link.user for link in article.author_links.all()],
        "previous": siblings[place - 1] if place > 0 else None,
        "next": siblings[place + 1] if place + 1 < len(siblings) else None,
        "part": place + 1,
        "parts": len(siblings),
        "ask_url": f"{ask_url}?{urlencode({'article': article.slug})}",
    }
    return render(request, "learner_series/article_detail.html", context)


@login_not_required
@require_safe
def image_detail(request: HttpRequest, name: str) -> FileResponse:
    """A picture of an article. The name is the hash of its bytes, so it may be kept for a year."""
    image = get_object_or_404(ArticleImage, name=name)
    try:
        content = image.file.open()
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(content, content_type=image.content_type)
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
