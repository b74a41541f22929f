"""Two people apart by a block: neither meets the other in the Feed, whoever of them blocked whom."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Block, User
from feed.models import Answer, Question
from feed.models.question import Visibility
from feed.services.answers import AnswerError, answer_question
from learner_series.models import Article
from mentors.models import MentorProfile
from tests.factories.library import published
from tests.factories.people import MentorFactory, UserFactory
from tests.factories.questions import QuestionFactory, answer_draft, answered

pytestmark = pytest.mark.django_db

Part = Callable[[User, User], None]
TOKEN = re.compile(r'(?<=name="csrfmiddlewaretoken" value=")[^"]+')


@pytest.fixture(params=["one blocked the other", "the other blocked the one"])
def part(request: pytest.FixtureRequest) -> Part:
    """Put a block between two people, in either direction."""

    def make(one: User, other: User) -> None:
        pair = (one, other) if request.param == "one blocked the other" else (other, one)
        Block.objects.create(blocker=pair[0], blocked=pair[1])

    return make


@pytest.fixture
def ana(client: Client) -> User:
    """A learner, signed in."""
    made: User = UserFactory.create()
    client.force_login(made)
    return made


def question(**fields: Any) -> Question:
    made: Question = QuestionFactory.create(**fields)
    return made


def test_list_leaves_out_questions_of_somebody_apart(client: Client, ana: User, part: Part) -> None:
    theirs, stays = question(), question()
    part(ana, theirs.asker)

    assert list(client.get("/feed/").context["page"].items) == [stays]


def test_visitors_and_others_still_see_the_questions_of_both(client: Client, ana: User, part: Part) -> None:
    theirs = question()
    part(ana, theirs.asker)
    other = Client()
    other.force_login(UserFactory.create())

    for reader in (Client(), other):
        assert list(reader.get("/feed/").context["page"].items) == [theirs]
        assert reader.get(theirs.get_absolute_url()).status_code == 200


def test_question_of_somebody_apart_is_not_there(client: Client, ana: User, part: Part) -> None:
    theirs = question()
    part(ana, theirs.asker)
    url = theirs.get_absolute_url()
    there, short = client.get(url), client.get(f"/feed/{theirs.pk}/")
    theirs.delete()

    assert (there.status_code, short.status_code) == (404, 404)
    # To the byte as for a question that never was; the token is masked anew for every page.
    assert TOKEN.sub("", there.content.decode()) == TOKEN.sub("", client.get(url).content.decode())


def test_answers_of_somebody_apart_are_left_out(client: Client, ana: User, part: Part) -> None:
    asked = question()
    theirs, stays = answered(asked), answered(asked)
    part(ana, theirs.mentor.user)

    assert client.get(asked.get_absolute_url()).context["answers"] == [stays]


def test_asker_does_not_see_the_answer_of_a_mentor_apart(client: Client, ana: User, part: Part) -> None:
    theirs = answered(question(asker=ana))
    part(ana, theirs.mentor.user)

    assert client.get(theirs.question.get_absolute_url()).context["answers"] == []


def test_own_questions_stay_also_while_held(client: Client, ana: User, part: Part) -> None:
    held = question(asker=ana, visibility=Visibility.HELD)
    part(ana, UserFactory.create())

    assert client.get(held.get_absolute_url()).status_code == 200


def test_article_leaves_out_questions_of_somebody_apart(client: Client, ana: User, part: Part) -> None:
    article: Article = published()
    theirs, stays = (answered(question(article=article, revision=article.live)).question for _ in range(2))
    part(ana, theirs.asker)

    def shown(reader: Client) -> set[bool]:
        page = reader.get(article.get_absolute_url()).content.decode()
        return {theirs.title in page, stays.title in page}

    page = client.get(article.get_absolute_url()).content.decode()
    assert (theirs.title in page, stays.title in page) == (False, True)
    assert shown(Client()) == {True}


@pytest.fixture
def mentor(client: Client) -> MentorProfile:
    """A mentor, signed in."""
    made: MentorProfile = MentorFactory.create()
    client.force_login(made.user)
    return made


def test_queue_of_a_mentor_leaves_out_who_is_apart(client: Client, mentor: MentorProfile, part: Part) -> None:
    theirs, stays = question(), question()
    part(mentor.user, theirs.asker)

    assert list(client.get("/dashboard/").context["waiting"]) == [stays]


def test_answers_of_a_mentor_to_somebody_apart_are_left_out(
    client: Client, mentor: MentorProfile, part: Part
) -> None:
    theirs, stays = answered(), answered()
    Answer.objects.update(mentor=mentor)
    part(mentor.user, theirs.question.asker)

    assert list(client.get("/dashboard/").context["answers"]) == [stays]


def test_composer_for_a_question_of_somebody_apart_is_not_there(
    client: Client, mentor: MentorProfile, part: Part
) -> None:
    theirs = question()
    part(mentor.user, theirs.asker)

    url = f"{theirs.get_absolute_url()}answer/"
    assert [client.get(url).status_code, client.post(url).status_code] == [404, 404]


def test_mentor_cannot_answer_somebody_apart_and_hears_what_a_hidden_question_says(
    mentor: MentorProfile, part: Part
) -> None:
    theirs, hidden = question(), question(visibility=Visibility.HIDDEN)
    part(mentor.user, theirs.asker)

    said = []
    for one in (theirs, hidden):
        with pytest.raises(AnswerError) as refused:
            answer_question(
                by=mentor.user, token=uuid.uuid4(), question=one, draft=answer_draft(), now=timezone.now()
            )
        said.append(str(refused.value))
    assert said == ["This question can't be answered from this account any more."] * 2
    assert not Answer.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_no_more_queries_for_who_blocked_somebody(
    client: Client, ana: User, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        question()
        Block.objects.create(blocker=ana, blocked=question().asker)
    client.get("/feed/")

    # Session, person, topics to choose from, and the page with its topics.
    with django_assert_num_queries(5):
        assert len(client.get("/feed/").context["page"].items) == count
