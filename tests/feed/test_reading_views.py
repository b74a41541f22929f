"""What readers of the Feed get."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from accounts.models.notification import Rhythm
from feed.lifecycle import QuestionState
from feed.models import Question
from feed.models.question import Visibility
from feed.views.reading import PAGE_SIZE
from mentors.models.profile import Verification
from tests.factories.library import published, republished
from tests.factories.notifications import choose
from tests.factories.people import MentorFactory, TopicFactory, UserFactory, experience
from tests.factories.questions import QuestionFactory, answered, source

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert(1)</script>"


def full_question() -> Question:
    """A question that shows everything a row and a page can show."""
    article = published()
    made: Question = QuestionFactory.create(
        stage=experience(),
        article=article,
        revision_id=article.live_id,
        anchor="first-part",
        section_title="First part",
        quote="Words.",
    )
    made.topics.set(TopicFactory.create_batch(2))
    made.roads.set([experience("road", "community_college"), experience("road", "reapplicant")])
    return made


def _signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


# --- The list


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_three_queries_for_a_visitor(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for _ in range(count):
        full_question()
    with django_assert_num_queries(3):
        response = client.get("/feed/")
    assert (response.status_code, len(response.context["page"].items)) == (200, count)


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_five_queries_signed_in(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    _signed_in(client, UserFactory.create())
    for _ in range(count):
        full_question()
    with django_assert_num_queries(5):
        response = client.get("/feed/")
    assert (response.status_code, len(response.context["page"].items)) == (200, count)


def test_list_shows_the_newest_first_and_nothing_held_or_hidden(client: Client) -> None:
    now = timezone.now()
    old, new = (QuestionFactory.create(asked_at=now - timedelta(days=days)) for days in (2, 1))
    mine = QuestionFactory.create(visibility=Visibility.HELD)
    QuestionFactory.create(visibility=Visibility.HIDDEN)
    # Not even to the asker: the list is everybody's.
    response = _signed_in(client, mine.asker).get("/feed/")
    assert list(response.context["page"].items) == [new, old]


def test_list_filters_by_its_address_and_marks_what_is_chosen(client: Client) -> None:
    topic = TopicFactory.create()
    wanted, _ = QuestionFactory.create(), QuestionFactory.create()
    wanted.topics.add(topic)
    context = client.get("/feed/", {"show": "unanswered", "topic": topic.slug}).context
    assert (list(context["page"].items), context["show"], context["topic"]) == ([wanted], "unanswered", topic)


@pytest.mark.parametrize(
    "query", ["show=x&topic=x", "topic=%00", "topic=%3Cscript%3E", "cursor=forged", "cursor=%00"]
)
def test_list_ignores_what_it_does_not_know(client: Client, query: str) -> None:
    question = QuestionFactory.create()
    response = client.get(f"/feed/?{query}")
    assert (response.status_code, list(response.context["page"].items)) == (200, [question])
    assert b"<script>alert" not in response.content


def test_list_pages_by_a_cursor_without_gaps_or_repeats(client: Client) -> None:
    now = timezone.now()
    QuestionFactory.create_batch(PAGE_SIZE + 2, asked_at=now)
    first = client.get("/feed/").context["page"]
    # One more is asked meanwhile: it belongs to no later page.
    QuestionFactory.create(asked_at=now + timedelta(seconds=1))
    second = client.get("/feed/", {"cursor": first.next_cursor}).context["page"]
    seen = [question.pk for page in (first, second) for question in page.items]
    assert (len(first.items), len(second.items), second.next_cursor) == (PAGE_SIZE, 2, "")
    assert len(set(seen)) == PAGE_SIZE + 2


def test_list_says_what_to_do_when_it_is_empty(client: Client) -> None:
    response = client.get("/feed/")
    assert response.status_code == 200
    assert b"No questions yet" in response.content
    assert b'href="/feed/ask/"' in response.content


# --- One question


@pytest.mark.parametrize("count", [1, 3])
def test_detail_takes_six_queries_for_a_visitor(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    question = full_question()
    for _ in range(count):
        answered(question, scope_terms=(experience(),), is_for_everyone=False, sources=(source(), source()))
    with django_assert_num_queries(6):
        response = client.get(question.get_absolute_url())
    assert (response.status_code, len(response.context["answers"])) == (200, count)


def test_detail_takes_six_queries_when_the_article_has_changed(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    question = full_question()
    assert question.article is not None
    republished(question.article, html="<h2>First part, renamed</h2><p>Words.</p>")
    answered(question)
    with django_assert_num_queries(6):
        shown = client.get(question.get_absolute_url()).context["question"]
        assert (shown.quote, shown.has_moved, shown.place_now) == ("Words.", True, None)


@pytest.mark.parametrize("count", [1, 3])
def test_detail_takes_nine_queries_for_a_mentor(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    _signed_in(client, MentorFactory.create().user)
    question = full_question()
    for _ in range(count):
        answered(question, sources=(source(),))
    with django_assert_num_queries(9):
        response = client.get(question.get_absolute_url())
    assert (response.status_code, len(response.context["answers"])) == (200, count)


def test_detail_shows_basis_scope_sources_and_where_it_was_asked_from(client: Client) -> None:
    question = full_question()
    stage = experience("education_stage", "ug_year3", label="College, third year")
    answered(question, scope_terms=(stage,), is_for_everyone=False, cycle_year=2027, sources=(source(),))
    page = client.get(question.get_absolute_url()).content.decode()
    assert 'href="https://example.org/rule" rel="ugc nofollow noopener"' in page
    assert "College, third year" in page
    assert "2027" in page
    assert f'href="{question.article.get_absolute_url()}#first-part"' in page  # type: ignore[union-attr]
    assert "It worked for me." in page


def test_detail_leaves_out_answers_that_are_held_or_hidden(client: Client) -> None:
    question = QuestionFactory.create()
    shown, hidden, held = (answered(question) for _ in range(3))
    for answer, visibility in ((hidden, Visibility.HIDDEN), (held, Visibility.HELD)):
        answer.visibility = visibility
        answer.save()
    assert client.get(question.get_absolute_url()).context["answers"] == [shown]


@pytest.mark.parametrize("slug", ["wrong", "is-this-question"])
def test_detail_with_another_slug_moves_for_good(client: Client, slug: str) -> None:
    question = QuestionFactory.create()
    response = client.get(f"/feed/{question.pk}/{slug}/")
    assert (response.status_code, response["Location"]) == (301, question.get_absolute_url())


def test_short_address_moves_for_good(client: Client) -> None:
    question = QuestionFactory.create()
    response = client.get(f"/feed/{question.pk}/")
    assert (response.status_code, response["Location"]) == (301, question.get_absolute_url())


@pytest.mark.parametrize("path", ["/feed/{pk}/", "/feed/{pk}/any/"])
@pytest.mark.parametrize("pk", [0, 999_999, 10**30])
def test_a_question_that_does_not_exist_is_404(client: Client, path: str, pk: int) -> None:
    assert client.get(path.format(pk=pk)).status_code == 404


@pytest.mark.parametrize(
    ("visibility", "who", "expected"),
    [
        (Visibility.HELD, "asker", 200),
        (Visibility.HELD, "somebody else", 404),
        (Visibility.HELD, "visitor", 404),
        (Visibility.HIDDEN, "asker", 404),
        (Visibility.HIDDEN, "visitor", 404),
        (Visibility.SHOWN, "visitor", 200),
    ],
)
def test_detail_is_there_for_whom_may_see_it(
    client: Client, visibility: Visibility, who: str, expected: int
) -> None:
    question = QuestionFactory.create(visibility=visibility)
    if who != "visitor":
        _signed_in(client, question.asker if who == "asker" else UserFactory.create())
    assert client.get(question.get_absolute_url()).status_code == expected


def test_detail_tells_the_asker_that_a_held_question_waits(client: Client) -> None:
    question = QuestionFactory.create(visibility=Visibility.HELD)
    page = _signed_in(client, question.asker).get(question.get_absolute_url())
    assert b"Only you see this question yet." in page.content


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"locked_at": timezone.now()}, False),
        ({"state": QuestionState.CLOSED}, False),
    ],
    ids=["open", "locked", "closed"],
)
def test_detail_offers_a_verified_mentor_to_answer_what_is_open(
    client: Client, changes: dict[str, Any], expected: bool
) -> None:
    question = QuestionFactory.create(**changes)
    response = _signed_in(client, MentorFactory.create().user).get(question.get_absolute_url())
    assert response.context["may_answer"] is expected
    assert (f"{question.get_absolute_url()}answer/" in response.content.decode()) is expected


def test_detail_offers_no_answer_to_visitors_learners_expired_mentors_and_askers(client: Client) -> None:
    mentor = MentorFactory.create()
    question = QuestionFactory.create(asker=mentor.user)
    expired = MentorFactory.create(verification=Verification.EXPIRED)
    clients = [
        client,
        *(_signed_in(Client(), user) for user in (UserFactory.create(), expired.user, mentor.user)),
    ]
    offers = [one.get(question.get_absolute_url()).context["may_answer"] for one in clients]
    assert offers == [False, False, False, False]


def test_detail_offers_no_second_answer_to_the_same_mentor(client: Client) -> None:
    answer = answered()
    response = _signed_in(client, answer.mentor.user).get(answer.question.get_absolute_url())
    assert response.context["may_answer"] is False


def test_detail_knows_whose_question_it_is(client: Client) -> None:
    question = QuestionFactory.create()
    theirs = client.get(question.get_absolute_url()).context["is_mine"]
    mine = _signed_in(client, question.asker).get(question.get_absolute_url()).context["is_mine"]
    assert (theirs, mine) == (False, True)


def test_list_and_detail_escape_what_people_are_called_and_wrote(client: Client) -> None:
    """The database may hold what no form lets in: imports, old rows."""
    asker = UserFactory.create(display_name=SCRIPT)
    question = QuestionFactory.create(
        asker=asker, title=f"Why {SCRIPT}?", section_title=SCRIPT, anchor='"><script>alert(1)</script>'
    )
    question.topics.add(TopicFactory.create(name=SCRIPT))
    mentor_answer = answered(question)
    mentor_answer.written_as = SCRIPT
    mentor_answer.save()
    for path in ("/feed/", question.get_absolute_url()):
        page = client.get(path).content.decode()
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert SCRIPT not in page


@pytest.mark.parametrize("path", ["/feed/", "/feed/1/", "/feed/1/x/"])
def test_reading_changes_nothing_so_posting_is_refused(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405


@pytest.mark.parametrize(
    ("rhythm", "words"),
    [
        (Rhythm.AT_ONCE, "We write to you"),
        (Rhythm.WEEKLY, "We write to you"),
        (Rhythm.NEVER, "you asked for no e-mails"),
    ],
)
def test_asker_reads_how_they_will_hear_of_an_answer(client: Client, rhythm: Rhythm, words: str) -> None:
    question = QuestionFactory.create()
    choose(question.asker, rhythm)
    page = _signed_in(client, question.asker).get(question.get_absolute_url()).content.decode()
    assert words in " ".join(page.split())
