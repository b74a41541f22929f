"""Dashboard: what is new and what is next for one person."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Block, PersonExperience, User
from accounts.services.notifications import mark_all_read, notify
from feed.models import Question
from feed.models.question import Visibility
from feed.services.telling import QUESTION_ANSWERED
from learner_series.models.next_step import Reader
from mentors.models import MentorProfile
from mentors.models.profile import Verification
from tests.factories.library import CalendarEntryFactory, NextStepFactory, SeriesFactory, published
from tests.factories.memberships import GrantFactory
from tests.factories.people import MentorFactory, TopicFactory, UserFactory, experience
from tests.factories.questions import QuestionFactory, answered
from tests.factories.reading import ProgressFactory, SavedArticleFactory

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert(1)</script>"
PROGRAM = "/mentorship/"


@pytest.fixture
def learner(client: Client) -> User:
    """A grown-up learner, signed in."""
    made: User = UserFactory.create()
    client.force_login(made)
    return made


def tell_stage(user: User) -> None:
    PersonExperience.objects.create(user=user, experience=experience())


def context_of(client: Client) -> Any:
    return client.get("/dashboard/").context


def titles(client: Client) -> list[str]:
    """The titles of what is offered next."""
    return [offer.step.title for offer in context_of(client)["offers"]]


@pytest.mark.parametrize("count", [1, 3])
def test_dashboard_takes_eleven_queries_for_a_learner(
    client: Client, learner: User, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    tell_stage(learner)
    for _ in range(count):
        article = published(series=SeriesFactory.create())
        ProgressFactory.create(user=learner, article=article)
        SavedArticleFactory.create(user=learner, article=article)
        QuestionFactory.create(asker=learner, stage=experience()).topics.add(TopicFactory.create())
        NextStepFactory.create(calendar_kind="amcas-submit")
        CalendarEntryFactory.create(starts_on=date(2020, 1, 1), ends_on=date(2099, 1, 1))
    with django_assert_num_queries(11):
        response = client.get("/dashboard/")
    assert response.status_code == 200
    counts = [len(response.context[name]) for name in ("questions", "to_continue", "saved", "offers")]
    assert counts == [count, count, count, min(count, 2)]


@pytest.mark.parametrize("count", [1, 3])
def test_dashboard_takes_fifteen_queries_for_a_mentor(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for _ in range(count):
        published(series=SeriesFactory.create())
        QuestionFactory.create(stage=experience()).topics.add(TopicFactory.create())
    mentor: MentorProfile = answered().mentor
    for _ in range(count - 1):
        answer = answered()
        answer.mentor = mentor
        answer.save()
    client.force_login(mentor.user)
    QuestionFactory.create_batch(count, asker=mentor.user)[0].topics.add(TopicFactory.create())
    with django_assert_num_queries(15):
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


# --- The next step


def test_dashboard_offers_steps_by_stage(client: Client, learner: User) -> None:
    NextStepFactory.create(title="Fits", stages=["ug_year2"])
    NextStepFactory.create(title="Does not", stages=["gap_year"])
    assert titles(client) == []
    tell_stage(learner)
    assert titles(client) == ["Fits"]
    page = client.get("/dashboard/").content.decode()
    assert "Your next step" in page
    NextStepFactory.create(title="Fits everybody")
    assert titles(client) == ["Fits", "Fits everybody"]
    assert "What you could do next" in client.get("/dashboard/").content.decode()


def test_dashboard_offers_by_what_a_person_is(client: Client, learner: User) -> None:
    for reader in (Reader.VISITOR, Reader.MEMBER, Reader.PREMIUM, Reader.MENTOR):
        NextStepFactory.create(title=reader.value, readers=[reader])
    assert titles(client) == ["member"]
    GrantFactory.create(user=learner)
    assert titles(client) == ["premium"]
    MentorFactory.create(user=learner)
    assert titles(client) == ["mentor"]


@pytest.mark.parametrize("href", ["/dashboard/", "/feed/ask/", "/accounts/profile/"])
def test_dashboard_offers_nothing_that_it_shows_already(client: Client, learner: User, href: str) -> None:
    tell_stage(learner)
    NextStepFactory.create(title="First", priority=9, href=href)
    for priority in (3, 2, 1):
        NextStepFactory.create(title=f"Step {priority}", priority=priority)
    assert titles(client) == ["Step 3", "Step 2"]


def test_dashboard_offers_one_way_to_a_page(client: Client, learner: User) -> None:
    for priority in (3, 2, 1):
        NextStepFactory.create(title=f"Step {priority}", priority=priority, href=f"/page-{priority // 2}/")
    assert titles(client) == ["Step 3", "Step 1"]


def test_dashboard_asks_who_told_nothing_where_they_are(client: Client, learner: User) -> None:
    page = client.get("/dashboard/").content.decode()
    assert 'href="/accounts/onboarding/"' in page
    tell_stage(learner)
    page = client.get("/dashboard/").content.decode()
    assert 'href="/accounts/onboarding/"' not in page


def test_dashboard_does_not_ask_a_mentor_for_their_road(client: Client) -> None:
    client.force_login(MentorFactory.create().user)
    assert 'href="/accounts/onboarding/"' not in client.get("/dashboard/").content.decode()


def test_dashboard_points_a_grown_up_learner_at_the_program_once(client: Client, learner: User) -> None:
    assert context_of(client)["invites"] is True
    NextStepFactory.create(title="A mentor", href=PROGRAM)
    context = context_of(client)
    assert (context["invites"], [offer.step.title for offer in context["offers"]]) == (False, ["A mentor"])
    page = client.get("/dashboard/").content.decode()
    assert "Six months with one mentor" not in page


@pytest.mark.parametrize(
    "birth", [{"birth_year": 2015, "birth_month": 1}, {"birth_year": None, "birth_month": None}]
)
def test_dashboard_does_not_point_a_minor_at_the_program(client: Client, birth: dict[str, Any]) -> None:
    client.force_login(UserFactory.create(**birth))
    NextStepFactory.create(href=PROGRAM)
    context = context_of(client)
    assert (context["invites"], context["offers"]) == (False, [])


def test_dashboard_does_not_point_a_mentor_at_the_program(client: Client) -> None:
    client.force_login(MentorFactory.create().user)
    assert context_of(client)["invites"] is False


# --- What is new


def news_of(client: Client) -> list[str]:
    """Titles of the questions that are marked."""
    page = client.get("/dashboard/").content.decode()
    rows = [row for row in page.split('<li class="q">')[1:] if "New answer</span>" in row]
    return [row.partition('">')[2].partition("</a>")[0] for row in (row[row.index("<a ") :] for row in rows)]


def tell_of(question: Question, key: str = "1", **fields: Any) -> None:
    """Tell the asker of an answer to a question."""
    path = f"{question.get_absolute_url()}#answer-{key}"
    fields = {"kind": QUESTION_ANSWERED.key, "path": path, **fields}
    notify(to=question.asker, key=key, now=timezone.now(), words={"title": question.title}, **fields)


def test_dashboard_marks_questions_with_an_answer_that_was_not_seen(client: Client, learner: User) -> None:
    new, seen, waiting = (QuestionFactory.create(asker=learner, title=title) for title in ("N", "S", "W"))
    tell_of(seen, "1")
    mark_all_read(by=learner, now=timezone.now())
    assert news_of(client) == []
    tell_of(new, "2")
    tell_of(new, "3")
    tell_of(waiting, "4", kind="feed.post_shown")
    assert news_of(client) == ["N"]


def test_dashboard_does_not_mark_answers_of_people_kept_apart(client: Client, learner: User) -> None:
    actor = UserFactory.create()
    tell_of(QuestionFactory.create(asker=learner), actor=actor)
    Block.objects.create(blocker=actor, blocked=learner)
    assert news_of(client) == []


def test_dashboard_asks_once_for_what_is_new(client: Client, learner: User) -> None:
    tell_stage(learner)
    for number in range(3):
        tell_of(QuestionFactory.create(asker=learner, stage=experience()), str(number))
    with CaptureQueriesContext(connection) as context:
        client.get("/dashboard/")
    assert sum("accounts_notification" in query["sql"] for query in context.captured_queries) == 1


@pytest.mark.parametrize(
    ("count", "words"), [(0, None), (1, "1 new notification"), (3, "3 new notifications")]
)
def test_dashboard_says_how_much_is_new(count: int, words: str | None, client: Client, learner: User) -> None:
    User.objects.update(unread_count=count)
    page = " ".join(client.get("/dashboard/").content.decode().split())
    assert [f'<a href="/notifications/">{count} new' in page, f">{words}</a>." in page] == [bool(words)] * 2


# --- Reading


def test_dashboard_goes_on_where_somebody_was(client: Client, learner: User) -> None:
    row = ProgressFactory.create(user=learner, percent=40)
    ProgressFactory.create()
    page = client.get("/dashboard/").content.decode()
    assert list(context_of(client)["to_continue"]) == [row]
    assert "40% read" in page
    assert "Something to read" not in page


def test_dashboard_suggests_reading_to_who_has_begun_nothing(client: Client, learner: User) -> None:
    article = published()
    page = client.get("/dashboard/").content.decode()
    assert "Something to read" in page
    assert f'href="{article.get_absolute_url()}"' in page


def test_dashboard_shows_what_was_saved(client: Client, learner: User) -> None:
    assert "Nothing yet. Save" in client.get("/dashboard/").content.decode()
    kept = SavedArticleFactory.create(user=learner).article
    SavedArticleFactory.create()
    assert list(context_of(client)["saved"]) == [kept]
    assert 'href="/learn/?saved=on"' in client.get("/dashboard/").content.decode()
