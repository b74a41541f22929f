"""Ask, and move a question along its states."""

import threading
import uuid
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from breakthru.lib.richtext import CLEANER_VERSION
from breakthru.outbox.models import Outbox
from feed.lifecycle import WITH_ANSWERS, QuestionState, can_move
from feed.models import Question, QuestionEvent
from feed.services.questions import (
    QUESTIONS_A_DAY,
    AskError,
    Passage,
    QuestionDraft,
    QuestionStateError,
    ask_question,
    move,
)
from tests.factories.library import published
from tests.factories.people import TopicFactory, UserFactory, experience
from tests.factories.questions import QuestionFactory

NOW = timezone.now()


def draft(**fields: Any) -> QuestionDraft:
    """A complete draft about nothing in particular."""
    complete: dict[str, Any] = {
        "title": "Is one gap year enough?",
        "body": "<p>I work <strong>nights</strong>.</p>",
        "topics": (),
        "stage": None,
        "roads": (),
        "passage": None,
    }
    return QuestionDraft(**{**complete, **fields})


@pytest.mark.django_db
def test_ask_keeps_what_was_typed_and_stands_open_and_shown() -> None:
    person, topic = UserFactory.create(), TopicFactory.create()
    stage, road = experience(), experience("road", "community_college")
    made = ask_question(
        by=person, token=uuid.uuid4(), draft=draft(topics=(topic,), stage=stage, roads=(road,)), now=NOW
    )
    assert (made.title, made.slug, made.asker, made.stage) == (
        "Is one gap year enough?",
        "is-one-gap-year-enough",
        person,
        stage,
    )
    assert (made.body_html, made.body_text) == ("<p>I work <strong>nights</strong>.</p>", "I work nights.")
    assert (made.state, made.visibility, made.answer_count) == ("open", "shown", 0)
    assert (made.asked_at, made.active_at, made.answered_at) == (NOW, NOW, None)
    assert (list(made.topics.all()), list(made.roads.all())) == ([topic], [road])
    assert (made.article, made.revision, made.anchor, made.section_title) == (None, None, "", "")


@pytest.mark.django_db
def test_ask_cleans_the_body_whatever_the_form_did() -> None:
    made = ask_question(
        by=UserFactory.create(),
        token=uuid.uuid4(),
        draft=draft(body='<p onclick="x()">Hi<script>alert(1)</script></p>'),
        now=NOW,
    )
    assert (made.body_html, made.cleaner_version) == ("<p>Hi</p>", CLEANER_VERSION)


@pytest.mark.django_db
def test_ask_keeps_article_anchor_and_revision_of_the_passage() -> None:
    article = published()
    made = ask_question(
        by=UserFactory.create(),
        token=uuid.uuid4(),
        draft=draft(passage=Passage(article, "first-part", "First part")),
        now=NOW,
    )
    assert (made.article, made.revision_id) == (article, article.live_id)
    assert (made.anchor, made.section_title, made.quote) == ("first-part", "First part", "")


@pytest.mark.django_db
def test_ask_keeps_the_words_that_were_marked() -> None:
    passage = Passage(published(), "first-part", "First part", "Words.")
    made = ask_question(by=UserFactory.create(), token=uuid.uuid4(), draft=draft(passage=passage), now=NOW)
    assert made.quote == "Words."


@pytest.mark.django_db
def test_ask_writes_no_mail() -> None:
    ask_question(by=UserFactory.create(), token=uuid.uuid4(), draft=draft(), now=NOW)
    assert Outbox.objects.count() == 0


@pytest.mark.django_db
def test_ask_twice_with_one_token_gives_one_question() -> None:
    person, token = UserFactory.create(), uuid.uuid4()
    first = ask_question(by=person, token=token, draft=draft(), now=NOW)
    again = ask_question(by=person, token=token, draft=draft(title="Other words, same form?"), now=NOW)
    assert (again.pk, again.title, Question.objects.count()) == (first.pk, "Is one gap year enough?", 1)


@pytest.mark.django_db
def test_ask_with_the_token_of_somebody_else_is_a_question_of_its_own() -> None:
    token = uuid.uuid4()
    for _ in range(2):
        ask_question(by=UserFactory.create(), token=token, draft=draft(), now=NOW)
    assert Question.objects.count() == 2


