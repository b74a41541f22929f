"""What the tables of the Feed hold, refuse and list."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from feed.lifecycle import QuestionState
from feed.models import Answer, AnswerSource, Question, QuestionEvent
from feed.models.answer import Basis
from feed.models.question import FRESH, Visibility, question_slug
from learner_series.models import Article
from mentors.models import MentorProfile
from tests.constraints import refused_by
from tests.factories.library import published, republished
from tests.factories.people import MentorFactory, TopicFactory, UserFactory
from tests.factories.questions import QuestionFactory, answered, source

pytestmark = pytest.mark.django_db
NOW = timezone.now()


# --- Constraints: a yes and a no each


def test_question_has_a_title() -> None:
    QuestionFactory.create(title="?")
    with refused_by("question_has_a_title"):
        QuestionFactory.create(title="")


@pytest.mark.parametrize("state", [QuestionState.ANSWERED, QuestionState.SOLVED])
def test_question_answered_has_answer(state: QuestionState) -> None:
    QuestionFactory.create(state=state, answered_at=NOW, answer_count=1)
    with refused_by("question_answered_has_answer"):
        QuestionFactory.create(state=state, answered_at=None, answer_count=1)
    with refused_by("question_answered_has_answer"):
        QuestionFactory.create(state=state, answered_at=NOW, answer_count=0)


def test_question_anchor_has_its_title() -> None:
    QuestionFactory.create(anchor="why", section_title="Why")
    # Words before the first heading have a title in the outline but may have no anchor.
    QuestionFactory.create(anchor="", section_title="Why")
    with refused_by("question_anchor_has_its_title"):
        QuestionFactory.create(anchor="why", section_title="")


def _answer(**fields: object) -> Answer:
    question, mentor = QuestionFactory.create(), MentorFactory.create()
    complete: dict[str, object] = {
        "question": question,
        "mentor": mentor,
        "written_as": mentor.place,
        "basis": Basis.OPINION,
        "body_html": "<p>So.</p>",
        "body_text": "So.",
    }
    return Answer.objects.create(**{**complete, **fields})


def test_answer_once_per_mentor() -> None:
    first = _answer()
    _answer(question=first.question)
    with refused_by("answer_once_per_mentor"):
        _answer(question=first.question, mentor=first.mentor)


def test_answer_basis_known() -> None:
    for basis in Basis:
        _answer(basis=basis)
    with refused_by("answer_basis_known"):
        _answer(basis="hearsay")


def test_answer_says_something() -> None:
    _answer(body_text="x")
    with refused_by("answer_says_something"):
        _answer(body_text="")


def test_answer_cycle_year_sane() -> None:
    for year in (None, 2020, 2100):
        _answer(cycle_year=year)
    for year in (2019, 2101):
        with refused_by("answer_cycle_year_sane"):
            _answer(cycle_year=year)


def test_answer_source_is_web() -> None:
    answer = _answer()
    for url in ("https://example.org/", "http://example.org/"):
        AnswerSource.objects.create(answer=answer, title="Rule", url=url)
    with refused_by("answer_source_is_web"):
        AnswerSource.objects.create(answer=answer, title="Rule", url="javascript:alert(1)")


# --- What search engines are told


def test_sitemap_rows_are_by_age_and_without_words(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    newer, older = QuestionFactory.create(), QuestionFactory.create(asked_at=NOW - FRESH)
    with django_assert_num_queries(1):
        rows = list(Question.objects.for_sitemap())
        assert [row.get_absolute_url() for row in rows] == [
            older.get_absolute_url(),
            newer.get_absolute_url(),
        ]
        assert [row.active_at for row in rows] == [older.active_at, newer.active_at]
    assert {"body_html", "body_text", "quote"}.isdisjoint(rows[0].__dict__)


def test_last_active_is_when_something_happened_last() -> None:
    assert Question.objects.last_active() is None
    QuestionFactory.create(active_at=NOW - FRESH)
    QuestionFactory.create(active_at=NOW)
    assert Question.objects.last_active() == NOW


# --- Who sees which questions


def _one_of_each() -> tuple[User, dict[Visibility, Question]]:
    asker = UserFactory.create()
    return asker, {kind: QuestionFactory.create(asker=asker, visibility=kind) for kind in Visibility}


def test_shown_leaves_out_held_and_hidden() -> None:
    _, made = _one_of_each()
    assert list(Question.objects.shown()) == [made[Visibility.SHOWN]]


def test_visible_to_a_visitor_is_what_is_shown() -> None:
    _, made = _one_of_each()
    assert list(Question.objects.visible_to(None)) == [made[Visibility.SHOWN]]


def test_visible_to_somebody_else_is_what_is_shown() -> None:
    _, made = _one_of_each()
    assert list(Question.objects.visible_to(UserFactory.create())) == [made[Visibility.SHOWN]]


def test_visible_to_the_asker_includes_held_but_not_hidden() -> None:
    asker, made = _one_of_each()
    assert set(Question.objects.visible_to(asker)) == {made[Visibility.SHOWN], made[Visibility.HELD]}


@pytest.mark.parametrize(
    ("state", "count", "expected"),
    [
        (QuestionState.OPEN, 0, True),
        (QuestionState.NEEDS_INFO, 0, True),
        (QuestionState.OPEN, 1, False),
        (QuestionState.ANSWERED, 1, False),
        (QuestionState.CLOSED, 0, False),
        (QuestionState.MERGED, 0, False),
    ],
)
def test_unanswered(state: QuestionState, count: int, expected: bool) -> None:
    QuestionFactory.create(state=state, answer_count=count, answered_at=NOW if count else None)
    assert Question.objects.unanswered().exists() is expected


def test_about_keeps_one_topic() -> None:
    topic, other = TopicFactory.create(), TopicFactory.create()
    wanted, unwanted = QuestionFactory.create(), QuestionFactory.create()
    wanted.topics.add(topic)
    unwanted.topics.add(other)
    assert list(Question.objects.about(topic)) == [wanted]


def test_asked_by_and_not_asked_by_share_out_all_questions() -> None:
    mine, theirs = QuestionFactory.create(), QuestionFactory.create()
    assert list(Question.objects.asked_by(mine.asker)) == [mine]
    assert list(Question.objects.not_asked_by(mine.asker)) == [theirs]


def test_newest_and_oldest_break_ties_by_number() -> None:
    late = QuestionFactory.create(asked_at=NOW)
    first, second = (QuestionFactory.create(asked_at=NOW - timedelta(days=1)) for _ in range(2))
    assert list(Question.objects.newest()) == [late, second, first]
    assert list(Question.objects.oldest()) == [first, second, late]


@pytest.mark.parametrize(
    ("age", "count", "expected"),
    [
        (timedelta(0), 0, True),
        (FRESH - timedelta(seconds=1), 0, True),
        (FRESH, 0, False),
        (FRESH, 1, True),
    ],
)
def test_worth_finding_is_what_is_answered_or_young(age: timedelta, count: int, expected: bool) -> None:
    QuestionFactory.create(asked_at=NOW - age, answer_count=count)
    assert Question.objects.worth_finding(NOW).exists() is expected


def test_answered_at_is_shown_and_answered_and_of_one_article() -> None:
    article = published()
    few, many = (QuestionFactory.create(article=article, answer_count=count) for count in (1, 2))
    QuestionFactory.create(article=article)
    QuestionFactory.create(article=article, answer_count=1, visibility=Visibility.HELD)
    QuestionFactory.create(article=published(), answer_count=1)
    assert list(Question.objects.answered_at(article, None)) == [many, few]


@pytest.mark.parametrize("method", ["for_row", "for_page"])
def test_what_a_page_shows_comes_with_the_question(
    method: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    QuestionFactory.create().topics.add(TopicFactory.create())
    question = getattr(Question.objects.all(), method)().get()
    with django_assert_num_queries(0):
        assert len(question.topics.all()) == 1
        assert question.asker.display_name
        assert question.stage is None


# --- Question: words and predicates


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Is a gap year fine?", "is-a-gap-year-fine"),
        ("???", "question"),
        ("为什么？", "question"),
        ("a" * 79 + " bc", "a" * 79),
    ],
)
def test_question_slug_is_never_empty_nor_too_long(title: str, slug: str) -> None:
    assert question_slug(title) == slug


def test_question_address_has_number_and_slug() -> None:
    question = QuestionFactory.create(slug="is-it")
    assert question.get_absolute_url() == f"/feed/{question.pk}/is-it/"


@pytest.mark.parametrize(("count", "expected"), [(0, False), (1, True)])
def test_question_is_answered(count: int, expected: bool) -> None:
    assert Question(answer_count=count).is_answered is expected


def test_question_and_event_say_what_they_are() -> None:
    question = QuestionFactory.create(title="Is it so?")
    event = QuestionEvent(question=question, source="open", target="closed")
    assert (str(question), str(event)) == ("Is it so?", "open → closed")


# --- Question: the passage it was asked from


def _asked(article: Article, **fields: object) -> Question:
    """A question about “Inner part” of the live text of `article`, read anew."""
    complete = {"anchor": "inner-part", "section_title": "Inner part", "revision": article.live, **fields}
    return Question.objects.get(pk=QuestionFactory.create(article=article, **complete).pk)


def _place(question: Question) -> tuple[str | None, bool]:
    place = question.place_now
    return place.id if place else None, question.has_moved


def test_passage_of_an_article_as_it_was_has_not_moved() -> None:
    assert _place(_asked(published())) == ("inner-part", False)


def test_passage_stays_through_edits_elsewhere_and_in_its_words() -> None:
    article = published()
    question = _asked(article)
    republished(article, html="<h2>New</h2><p>So.</p><h2>Any</h2><h3>Inner part</h3><p>Other words.</p>")
    assert _place(Question.objects.get(pk=question.pk)) == ("inner-part", False)


@pytest.mark.parametrize(
    ("html", "place"),
    [
        ("<h2>First part</h2><h3 id='inner-part'>Inner part, renamed</h3><p>More.</p>", ("inner-part", True)),
        ("<h2>First part</h2><h3 id='new'>Inner part</h3><p>More.</p>", ("new", False)),
        ("<h2>First part</h2><p>More.</p><h2>Second part</h2><p>End.</p>", ("first-part", True)),
        ("<h2>Second part</h2><p>End.</p>", (None, True)),
        ("<p>No heading at all.</p>", (None, True)),
    ],
    ids=["renamed", "other anchor", "removed", "removed with its parent", "no headings"],
)
def test_passage_of_an_edited_article_is_at_the_nearest_heading(
    html: str, place: tuple[str | None, bool]
) -> None:
    article = published()
    question = _asked(article)
    republished(article, html=html)
    assert _place(Question.objects.get(pk=question.pk)) == place


def test_passage_with_a_long_title_that_was_cut_has_not_moved() -> None:
    article = published(html=f"<h2 id='long'>{'w' * 400}</h2><p>Words.</p>")
    assert _place(_asked(article, anchor="long", section_title="w" * 199 + "…")) == ("long", False)


def test_passage_of_an_article_that_was_taken_away_is_nowhere_and_has_not_moved() -> None:
    article = published()
    question = _asked(article)
    Article.objects.update(live=None)
    assert _place(Question.objects.get(pk=question.pk)) == (None, False)


def test_question_about_a_whole_article_or_none_has_no_passage() -> None:
    assert _place(_asked(published(), anchor="", section_title="")) == (None, False)
    assert _place(Question.objects.get(pk=QuestionFactory.create().pk)) == (None, False)


def test_passage_whose_revision_is_gone_is_found_by_its_anchor_only() -> None:
    article = published()
    question = _asked(article, revision=None)
    assert _place(question) == ("inner-part", False)
    republished(article, html="<h2>First part</h2><p>More.</p>")
    assert _place(Question.objects.get(pk=question.pk)) == (None, True)


def test_question_page_loads_no_words_of_the_article_it_was_asked_from(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    _asked(republished(published()))
    question = Question.objects.for_page().get()
    with django_assert_num_queries(0):
        assert _place(question) == ("inner-part", False)
    assert question.article is not None
    for revision in (question.article.live, question.revision):
        assert revision is not None
        assert {"html", "text", "open_html", "open_text"}.isdisjoint(revision.__dict__)


# --- Answers


def test_answers_shown_leave_out_held_and_hidden() -> None:
    made = {kind: _answer(visibility=kind) for kind in Visibility}
    assert list(Answer.objects.shown()) == [made[Visibility.SHOWN]]


def test_answers_on_shown_questions_leave_out_those_to_held_and_hidden_ones() -> None:
    made = {kind: _answer(question=QuestionFactory.create(visibility=kind)) for kind in Visibility}
    assert list(Answer.objects.on_shown_questions()) == [made[Visibility.SHOWN]]


def test_answers_for_page_put_official_sources_first_then_the_oldest() -> None:
    opinion = _answer(basis=Basis.OPINION, answered_at=NOW)
    story_late = _answer(basis=Basis.OWN_EXPERIENCE, answered_at=NOW + timedelta(hours=1))
    story = _answer(basis=Basis.OWN_EXPERIENCE, answered_at=NOW)
    pattern = _answer(basis=Basis.PATTERN, answered_at=NOW)
    official = _answer(basis=Basis.OFFICIAL_SOURCE, answered_at=NOW + timedelta(days=1))
    assert list(Answer.objects.for_page()) == [official, pattern, story, story_late, opinion]


def test_answers_written_by_one_mentor() -> None:
    mine, _ = _answer(), _answer()
    assert list(Answer.objects.written_by(mine.mentor)) == [mine]


def test_answers_for_row_come_newest_first_with_their_questions(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    old, new = _answer(answered_at=NOW - timedelta(days=1)), _answer(answered_at=NOW)
    with django_assert_num_queries(1):
        rows = [(answer.pk, answer.question.title) for answer in Answer.objects.for_row()]
    assert rows == [(new.pk, new.question.title), (old.pk, old.question.title)]


@pytest.mark.parametrize(
    ("basis", "is_guidance", "is_story"),
    [
        (Basis.OFFICIAL_SOURCE, True, False),
        (Basis.PATTERN, True, False),
        (Basis.OWN_EXPERIENCE, False, True),
        (Basis.OPINION, False, False),
    ],
)
def test_answer_is_shown_as_guidance_story_or_opinion(
    basis: Basis, is_guidance: bool, is_story: bool
) -> None:
    answer = Answer(basis=basis)
    assert (answer.is_guidance, answer.is_story) == (is_guidance, is_story)


def test_answer_and_source_say_what_they_are() -> None:
    answer = answered(sources=(source(),))
    assert str(answer) == f"answer {answer.pk} to {answer.question_id}"
    assert [str(row) for row in answer.sources.all()] == ["The rule itself"]
    assert answer.get_absolute_url() == f"{answer.question.get_absolute_url()}#answer-{answer.pk}"


def test_answer_keeps_the_school_year_it_was_written_in() -> None:
    answer = answered()
    MentorProfile.objects.filter(pk=answer.mentor_id).update(program_year="alumni")
    answer.refresh_from_db()
    assert answer.written_as == "Third year, LSM"
