"""What needs an editor: texts and facts that are due, and articles that readers doubt."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.html import format_html_join

from learner_series.admin.pages import link, staff_page
from learner_series.models import Article, ArticleFeedback, FactCard, FactUse

BOARD = "admin/learner_series/board.html"
FEEDBACK_PAGE = "admin/learner_series/article/feedback.html"
# A board is worked off from the top; what stands further down can wait.
MOST = 100
PER_PAGE = 50

Table = dict[str, Any]


def stale_page(owner: "ModelAdmin[Any]", request: HttpRequest) -> HttpResponse:
    """Articles that are due, articles that show a fact that is due, and those facts."""
    today = timezone.localdate()
    tables = [
        _table(
            "Articles whose facts are due for a check",
            "Readers see a notice on each of them. Check the sources, then say so on the article's page.",
            ["Article", "Due since", "Checked on"],
            (
                [link(_url("article", row.pk), row.title), _day(row.review_on), _day(row.checked_on)]
                for row in Article.objects.stale(today).for_card()[: MOST + 1]
            ),
        ),
        _table(
            "Articles that show a fact card that is due",
            "The card tells readers so. It changes in every text at once when you check it.",
            ["Article", "Fact cards"],
            _with_due_cards(today),
        ),
        _table(
            "Fact cards that are due for a check",
            "The first was due the longest ago.",
            ["Fact card", "Key", "Due since", "Live articles"],
            (
                [link(_url("factcard", row.pk), row.rule), row.key, _day(row.review_on), str(row.live_count)]
                for row in _live_counts(FactCard.objects.expired(today).with_use()[: MOST + 1])
            ),
        ),
    ]
    return staff_page(owner, request, BOARD, title="Stale", tables=tables, back_url=_list_url())


def _live_counts(cards: "QuerySet[FactCard]") -> Iterable[Any]:
    # Any: `live_count` is annotated.
    return cards


def _with_due_cards(today: Any) -> Iterable[list[Any]]:
    uses = (
        FactUse.objects.filter(revision__live_article__isnull=False, card__review_on__lt=today)
        .select_related("card", "revision__live_article")
        .only("card__rule", "revision__live_article__title", "card", "revision")
        .order_by("card__review_on", "revision__live_article__title", "card__rule")
    )
    cards: dict[Article, list[FactCard]] = {}
    for use in uses[: MOST * 5]:
        cards.setdefault(use.revision.live_article, []).append(use.card)
    for article, shown in cards.items():
        names = ((link(_url("factcard", card.pk), card.rule),) for card in shown)
        yield [link(_url("article", article.pk), article.title), format_html_join(", ", "{}", names)]


def unhelpful_page(owner: "ModelAdmin[Any]", request: HttpRequest) -> HttpResponse:
    """Live articles that somebody found unhelpful, the most doubtful first."""
    page = Paginator(ArticleFeedback.objects.by_article(), PER_PAGE).get_page(request.GET.get("p"))
    table = _table(
        "Articles that did not help",
        "The most doubtful first: the order weighs the share of “no” by how many people spoke.",
        ["Article", "Yes", "No", "Share of no"],
        (
            [
                link(
                    reverse("admin:learner_series_article_feedback", args=[row["article"]]),
                    row["article__title"],
                ),
                str(row["yes"]),
                str(row["no"]),
                f"{row['no'] / row['total']:.0%}",
            ]
            for row in page
        ),
    )
    return staff_page(
        owner, request, BOARD, title="Unhelpful", tables=[table], page=page, back_url=_list_url()
    )


def feedback_page(owner: "ModelAdmin[Any]", request: HttpRequest, article: Article) -> HttpResponse:
    """What readers of one article missed, the newest first. Who they are stays with them."""
    reasons = ArticleFeedback.objects.reasons(article.pk).select_related("revision")
    words = reasons.only("missing", "given_at", "revision__number")
    return staff_page(
        owner,
        request,
        FEEDBACK_PAGE,
        title=f"What was missing in “{article.title}”",
        page=Paginator(words, PER_PAGE).get_page(request.GET.get("p")),
        article_url=_url("article", article.pk),
        back_url=reverse("admin:learner_series_article_unhelpful"),
    )


def _table(title: str, words: str, headers: list[str], rows: Iterable[list[Any]]) -> Table:
    """Return what the template shows: at most MOST rows, and whether there are more."""
    shown = list(islice(rows, MOST + 1))
    table = {"headers": headers, "rows": shown[:MOST]}
    return {"title": title, "words": words, "table": table, "has_more": len(shown) > MOST}


def _day(day: Any) -> str:
    return "Never" if day is None else format_date(day, "F j, Y")


def _url(model: str, pk: int) -> str:
    return reverse(f"admin:learner_series_{model}_change", args=[pk])


def _list_url() -> str:
    return reverse("admin:learner_series_article_changelist")
