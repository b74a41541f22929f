"""Topics of several articles, and what stands behind one, as the services see it."""

from collections.abc import Callable

import pytest

from accounts.models import AuditEntry
from breakthru.outbox.models import Outbox
from learner_series.models import Article, RelatedArticle
from learner_series.services.arranging import add_topic, choose_related, remove_topic
from learner_series.services.editorial import EditorialError
from tests.factories.library import ArticleFactory
from tests.factories.people import TopicFactory, UserFactory, staff

pytestmark = pytest.mark.django_db


def articles(count: int) -> list[Article]:
    return [ArticleFactory.create() for _ in range(count)]


def related_anew() -> list[str]:
    return list(Outbox.objects.filter(kind="learner_series.relate_article").values_list("ref", flat=True))


def test_topic_goes_to_those_that_lack_it() -> None:
    topic, other, editor = TopicFactory.create(), TopicFactory.create(), staff("editor")
    first, second, third = articles(3)
    first.topics.add(topic)
    second.topics.add(other)
    assert add_topic(by=editor, ids=[first.pk, second.pk], topic=topic) == 1
    found = [set(article.topics.all()) for article in (first, second, third)]
    assert found == [{topic}, {topic, other}, set()]
    assert related_anew() == [str(second.pk)]


def test_topic_leaves_those_that_have_it() -> None:
    topic, other, editor = TopicFactory.create(), TopicFactory.create(), staff("editor")
    first, second, third = articles(3)
    for article in (first, second):
        article.topics.add(topic, other)
    assert remove_topic(by=editor, ids=[first.pk, third.pk], topic=topic) == 1
    assert [set(article.topics.all()) for article in (first, second)] == [{other}, {topic, other}]
    assert AuditEntry.objects.values_list("action", "target", "reason").get() == (
        "article.topic_removed",
        f"learner_series.article:{first.pk}",
        topic.slug,
    )


def test_choice_replaces_the_former_one_and_leaves_what_is_computed() -> None:
    article, former, computed, chosen = articles(4)
    RelatedArticle.objects.create(article=article, other=former, is_curated=True)
    RelatedArticle.objects.create(article=article, other=computed, place=3)
    choose_related(by=staff("editor"), article=article, places={chosen.pk: 7})
    rows = RelatedArticle.objects.filter(article=article).values_list("other", "place", "is_curated")
    assert set(rows) == {(computed.pk, 3, False), (chosen.pk, 7, True)}
    assert related_anew() == [str(article.pk)]


@pytest.mark.parametrize("change", [add_topic, remove_topic])
def test_topics_are_for_editors(change: Callable[..., int]) -> None:
    (article,) = articles(1)
    topic = TopicFactory.create()
    with pytest.raises(EditorialError, match="Only editors arrange articles"):
        change(by=UserFactory.create(), ids=[article.pk], topic=topic)


def test_what_to_read_next_is_for_editors() -> None:
    first, second = articles(2)
    with pytest.raises(EditorialError, match="Only editors arrange articles"):
        choose_related(by=staff("moderator"), article=first, places={second.pk: 1})
    assert RelatedArticle.objects.count() == 0
