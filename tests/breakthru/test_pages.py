"""Home and dashboard: the pages that join the apps."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from feed.models.question import Visibility
from mentors.models import MentorProfile
from mentors.models.profile import Verification
from tests.factories.library import SeriesFactory, draft, published
from tests.factories.people import MentorFactory, TopicFactory, UserFactory, experience
from tests.factories.questions import QuestionFactory, answered

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert(1)</script>"


def _fill(count: int) -> None:
    """So many articles, questions and mentors, each with all that a row shows."""
    for _ in range(count):
        published(series=SeriesFactory.create()).topics.add(TopicFactory.create())
        QuestionFactory.create(stage=experience()).topics.add(TopicFactory.create())
        MentorFactory.create().topics.add(TopicFactory.create())


# --- Home


@pytest.mark.parametrize("count", [1, 3])
def test_home_takes_five_queries_for_a_visitor(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    _fill(count)
    with django_assert_num_queries(5):
        response = client.get("/")
    assert response.status_code == 200
    assert [len(response.context[name]) for name in ("articles", "questions", "mentors")] == [count] * 3


def test_home_has_something_to_say_before_anything_is_there(client: Client) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert b'href="/learn/"' in response.content
    assert b'href="/feed/"' in response.content


def test_home_shows_only_what_everybody_may_see(client: Client) -> None:
    draft()
    for visibility in (Visibility.HELD, Visibility.HIDDEN):
        QuestionFactory.create(visibility=visibility)
    MentorFactory.create(verification=Verification.EXPIRED)
    MentorFactory.create(verified_until=timezone.localdate() - timedelta(days=1))
    context = client.get("/").context
    assert [list(context[name]) for name in ("articles", "questions", "mentors")] == [[], [], []]


def test_home_shows_the_newest_few(client: Client) -> None:
    _fill(6)
    context = client.get("/").context
    assert [len(context[name]) for name in ("articles", "questions", "mentors")] == [5, 4, 4]
    asked = [question.asked_at for question in context["questions"]]
    assert asked == sorted(asked, reverse=True)


def test_home_gives_a_visitor_no_cookie(client: Client) -> None:
    response = client.get("/")
    assert (dict(response.cookies), dict(client.cookies)) == ({}, {})


def test_home_sends_who_is_signed_in_to_the_dashboard(client: Client) -> None:
    client.force_login(UserFactory.create())
    response = client.get("/")
    assert (response.status_code, response["Location"]) == (302, "/dashboard/")


def test_home_escapes_what_people_are_called_and_wrote(client: Client) -> None:
    published(title=SCRIPT)
    QuestionFactory.create(title=SCRIPT, asker__display_name=SCRIPT)
    MentorFactory.create(user__display_name=SCRIPT, school=SCRIPT, headline=SCRIPT)
    page = client.get("/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert SCRIPT not in page


# --- Dashboard


@pytest.mark.parametrize("count", [1, 3])
def test_dashboard_takes_six_queries_for_a_learner(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    learner = UserFactory.create()
    client.force_login(learner)
    for _ in range(count):
        published(series=SeriesFactory.create())
        QuestionFactory.create(asker=learner, stage=experience()).topics.add(TopicFactory.create())
    with django_assert_num_queries(6):
        response = client.get("/dashboard/")
    assert response.status_code == 200
    assert [len(response.context[name]) for name in ("articles", "questions")] == [count, count]


@pytest.mark.parametrize("count", [1, 3])
def test_dashboard_takes_nine_queries_for_a_mentor(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    _fill(count)
    mentor: MentorProfile = answered().mentor
    for _ in range(count - 1):
        answer = answered()
        answer.mentor = mentor
        answer.save()
    client.force_login(mentor.user)
    QuestionFactory.create_batch(count, asker=mentor.user)[0].topics.add(TopicFactory.create())
    with django_assert_num_queries(9):
        response = client.get("/dashboard/")
    assert response.status_code == 200
    assert [len(response.context[name]) for name in ("articles", "questions", "waiting", "answers")] == [
        count
    ] * 4


def test_dashboard_shows_the_askers_own_questions_also_while_held_but_no_hidden_ones(client: Client) -> None:
    learner = UserFactory.create()
    client.force_login(learner)
    held = QuestionFactory.create(asker=learner, visibility=Visibility.HELD)
    QuestionFactory.create(asker=learner, visibility=Visibility.HIDDEN)
    QuestionFactory.create()
    assert list(client.get("/dashboard/").context["questions"]) == [held]


def test_dashboard_shows_a_mentor_what_waits_longest_of_others(client: Client) -> None:
    mentor, now = MentorFactory.create(), timezone.now()
    client.force_login(mentor.user)
    late, early = (QuestionFactory.create(asked_at=now - timedelta(days=days)) for days in (1, 9))
    answered()
    QuestionFactory.create(asker=mentor.user)
    QuestionFactory.create(visibility=Visibility.HELD)
    assert list(client.get("/dashboard/").context["waiting"]) == [early, late]


def test_dashboard_shows_a_mentor_answers_that_can_be_opened(client: Client) -> None:
    answer = answered()
    client.force_login(answer.mentor.user)
    assert list(client.get("/dashboard/").context["answers"]) == [answer]
    answer.question.visibility = Visibility.HIDDEN
    answer.question.save()
    assert list(client.get("/dashboard/").context["answers"]) == []


@pytest.mark.parametrize("verification", [Verification.EXPIRED, Verification.SUSPENDED, Verification.ENDED])
def test_dashboard_tells_a_mentor_whose_verification_does_not_hold(
    client: Client, verification: Verification
) -> None:
    QuestionFactory.create()
    client.force_login(MentorFactory.create(verification=verification).user)
    response = client.get("/dashboard/")
    assert "Your mentor verification does not hold right now." in response.content.decode()
    assert "waiting" not in response.context


def test_dashboard_of_a_new_learner_says_what_to_do_next(client: Client) -> None:
    client.force_login(UserFactory.create())
    page = client.get("/dashboard/").content.decode()
    assert "Ask your first question" in page
    assert 'href="/feed/ask/"' in page


def test_dashboard_is_never_kept_by_a_cache(client: Client) -> None:
    client.force_login(UserFactory.create())
    assert "no-store" in client.get("/dashboard/")["Cache-Control"]


def test_dashboard_sends_a_visitor_to_sign_in(client: Client) -> None:
    response = client.get("/dashboard/")
    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=/dashboard/")


def test_dashboard_escapes_what_people_are_called_and_wrote(client: Client) -> None:
    mentor = answered(QuestionFactory.create(title=SCRIPT)).mentor
    mentor.user.display_name = SCRIPT
    mentor.user.save()
    client.force_login(mentor.user)
    QuestionFactory.create(title=SCRIPT)
    page = client.get("/dashboard/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert SCRIPT not in page
