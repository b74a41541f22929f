"""Where articles stand: their topics, and what editors put behind them."""

from collections.abc import Collection, Mapping

from django.db import transaction

from accounts.models import Topic, User
from accounts.services.audit import record_action
from breakthru.outbox.services import enqueue
from learner_series.models import Article, RelatedArticle
from learner_series.permissions import can_edit_articles
from learner_series.services.editorial import EditorialError


@transaction.atomic
def add_topic(*, by: User, ids: Collection[int], topic: Topic) -> int:
    """Give `topic` to those of the articles that lack it; return how many that were."""
    return _change_topic(
        by, topic, Article.objects.filter(pk__in=ids).exclude(topics=topic).only("pk"), "added"
    )


@transaction.atomic
def remove_topic(*, by: User, ids: Collection[int], topic: Topic) -> int:
    """Take `topic` from those of the articles that have it; return how many that were."""
    return _change_topic(by, topic, Article.objects.filter(pk__in=ids, topics=topic).only("pk"), "removed")


def _change_topic(by: User, topic: Topic, articles: Collection[Article], verb: str) -> int:
    _refuse_others(by)
    for article in articles:
        change = article.topics.add if verb == "added" else article.topics.remove
        change(topic)
        record_action(by=by, action=f"article.topic_{verb}", target=article, reason=topic.slug)
        enqueue("learner_series.relate_article", article.pk)
    return len(articles)


@transaction.atomic
def choose_related(*, by: User, article: Article, places: Mapping[int, int]) -> None:
    """Put exactly these articles, places by id, behind `article` by choice; computed links stay below."""
    _refuse_others(by)
    links = RelatedArticle.objects.filter(article=article)
    links.filter(is_curated=True).exclude(other__in=places).delete()
    RelatedArticle.objects.bulk_create(
        [
            RelatedArticle(article=article, other_id=other, place=place, is_curated=True)
            for other, place in places.items()
        ],
        # One that was computed so far is chosen from now on.
        update_conflicts=True,
        unique_fields=["article", "other"],
        update_fields=["place", "is_curated"],
    )
    record_action(by=by, action="article.related", target=article)
    enqueue("learner_series.relate_article", article.pk)


def _refuse_others(by: User) -> None:
    if not can_edit_articles(by):
        message = "Only editors arrange articles."
        raise EditorialError(message)
