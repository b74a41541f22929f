"""What to read next: what editors chose stays, the rest is computed from topics and open words."""

import pytest

from breakthru.outbox.models import Outbox
from learner_series.models import Article, RelatedArticle
from learner_series.services import relating
from learner_series.services.editorial import OPEN, Gate
from learner_series.services.relating import KEPT, relate_article, relate_next
from tests.factories.library import ArticleFactory, approved, draft, published
from tests.factories.people import TopicFactory

pytestmark = pytest.mark.django_db


def titled(title: str, html: str = "<p>Words.</p>", gate: Gate = OPEN) -> Article:
    """A published article with no words in common with others but those of its title and text."""
    return published(html, gate, title=title, summary=title)


def found(article: Article) -> list[Article]:
    """What is computed for `article`, in its order."""
    relate_article(article_id=article.pk)
    return [row.other for row in RelatedArticle.objects.for_page(article) if not row.is_curated]


def test_articles_of_the_same_topic_go_together_the_more_topics_the_closer() -> None:
    topics = TopicFactory.create_batch(2)
    article, one, both, none = (titled(name) for name in ("Ants", "Bees", "Crows", "Doves"))
    article.topics.set(topics)
    both.topics.set(topics)
    one.topics.set(topics[:1])
    none.topics.add(TopicFactory.create())
    assert found(article) == [both, one]


def test_articles_of_the_same_words_go_together() -> None:
    article = titled("The personal statement", html="<p>How to write about yourself.</p>")
    near = titled("Your statement, again", html="<p>How to write a personal statement.</p>")
    titled("Money", html="<p>What a year costs.</p>")
    assert found(article) == [near]


def test_a_word_that_another_article_has_only_in_its_text_is_not_enough() -> None:
    article = titled("Statements")
    titled("Money", html="<p>Bank statements count.</p>")
    assert found(article) == []


def test_no_gated_word_makes_an_article_go_with_another() -> None:
    article = titled("Ants", html="<p>Hello.</p><p>Interviews.</p>", gate=Gate(is_premium=True))
    titled("Interviews")
    assert found(article) == []


def test_an_article_goes_neither_with_itself_nor_with_what_nobody_can_open() -> None:
    topic = TopicFactory.create()
    article, other = published(), published()
    unfinished = [draft().article, approved().article, ArticleFactory.create()]
    for one in (article, other, *unfinished):
        one.topics.add(topic)
    assert found(article) == [other]


def test_an_article_without_words_for_search_goes_by_its_topics() -> None:
    topic = TopicFactory.create()
    article, other = ArticleFactory.create(), published()
    for one in (article, other):
        one.topics.add(topic)
    assert found(article) == [other]


def test_no_more_are_kept_than_a_page_can_use() -> None:
    topic = TopicFactory.create()
    articles = [published() for _ in range(KEPT + 2)]
    for article in articles:
        article.topics.add(topic)
    assert relate_article(article_id=articles[0].pk) == KEPT
    assert [row.place for row in RelatedArticle.objects.all()] == list(range(KEPT))


def test_what_editors_chose_stays_and_is_not_found_once_more() -> None:
    topic = TopicFactory.create()
    article, chosen, other = published(), published(), published()
    for one in (article, chosen, other):
        one.topics.add(topic)
    RelatedArticle.objects.create(article=article, other=chosen, is_curated=True)
    assert found(article) == [other]
    rows = RelatedArticle.objects.for_page(article)
    assert [(row.other, row.is_curated) for row in rows] == [(chosen, True), (other, False)]


def test_what_was_computed_before_is_replaced() -> None:
    article, former = titled("Ants"), titled("Bees")
    RelatedArticle.objects.create(article=article, other=former)
    RelatedArticle.objects.create(article=former, other=article)
    assert found(article) == []
    assert [row.article for row in RelatedArticle.objects.all()] == [former]


def test_words_that_look_like_a_search_are_only_words() -> None:
    signs = "O'Brien & (sons) | !not <-> a:b \\ https://x.org/~a'b?c=%27 it's"
    article, other = titled(signs), titled("Brien and sons")
    assert found(article) == [other]


def test_an_article_that_is_gone_has_nothing_beside_it() -> None:
    assert relate_article(article_id=1) == 0


def test_all_articles_are_computed_in_batches_that_hand_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relating, "BATCH", 2)
    topic = TopicFactory.create()
    articles = [published() for _ in range(3)]
    for article in articles:
        article.topics.add(topic)
    Outbox.objects.all().delete()
    relate_next(after=0)
    assert list(Outbox.objects.values_list("kind", "ref")) == [
        ("learner_series.relate_all", str(articles[1].pk))
    ]
    assert {row.article for row in RelatedArticle.objects.all()} == set(articles[:2])
    relate_next(after=articles[1].pk)
    assert (Outbox.objects.count(), RelatedArticle.objects.count()) == (1, 6)
