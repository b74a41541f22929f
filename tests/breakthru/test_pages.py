"""Home: the page that joins the apps."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from time_machine import TimeMachineFixture

from feed.models.question import Visibility
from learner_series.services.editorial import Gate
from mentors.models.profile import Verification
from tests.factories.library import SeriesFactory, draft, published
from tests.factories.people import MentorFactory, TopicFactory, UserFactory, experience
from tests.factories.questions import QuestionFactory

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert(1)</script>"


def _fill(count: int) -> None:
    """So many articles, questions and mentors, each with all that a row shows."""
    for _ in range(count):
        published(series=SeriesFactory.create()).topics.add(TopicFactory.create())
        QuestionFactory.create(stage=experience()).topics.add(TopicFactory.create())
        MentorFactory.create().topics.add(TopicFactory.create())


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


def _mentors_of(client: Client) -> list[str]:
    return [mentor.slug for mentor in client.get("/").context["mentors"]]


def test_home_shows_other_mentors_on_other_days_and_the_same_all_day(
    client: Client, time_machine: TimeMachineFixture
) -> None:
    for number in range(9):
        MentorFactory.create(slug=f"mentor-{number}")
    midnight = datetime(2026, 11, 22, tzinfo=UTC)
    shown: list[list[str]] = []
    for day in range(7):
        for hour in (1, 22):
            time_machine.move_to(midnight + timedelta(days=day, hours=hour), tick=False)
            shown.append(_mentors_of(client))
    assert shown[::2] == shown[1::2]
    assert len({tuple(four) for four in shown}) == 7
    assert {slug for four in shown for slug in four} == {f"mentor-{number}" for number in range(9)}


def test_home_says_what_is_for_members(client: Client) -> None:
    published(html="<p>Public.</p><p>Secret.</p>", gate=Gate(is_premium=True))
    published(gate=Gate(sections=("first-part",)))
    page = client.get("/").content.decode()
    assert page.count("Premium</span>") == 2
    assert page.count("Partly Premium</span>") == 1
