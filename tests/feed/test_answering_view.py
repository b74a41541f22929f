"""Answer a question."""

import re
import socket
import uuid
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models.experience import Privacy
from breakthru.outbox.models import Outbox
from feed.models import Answer, Question
from feed.models.question import Visibility
from feed.services.answers import answer_question
from mentors.models import MentorProfile
from mentors.models.profile import Verification
from tests.factories.people import MentorFactory, UserFactory, experience
from tests.factories.questions import QuestionFactory, answer_draft, answered

pytestmark = pytest.mark.django_db


@pytest.fixture
def mentor(client: Client) -> MentorProfile:
    """The verified mentor who is signed in with `client`."""
    made: MentorProfile = MentorFactory.create()
    client.force_login(made.user)
    return made


@pytest.fixture
def question() -> Question:
    """An open question of somebody else."""
    made: Question = QuestionFactory.create()
    return made


def _path(question: Question) -> str:
    return f"{question.get_absolute_url()}answer/"


def _data(**fields: Any) -> dict[str, Any]:
    complete = {
        "token": str(uuid.uuid4()),
        "body": "It worked for me.",
        "basis": "own_experience",
        "is_for_everyone": "on",
    }
    return {**complete, **fields}


def test_form_takes_ten_queries(
    client: Client,
    mentor: MentorProfile,
    question: Question,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for group in ("education_stage", "road", "application_service"):
        for number in range(3):
            experience(group, f"{group}_{number}")
    with django_assert_num_queries(10):
        response = client.get(_path(question))
    assert response.status_code == 200
    assert question.title in response.content.decode()


def test_post_adds_the_answer_and_goes_to_its_place(
    client: Client, mentor: MentorProfile, question: Question
) -> None:
    response = client.post(_path(question), _data())
    answer = Answer.objects.get()
    assert (response.status_code, response["Location"]) == (302, answer.get_absolute_url())
    assert (answer.mentor, answer.question, answer.body_html) == (
        mentor,
        question,
        "<p>It worked for me.</p>",
    )
    assert "Your answer is posted." in client.get(question.get_absolute_url()).content.decode()


def test_post_reaches_no_network_and_leaves_one_mail_for_later(
    client: Client, mentor: MentorProfile, question: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise OSError("no network in a request")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert client.post(_path(question), _data()).status_code == 302
    assert (Outbox.objects.count(), mail.outbox) == (1, [])


def test_post_twice_with_one_token_gives_one_answer_and_one_mail(
    client: Client, mentor: MentorProfile, question: Question
) -> None:
    data = _data()
    first, again = client.post(_path(question), data), client.post(_path(question), data)
    assert first["Location"] == again["Location"]
    assert (Answer.objects.count(), Outbox.objects.count()) == (1, 1)


def test_post_of_a_second_answer_is_refused(
    client: Client, mentor: MentorProfile, question: Question
) -> None:
    client.post(_path(question), _data())
    response = client.post(_path(question), _data())
    assert (response.status_code, Answer.objects.count()) == (422, 1)
    assert "You answered this question already." in response.content.decode()


def test_post_without_anything_is_422_with_the_reasons(
    client: Client, mentor: MentorProfile, question: Question
) -> None:
    response = client.post(_path(question), {})
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["body", "basis"])


def test_post_that_is_refused_keeps_what_was_typed(
    client: Client, mentor: MentorProfile, question: Question
) -> None:
    data = _data(
        body="w" * 9000, source_1_title="The rule", source_1_url="https://example.org/", cycle_year="x"
    )
    response = client.post(_path(question), data)
    page = response.content.decode()
    assert (response.status_code, Answer.objects.count()) == (422, 0)
    assert "w" * 9000 in page
    assert 'value="The rule"' in page
    assert 'value="https://example.org/"' in page
    assert f'value="{data["token"]}"' in page
    assert re.search(r'value="own_experience"[^>]*checked', page) is not None


@pytest.mark.parametrize(
    "field",
    ["token", "body", "basis", "is_for_everyone", "stages", "roads", "services", "cycle_year"]
    + [f"source_{row}_{part}" for row in (1, 3) for part in ("title", "url")],
)
def test_post_of_script_in_any_field_prints_none(
    client: Client, mentor: MentorProfile, question: Question, field: str
) -> None:
    script = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    page = client.post(_path(question), _data(**{field: script}), follow=True).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page


@pytest.mark.parametrize("field", ["stages", "roads", "services"])
def test_post_of_forged_scope_keys_is_refused(
    client: Client, mentor: MentorProfile, question: Question, field: str
) -> None:
    group = {"stages": "education_stage", "roads": "road", "services": "application_service"}[field]
    private = experience(group, "private_one", learner_privacy=Privacy.P2)
    for key in (private.key, "no-such-term"):
        data = _data(**{field: [key]})
        del data["is_for_everyone"]
        response = client.post(_path(question), data)
        assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    assert Answer.objects.count() == 0


# --- Who may not


def test_mentor_who_expires_with_the_form_open_gets_404_and_nothing_is_saved(
    client: Client, mentor: MentorProfile, question: Question
) -> None:
    assert client.get(_path(question)).status_code == 200
    MentorProfile.objects.filter(pk=mentor.pk).update(verification=Verification.EXPIRED)
    assert client.post(_path(question), _data()).status_code == 404
    assert Answer.objects.count() == 0


def test_learner_gets_404(client: Client, question: Question) -> None:
    client.force_login(UserFactory.create())
    assert [client.get(_path(question)).status_code, client.post(_path(question), _data()).status_code] == [
        404,
        404,
    ]


def test_visitor_is_sent_to_sign_in_and_back(client: Client, question: Question) -> None:
    response = client.get(_path(question))
    assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={_path(question)}")


def test_mentor_cannot_answer_their_own_question(client: Client, mentor: MentorProfile) -> None:
    response = client.post(_path(QuestionFactory.create(asker=mentor.user)), _data())
    assert (response.status_code, Answer.objects.count()) == (422, 0)
    assert "can&#x27;t be answered from this account any more" in response.content.decode()


def test_locked_question_takes_no_answer(client: Client, mentor: MentorProfile) -> None:
    response = client.post(_path(QuestionFactory.create(locked_at=timezone.now())), _data())
    assert (response.status_code, Answer.objects.count()) == (422, 0)


@pytest.mark.parametrize("visibility", [Visibility.HELD, Visibility.HIDDEN])
def test_question_that_a_mentor_cannot_see_is_404(
    client: Client, mentor: MentorProfile, visibility: Visibility
) -> None:
    path = _path(QuestionFactory.create(visibility=visibility))
    assert [client.get(path).status_code, client.post(path, _data()).status_code] == [404, 404]


def test_answers_of_others_do_not_stand_in_the_way(
    client: Client, mentor: MentorProfile, question: Question
) -> None:
    answered(question)
    assert (client.post(_path(question), _data()).status_code, Answer.objects.count()) == (302, 2)


def test_opening_the_form_again_leads_to_the_answer_given(
    client: Client, mentor: MentorProfile, question: Question
) -> None:
    answer = answer_question(
        by=mentor.user, token=uuid.uuid4(), question=question, draft=answer_draft(), now=timezone.now()
    )
    client.force_login(mentor.user)
    response = client.get(f"{question.get_absolute_url()}answer/")
    assert (response.status_code, response["Location"]) == (302, answer.get_absolute_url())
