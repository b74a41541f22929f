"""Staff decide who sees a post: release, hide, restore."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import AuditEntry, Notification, User
from accounts.registries.notifications import notification_kind
from feed.lifecycle import QuestionState
from feed.models import Answer, Question, QuestionEvent
from feed.models.question import Visibility
from feed.permissions import can_review
from feed.services.reviewing import MAX_WORDS, HideReason, ReviewError, hide, release, restore
from tests.factories.people import UserFactory, staff
from tests.factories.questions import QuestionFactory, answered

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
EARLIER = NOW - timedelta(days=2)


@pytest.fixture
def moderator() -> User:
    """A moderator."""
    return staff("moderator")


def held(**fields: Any) -> Question:
    """A question that waits to be read."""
    made: Question = QuestionFactory.create(
        visibility=Visibility.HELD, asked_at=EARLIER, active_at=EARLIER, **fields
    )
    return made


def audit() -> list[tuple[Any, ...]]:
    return list(AuditEntry.objects.order_by("pk").values_list("actor", "action", "target", "reason"))


def told(person: User) -> list[tuple[str, str, str]]:
    """What somebody was told: the kind, about what, and where it leads."""
    return list(Notification.objects.filter(user=person).order_by("pk").values_list("kind", "key", "path"))


def again(post: Any) -> Any:
    return type(post).objects.get(pk=post.pk)


# --- Release


def test_released_question_is_shown_as_if_asked_now(moderator: User) -> None:
    question = held()
    release(by=moderator, post=question, now=NOW)
    after = again(question)
    assert (after.visibility, after.asked_at, after.active_at) == (Visibility.SHOWN, NOW, NOW)
    assert (after.state, after.answered_at) == (QuestionState.OPEN, None)
    assert audit() == [(moderator.pk, "question.released", f"feed.question:{question.pk}", "")]
    assert told(question.asker) == [
        ("feed.post_shown", f"question:{question.pk}", question.get_absolute_url())
    ]


def test_news_of_a_release_names_the_title_and_nobody(moderator: User) -> None:
    question = held(title="How do I begin?")
    release(by=moderator, post=question, now=NOW)
    news = Notification.objects.get()
    assert (news.words, news.actor) == ({"title": "How do I begin?", "what": "question"}, None)


@pytest.mark.parametrize("visibility", [Visibility.SHOWN, Visibility.HIDDEN])
def test_release_is_for_what_is_held(moderator: User, visibility: Visibility) -> None:
    question = QuestionFactory.create(visibility=visibility, asked_at=EARLIER)
    with pytest.raises(ReviewError, match=r"^This is not held any more\. Please look again\.$"):
        release(by=moderator, post=question, now=NOW)
    assert (again(question).asked_at, audit(), told(question.asker)) == (EARLIER, [], [])


# --- Hide


@pytest.mark.parametrize("visibility", [Visibility.SHOWN, Visibility.HELD])
def test_hidden_question_keeps_its_times_and_its_asker_hears_why(
    moderator: User, visibility: Visibility
) -> None:
    question = QuestionFactory.create(visibility=visibility, asked_at=EARLIER, active_at=EARLIER)
    hide(by=moderator, post=question, reason=HideReason.CONTACT, words=" Leave the number out. ", now=NOW)
    after = again(question)
    assert (after.visibility, after.asked_at) == (Visibility.HIDDEN, EARLIER)
    target = f"feed.question:{question.pk}"
    assert audit() == [(moderator.pk, "question.hidden", target, "contact")]
    assert told(question.asker) == [("feed.post_hidden", f"question:{question.pk}", "/feed/ask/")]
    assert Notification.objects.get().words == {
        "title": question.title,
        "what": "question",
        "reason": "It has contact details in it, such as an address or a number.",
        "more": "Leave the number out.",
    }


def test_hiding_takes_back_what_was_told_of_the_question_and_its_answers(moderator: User) -> None:
    question = held()
    release(by=moderator, post=question, now=NOW)
    answered(question)
    assert [kind for kind, _, _ in told(question.asker)] == ["feed.post_shown", "feed.question_answered"]
    hide(by=moderator, post=question, reason=HideReason.HURTFUL, now=NOW)
    assert [kind for kind, _, _ in told(question.asker)] == ["feed.post_hidden"]


def test_what_is_hidden_is_not_hidden_again(moderator: User) -> None:
    question = QuestionFactory.create(visibility=Visibility.HIDDEN)
    with pytest.raises(ReviewError, match=r"^This is hidden already\.$"):
        hide(by=moderator, post=question, reason=HideReason.SELLING, now=NOW)
    assert (audit(), told(question.asker)) == ([], [])


@pytest.mark.parametrize(
    ("reason", "words", "refusal"),
    [
        (HideReason.OTHER, " ", "Please say in a sentence what does not fit; the author reads it."),
        (HideReason.SELLING, "x" * (MAX_WORDS + 1), "Please use at most 300 characters."),
    ],
)
def test_hiding_needs_words_that_fit(moderator: User, reason: HideReason, words: str, refusal: str) -> None:
    question = held()
    with pytest.raises(ReviewError) as caught:
        hide(by=moderator, post=question, reason=reason, words=words, now=NOW)
    assert (str(caught.value), again(question).visibility) == (refusal, Visibility.HELD)


def test_hiding_takes_the_longest_words(moderator: User) -> None:
    question = held()
    hide(by=moderator, post=question, reason=HideReason.OTHER, words="x" * MAX_WORDS, now=NOW)
    assert again(question).visibility == Visibility.HIDDEN


# --- Restore


def test_restored_question_that_waits_for_an_answer_begins_its_wait_anew(moderator: User) -> None:
    question = held()
    hide(by=moderator, post=question, reason=HideReason.DOUBLE, now=NOW)
    restore(by=moderator, post=question, now=NOW)
    after = again(question)
    assert (after.visibility, after.asked_at, after.active_at) == (Visibility.SHOWN, NOW, NOW)
    assert [action for _, action, _, _ in audit()] == ["question.hidden", "question.restored"]
    assert [kind for kind, _, _ in told(question.asker)] == ["feed.post_shown"]


def test_restored_question_with_answers_keeps_its_times(moderator: User) -> None:
    question = answered(QuestionFactory.create(asked_at=EARLIER)).question
    hide(by=moderator, post=question, reason=HideReason.DOUBLE, now=NOW)
    restore(by=moderator, post=question, now=NOW)
    after = again(question)
    assert (after.visibility, after.asked_at, after.answer_count) == (Visibility.SHOWN, EARLIER, 1)


@pytest.mark.parametrize("visibility", [Visibility.SHOWN, Visibility.HELD])
def test_restore_is_for_what_is_hidden(moderator: User, visibility: Visibility) -> None:
    question = QuestionFactory.create(visibility=visibility)
    with pytest.raises(ReviewError, match=r"^This is not hidden\. Please look again\.$"):
        restore(by=moderator, post=question, now=NOW)
    assert again(question).visibility == visibility


def test_hidden_twice_is_told_twice(moderator: User) -> None:
    question = QuestionFactory.create()
    for _ in range(2):
        hide(by=moderator, post=question, reason=HideReason.PATIENT, now=NOW)
        assert [kind for kind, _, _ in told(question.asker)] == ["feed.post_hidden"]
        restore(by=moderator, post=question, now=NOW)
        assert [kind for kind, _, _ in told(question.asker)] == ["feed.post_shown"]


# --- Answers


def _state(question: Question) -> tuple[Any, ...]:
    after = again(question)
    return after.state, after.answer_count, after.answered_at


def test_hiding_the_only_answer_opens_the_question_again(moderator: User) -> None:
    answer = answered()
    hide(by=moderator, post=answer, reason=HideReason.HARMFUL, now=NOW)
    assert again(answer).visibility == Visibility.HIDDEN
    assert _state(answer.question) == (QuestionState.OPEN, 0, None)
    assert told(answer.question.asker) == []
    author = answer.mentor.user
    assert told(author) == [("feed.post_hidden", f"answer:{answer.pk}", answer.question.get_absolute_url())]
    assert audit() == [(moderator.pk, "answer.hidden", f"feed.answer:{answer.pk}", "harmful")]


def test_restoring_it_makes_the_question_answered(moderator: User) -> None:
    answer = answered()
    hide(by=moderator, post=answer, reason=HideReason.HARMFUL, now=NOW)
    restore(by=moderator, post=answer, now=NOW)
    assert _state(answer.question) == (QuestionState.ANSWERED, 1, answer.answered_at)
    path = answer.get_absolute_url()
    assert told(answer.mentor.user) == [("feed.post_shown", f"answer:{answer.pk}", path)]


def test_hiding_one_of_two_answers_leaves_the_question_answered(moderator: User) -> None:
    first = answered()
    second = answered(first.question)
    hide(by=moderator, post=first, reason=HideReason.HARMFUL, now=NOW)
    assert _state(first.question) == (QuestionState.ANSWERED, 1, second.answered_at)
    assert [event.target for event in QuestionEvent.objects.all()] == [QuestionState.ANSWERED]
    restore(by=moderator, post=first, now=NOW)
    assert _state(first.question) == (QuestionState.ANSWERED, 2, first.answered_at)


def test_hiding_the_only_answer_of_a_solved_question_opens_it_step_by_step(moderator: User) -> None:
    answer = answered()
    Question.objects.update(state=QuestionState.SOLVED)
    hide(by=moderator, post=answer, reason=HideReason.HARMFUL, now=NOW)
    assert _state(answer.question) == (QuestionState.OPEN, 0, None)
    steps = [(event.source, event.target) for event in QuestionEvent.objects.order_by("pk")[1:]]
    assert steps == [
        (QuestionState.SOLVED, QuestionState.ANSWERED),
        (QuestionState.ANSWERED, QuestionState.OPEN),
    ]


@pytest.mark.parametrize("state", [QuestionState.CLOSED, QuestionState.NEEDS_INFO])
def test_other_states_stay_when_an_answer_goes_and_comes(moderator: User, state: QuestionState) -> None:
    answer = answered()
    Question.objects.update(state=state)
    hide(by=moderator, post=answer, reason=HideReason.HARMFUL, now=NOW)
    assert _state(answer.question) == (state, 0, None)
    restore(by=moderator, post=answer, now=NOW)
    assert _state(answer.question) == (state, 1, answer.answered_at)


def test_held_answer_is_released(moderator: User) -> None:
    answer = answered()
    Answer.objects.update(visibility=Visibility.HELD)
    release(by=moderator, post=answer, now=NOW)
    assert again(answer).visibility == Visibility.SHOWN


# --- Who may


def _nobody() -> User:
    made: User = UserFactory.create()
    return made


@pytest.mark.parametrize("who", [_nobody, lambda: staff("editor"), lambda: staff("coordinator")])
@pytest.mark.parametrize("step", ["release", "hide", "restore"])
def test_only_moderators_decide(who: Any, step: str) -> None:
    visibility = Visibility.HIDDEN if step == "restore" else Visibility.HELD
    question = QuestionFactory.create(visibility=visibility)
    steps: dict[str, Any] = {
        "release": lambda by: release(by=by, post=question, now=NOW),
        "hide": lambda by: hide(by=by, post=question, reason=HideReason.WORK, now=NOW),
        "restore": lambda by: restore(by=by, post=question, now=NOW),
    }
    with pytest.raises(ReviewError, match=r"^Somebody else on the team has to decide this one\.$"):
        steps[step](who())
    assert again(question).visibility == visibility
    steps[step](staff("safeguarding lead"))
    assert again(question).visibility != visibility


def test_nobody_decides_about_their_own(moderator: User) -> None:
    answer = answered()
    mine, theirs = held(asker=moderator), held()
    assert [can_review(moderator, post) for post in (mine, theirs, answer)] == [False, True, True]
    author = answer.mentor.user
    author.is_staff = author.is_superuser = True
    author.save()
    assert [can_review(author, post) for post in (again(answer), answer.question)] == [False, True]


def test_staff_who_left_decide_nothing(moderator: User) -> None:
    moderator.is_active = False
    assert can_review(moderator, held()) is False


# --- What the mail at once needs


@pytest.mark.parametrize(
    ("kind", "visibility"), [("feed.post_shown", Visibility.SHOWN), ("feed.post_hidden", Visibility.HIDDEN)]
)
def test_mail_goes_while_it_is_still_true(kind: str, visibility: Visibility) -> None:
    answer = answered()
    question = QuestionFactory.create(visibility=visibility)
    Answer.objects.update(visibility=visibility)
    context = notification_kind(kind).context
    keys = [f"question:{question.pk}", f"answer:{answer.pk}"]
    assert [context(key) is not None for key in keys] == [True, True]
    Question.objects.update(visibility=Visibility.HELD)
    Answer.objects.update(visibility=Visibility.HELD)
    assert [context(key) for key in keys] == [None, None]
    assert context("question:0") is None


def test_mail_about_hiding_says_where_to_write(settings: Any) -> None:
    settings.SAFETY_CONTACT = "mailto:safety@example.test"
    question = QuestionFactory.create(visibility=Visibility.HIDDEN)
    context = notification_kind("feed.post_hidden").context(f"question:{question.pk}")
    assert context == {"safety_address": "safety@example.test"}
