"""What the Feed knows of an article's sections."""

import pytest
from pytest_django import DjangoAssertNumQueries

from feed.models import Question
from feed.models.question import Visibility
from feed.views import passages
from feed.views.passages import questions_by_anchor
from learner_series.models import Article
from tests.factories.library import draft, published, republished
from tests.factories.questions import QuestionFactory, answered

pytestmark = pytest.mark.django_db


def asked(article: Article, anchor: str = "", title: str = "", **fields: object) -> Question:
    """An answered question that was asked from the live text of `article`."""
    made: Question = QuestionFactory.create(
        article=article, revision=article.live, anchor=anchor, section_title=title, **fields
    )
    answered(made)
    return Question.objects.get(pk=made.pk)


def found(article: Article) -> dict[str, list[Question]]:
    assert article.live is not None
    return {anchor: list(rows) for anchor, rows in questions_by_anchor(article, article.live, None).items()}


def test_questions_stand_at_the_section_they_were_asked_from() -> None:
    article = published()
    first, inner = asked(article, "first-part", "First part"), asked(article, "inner-part", "Inner part")
    whole = asked(article)
    assert found(article) == {"first-part": [first], "inner-part": [inner], "": [whole]}


def test_questions_of_one_section_come_with_the_most_answered_first() -> None:
    article = published()
    one, two = asked(article, "first-part", "First part"), asked(article, "first-part", "First part")
    answered(two)
    three = asked(article, "first-part", "First part")
    assert found(article) == {"first-part": [two, three, one]}


def test_only_shown_and_answered_questions_of_this_article_are_there() -> None:
    article = published()
    QuestionFactory.create(article=article, revision=article.live)
    for visibility in (Visibility.HELD, Visibility.HIDDEN):
        QuestionFactory.create(article=article, revision=article.live, visibility=visibility, answer_count=1)
    asked(published())
    assert found(article) == {}


def test_a_question_follows_its_section_to_its_new_name() -> None:
    article = published(html="<p>Hi.</p><h2 id='old'>Costs of a year</h2><p>Words.</p>")
    question = asked(article, "old", "Costs of a year")
    again = republished(article, html="<p>Hi.</p><h2 id='new'>Costs of a year</h2><p>Words.</p>")
    assert found(again) == {"new": [question]}


def test_a_question_whose_section_is_gone_stands_at_the_nearest_heading_before_it() -> None:
    article = published()
    question = asked(article, "inner-part", "Inner part")
    again = republished(article, html="<h2>First part</h2><p>Words.</p><h2>Other</h2><p>End.</p>")
    assert found(again) == {"first-part": [question]}


def test_a_question_whose_sections_are_all_gone_stands_at_the_whole_article() -> None:
    article = published()
    question = asked(article, "inner-part", "Inner part")
    assert found(republished(article, html="<p>No heading at all.</p>")) == {"": [question]}


def test_a_question_whose_revision_is_gone_stands_at_the_whole_article() -> None:
    article = published()
    question = asked(article, "inner-part", "Inner part")
    Question.objects.update(revision=None)
    again = republished(article, html="<h2>First part</h2><p>Words.</p>")
    assert found(again) == {"": [question]}


def test_a_preview_shows_questions_at_the_headings_to_come() -> None:
    article = published()
    question = asked(article, "second-part", "Second part")
    coming = draft(article=article, html="<h2>Second part</h2><p>Words.</p>")
    assert questions_by_anchor(article, coming, None) == {"second-part": [question]}


@pytest.mark.parametrize("count", [1, 3])
def test_questions_take_one_query_and_lost_sections_one_more(
    django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    article = published()
    for _ in range(count):
        asked(article, "inner-part", "Inner part")
    assert article.live is not None
    with django_assert_num_queries(1):
        questions_by_anchor(article, article.live, None)
    for _ in range(count):
        article = republished(article)
        asked(article, "second-part", "Second part")
    again = republished(article, html="<h2>First part</h2><p>Words.</p>")
    assert again.live is not None
    with django_assert_num_queries(2):
        questions_by_anchor(again, again.live, None)


def test_no_more_are_shown_than_anybody_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passages, "SHOWN", 2)
    article = published()
    for _ in range(3):
        asked(article, "first-part", "First part")
    assert len(found(article)["first-part"]) == 2
