"""An account that is going to be deleted: what it may still do, the banner, and the page."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import Deletion, User
from accounts.services.leaving import request_deletion, undo_deletion
from feed.models import Question
from feed.services.answers import AnswerError, answer_question
from feed.services.questions import AskError, QuestionDraft, ask_question
from tests.factories.people import PASSWORD, MentorFactory, UserFactory
from tests.factories.questions import QuestionFactory, answer_draft

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
URL = "/accounts/delete/"


@pytest.fixture
def ana() -> User:
    made: User = UserFactory.create(display_name="Ana", email="ana@example.test")
    return made


def ask(user: User, now: datetime = NOON) -> Deletion:
    return request_deletion(by=user, keep="", now=now)


def leaves_at(user: User) -> datetime | None:
    return User.objects.get(pk=user.pk).leaves_at


# --- Meanwhile


def leaver(**fields: Any) -> User:
    made: User = UserFactory.create(leaves_at=datetime(2099, 1, 2, 17, tzinfo=UTC), **fields)
    return made


def test_who_is_leaving_posts_no_question() -> None:
    draft = QuestionDraft(title="How?", body="", topics=(), stage=None, roads=(), passage=None)
    with pytest.raises(AskError, match="Keep it first"):
        ask_question(by=leaver(), token=uuid.uuid4(), draft=draft, now=NOON)
    assert not Question.objects.exists()


def test_who_is_leaving_posts_no_answer(client: Client) -> None:
    mentor, question = MentorFactory.create(user=leaver()), QuestionFactory.create()
    client.force_login(mentor.user)

    with pytest.raises(AnswerError, match="Keep it first"):
        answer_question(by=mentor.user, token=uuid.uuid4(), question=question, draft=answer_draft(), now=NOON)
    assert client.get(question.get_absolute_url()).context["may_answer"] is False


@pytest.mark.parametrize("path", ["/feed/", "/accounts/profile/", "/no-such-page/"])
def test_every_page_says_when_and_leads_to_staying(client: Client, path: str) -> None:
    client.force_login(leaver())
    page = client.get(path).content.decode()

    assert "Your account will be deleted on January 2, 2099." in page
    assert f'<a href="{URL}">Keep my account</a>' in page


def test_others_and_visitors_read_nothing_of_it(client: Client, ana: User) -> None:
    client.force_login(ana)
    assert ["Keep my account" in reader.get("/feed/").content.decode() for reader in (client, Client())] == [
        False,
        False,
    ]


def test_saying_so_costs_no_query(client: Client, django_assert_num_queries: Any) -> None:
    client.force_login(leaver())
    # Session, person, topics, and the empty page.
    with django_assert_num_queries(4):
        assert "Keep my account" in client.get("/feed/").content.decode()


# --- The page


def sign_in(user: User) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return client


def sure(client: Client, user: User) -> Client:
    """Have the password asked now, so that it is not asked again."""
    client.force_login(user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def test_page_says_what_becomes_of_what_without_a_password(client: Client, ana: User) -> None:
    client.force_login(ana)
    with time_machine.travel(NOON, tick=False):
        page = client.get(URL).content.decode()

    assert ("Former member" in page, "Until December 6, 2026" in page) == (True, True)


def test_posting_asks_for_the_password_and_then_goes_on(client: Client, ana: User) -> None:
    client.force_login(ana)
    asked = client.post(URL, {"is_sure": "on"})
    before = Deletion.objects.count()
    after = client.post(asked["Location"], {"password": PASSWORD, "next": URL})

    assert asked["Location"] == "/accounts/reauthenticate/?next=%2Faccounts%2Fdelete%2F"
    assert (before, Deletion.objects.count(), after["Location"]) == (0, 1, URL)


def test_wrong_password_deletes_nothing(client: Client, ana: User) -> None:
    client.force_login(ana)
    asked = client.post(URL, {"is_sure": "on"})
    client.post(asked["Location"], {"password": "something-else", "next": URL})

    assert Deletion.objects.count() == 0


def test_without_the_tick_nothing_happens(client: Client, ana: User) -> None:
    response = sure(client, ana).post(URL)

    assert (response.status_code, Deletion.objects.count()) == (422, 0)
    assert "Please tick this, or keep your account." in response.content.decode()


def test_other_devices_are_signed_out_and_this_one_stays(ana: User) -> None:
    here, phone = sign_in(ana), sign_in(ana)
    here.post("/accounts/reauthenticate/", {"password": PASSWORD})
    here.post(URL, {"is_sure": "on"})

    assert [client.get("/dashboard/").status_code for client in (here, phone)] == [200, 302]


def test_who_is_leaving_can_sign_in_and_stay(ana: User) -> None:
    ask(ana, datetime.now(UTC))
    client = sign_in(ana)
    page = client.get(URL).content.decode()
    response = client.post(URL, {"keep": "1"})

    assert "Would you like to stay after all?" in page
    assert (response["Location"], leaves_at(ana)) == ("/accounts/privacy/", None)
    assert "Your account stays" in client.get("/dashboard/").content.decode()


def test_a_mentor_stays_without_a_second_step(client: Client, settings: Any) -> None:
    settings.MFA_REQUIRED = True
    mentor = MentorFactory.create()
    ask(mentor.user)
    client.force_login(mentor.user)

    assert client.post(URL, {"keep": "1"})["Location"] == "/accounts/privacy/"
    assert leaves_at(mentor.user) is None


def test_staying_twice_says_it_once_and_asks_for_nothing(client: Client, ana: User) -> None:
    ask(ana)
    client.force_login(ana)
    found = [client.post(URL, {"keep": "1"})["Location"] for _ in range(2)]

    assert found == ["/accounts/privacy/"] * 2
    assert client.get("/dashboard/").content.decode().count("Your account stays") == 1


def test_page_after_the_day_says_what_it_waits_for(client: Client, ana: User) -> None:
    ask(ana, datetime.now(UTC) - 15 * DAY)
    client.force_login(ana)

    assert "Something of yours has to end first" in client.get(URL).content.decode()


def test_staff_read_whom_to_ask_and_get_no_form(client: Client) -> None:
    user = UserFactory.create(is_staff=True)
    page = sure(client, user).get(URL).content.decode()

    assert ("An admin has to take that role" in page, 'name="is_sure"' in page) == (True, False)
    assert (client.post(URL, {"is_sure": "on"}).status_code, Deletion.objects.count()) == (422, 0)


def test_who_changed_their_mind_today_reads_why_it_does_not_go_on(client: Client, ana: User) -> None:
    now = datetime.now(UTC)
    ask(ana, now)
    undo_deletion(by=ana, now=now)
    response = sure(client, ana).post(URL, {"is_sure": "on"})

    assert response.status_code == 422
    assert "ask again tomorrow" in response.content.decode()