@pytest.mark.django_db
def test_ask_is_refused_to_a_closed_account() -> None:
    with pytest.raises(AskError, match=r"^This account can't ask questions\.$"):
        ask_question(by=UserFactory.create(is_active=False), token=uuid.uuid4(), draft=draft(), now=NOW)
    assert Question.objects.count() == 0


def _ask_many(person: User, count: int, ago: timedelta) -> None:
    QuestionFactory.create_batch(count, asker=person, asked_at=NOW - ago)


@pytest.mark.django_db
def test_ask_takes_five_questions_a_day_and_refuses_the_sixth() -> None:
    person = UserFactory.create()
    _ask_many(person, QUESTIONS_A_DAY - 1, timedelta(hours=23))
    ask_question(by=person, token=uuid.uuid4(), draft=draft(), now=NOW)
    with pytest.raises(AskError, match="That is 5 questions in a day"):
        ask_question(by=person, token=uuid.uuid4(), draft=draft(), now=NOW)
    assert Question.objects.count() == QUESTIONS_A_DAY


@pytest.mark.django_db
def test_ask_counts_only_the_last_day_and_only_ones_own() -> None:
    person = UserFactory.create()
    _ask_many(person, QUESTIONS_A_DAY, timedelta(hours=24))
    _ask_many(UserFactory.create(), QUESTIONS_A_DAY, timedelta(hours=1))
    assert ask_question(by=person, token=uuid.uuid4(), draft=draft(), now=NOW).asker == person


@pytest.mark.django_db
def test_ask_again_with_a_used_token_answers_even_when_the_day_is_full() -> None:
    person, token = UserFactory.create(), uuid.uuid4()
    _ask_many(person, QUESTIONS_A_DAY - 1, timedelta(hours=1))
    first = ask_question(by=person, token=token, draft=draft(), now=NOW)
    assert ask_question(by=person, token=token, draft=draft(), now=NOW) == first


@pytest.mark.django_db(
    transaction=True, available_apps=["accounts", "mentors", "learner_series", "feed", "breakthru.outbox"]
)
def test_ask_counts_forms_sent_at_the_same_moment_against_one_limit() -> None:
    person = UserFactory.create()
    _ask_many(person, QUESTIONS_A_DAY - 1, timedelta(hours=1))
    gate, outcomes = threading.Barrier(4), []

    def post() -> None:
        gate.wait()
        try:
            outcomes.append(ask_question(by=person, token=uuid.uuid4(), draft=draft(), now=NOW).asker_id)
        except AskError:
            outcomes.append(0)
        finally:
            connection.close()

    threads = [threading.Thread(target=post) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [0, 0, 0, person.pk]


# --- States


def _in_state(state: QuestionState) -> Question:
    answers: dict[str, Any] = {"answer_count": 1, "answered_at": NOW} if state in WITH_ANSWERS else {}
    made: Question = QuestionFactory.create(state=state, **answers)
    return made


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("source", "target"), [pair for pair in product(QuestionState, repeat=2) if can_move(*pair)]
)
def test_move_takes_each_allowed_step_and_keeps_an_event(
    source: QuestionState, target: QuestionState
) -> None:
    question, by = _in_state(source), UserFactory.create()
    question.answer_count, question.answered_at = 1, NOW
    move(by=by, question=question, target=target, now=NOW, reason="Because.")
    question.refresh_from_db()
    event = QuestionEvent.objects.get()
    assert (question.state, question.answer_count) == (target, 1)
    assert (event.question, event.source, event.target) == (question, source, target)
    assert (event.by, event.at, event.reason) == (by, NOW, "Because.")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("source", "target"), [pair for pair in product(QuestionState, repeat=2) if not can_move(*pair)]
)
def test_move_refuses_every_other_step_and_writes_nothing(
    source: QuestionState, target: QuestionState
) -> None:
    question = _in_state(source)
    with pytest.raises(QuestionStateError, match=f"^{source} to {target}$"):
        move(by=None, question=question, target=target, now=NOW)
    question.refresh_from_db()
    assert (question.state, QuestionEvent.objects.count()) == (source, 0)
