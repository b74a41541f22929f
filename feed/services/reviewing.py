"""Staff decide who sees a post: release what was held, hide, and take that back."""

from dataclasses import dataclass
from datetime import datetime

from django.db import models, transaction
from django.db.models import Count, Min
from django.urls import reverse

from accounts.models import User
from accounts.services.audit import record_action
from accounts.services.notifications import notify, withdraw
from feed.lifecycle import WITH_ANSWERS, QuestionState
from feed.models import Answer, Question
from feed.models.question import Visibility
from feed.permissions import can_review
from feed.services.held_notices import forget_held
from feed.services.questions import move
from feed.services.telling import POST_HIDDEN, POST_SHOWN, QUESTION_ANSWERED

Post = Question | Answer
MAX_WORDS = 300


class HideReason(models.TextChoices):
    """Why a post is hidden, in the words that its author reads."""

    CONTACT = "contact", "It has contact details in it, such as an address or a number."
    PERSONAL = "personal", "It tells something about you or somebody else that should stay private."
    PATIENT = "patient", "It could show who a patient is."
    HURTFUL = "hurtful", "It could hurt or scare somebody."
    HARMFUL = "harmful", "Somebody who follows it could come to harm."
    WORK = "work", "It asks somebody to do work that has to be your own."
    SELLING = "selling", "It reads like an advertisement."
    DOUBLE = "double", "It stands on the site already."
    OFF_TOPIC = "off_topic", "It is not about the way into a health profession."
    OTHER = "other", "It does not fit our guidelines."


class ReviewError(ValueError):
    """The step can't be taken; the text says why, for staff."""


@dataclass(frozen=True)
class _Step:
    """One way from what a post was to what it becomes; `name` is the word of the audit log."""

    name: str
    sources: frozenset[Visibility]
    target: Visibility
    refusal: str


_RELEASE = _Step(
    "released",
    frozenset({Visibility.HELD}),
    Visibility.SHOWN,
    "This is not held any more. Please look again.",
)
_HIDE = _Step(
    "hidden", frozenset({Visibility.HELD, Visibility.SHOWN}), Visibility.HIDDEN, "This is hidden already."
)
_RESTORE = _Step(
    "restored", frozenset({Visibility.HIDDEN}), Visibility.SHOWN, "This is not hidden. Please look again."
)


@transaction.atomic
def release(*, by: User, post: Post, now: datetime) -> None:
    """Let everybody see a held post, as if it were written now, and tell its author. Raises ReviewError."""
    locked = _take(by, post, _RELEASE, now)
    record_action(by=by, action=_name(locked, _RELEASE), target=locked)
    _tell_shown(locked, now)


@transaction.atomic
def hide(*, by: User, post: Post, reason: HideReason, words: str = "", now: datetime) -> None:
    """Take a post from everybody's sight, and tell its author why. Raises ReviewError.

    `words` go to the author beside the reason; they are needed where the reason alone says nothing. The audit
    log keeps the name of the reason only.
    """
    words = words.strip()
    if reason == HideReason.OTHER and not words:
        message = "Please say in a sentence what does not fit; the author reads it."
        raise ReviewError(message)
    if len(words) > MAX_WORDS:
        message = f"Please use at most {MAX_WORDS} characters."
        raise ReviewError(message)
    locked = _take(by, post, _HIDE, now)
    record_action(by=by, action=_name(locked, _HIDE), target=locked, reason=reason.value)
    _forget_news(locked)
    notify(
        to=_author(locked),
        kind=POST_HIDDEN.key,
        key=_key(locked),
        path=_next_page(locked),
        words={**_words(locked), "reason": reason.label, "more": words},
        now=now,
    )


@transaction.atomic
def restore(*, by: User, post: Post, now: datetime) -> None:
    """Let everybody see a hidden post again, and tell its author. Raises ReviewError."""
    locked = _take(by, post, _RESTORE, now)
    record_action(by=by, action=_name(locked, _RESTORE), target=locked)
    withdraw(kind=POST_HIDDEN.key, key=_key(locked))
    _tell_shown(locked, now)


# --- The post


def _take(by: User, post: Post, step: _Step, now: datetime) -> Post:
    """Lock the post, check that the step fits, and take it."""
    locked = _lock(post)
    if not can_review(by, locked):
        message = "Somebody else on the team has to decide this one."
        raise ReviewError(message)
    if Visibility(locked.visibility) not in step.sources:
        raise ReviewError(step.refusal)
    locked.visibility = step.target
    if isinstance(locked, Answer):
        locked.save(update_fields=["visibility"])
        _count_again(by, locked.question, now)
    else:
        if step.target == Visibility.SHOWN and not locked.is_answered:
            # Nobody could find it until now: it neither starts at the end of the Feed nor looks neglected.
            locked.asked_at = locked.active_at = now
        locked.save(update_fields=["visibility", "asked_at", "active_at"])
        forget_held(question=locked)
    return locked


def _lock(post: Post) -> Post:
    if isinstance(post, Question):
        return Question.objects.select_for_update(of=("self",)).select_related("asker").get(pk=post.pk)
    # The question first, as whoever answers it does.
    question = (
        Question.objects.select_for_update(of=("self",)).select_related("asker").get(pk=post.question_id)
    )
    answer = Answer.objects.select_for_update(of=("self",)).select_related("mentor__user").get(pk=post.pk)
    answer.question = question
    return answer


def _count_again(by: User, question: Question, now: datetime) -> None:
    """Make the number of answers that of the shown ones; a question that has none left is open again."""
    before = question.answer_count
    shown = question.answers.shown().aggregate(count=Count("pk"), first=Min("answered_at"))
    state = QuestionState(question.state)
    if state == QuestionState.SOLVED and not shown["count"]:
        # Solved leads to open by way of answered.
        move(by=by, question=question, target=QuestionState.ANSWERED, now=now, reason="answer hidden")
        state = QuestionState.ANSWERED
    question.answer_count, question.answered_at = shown["count"], shown["first"]
    if state in WITH_ANSWERS and not question.answer_count:
        move(by=by, question=question, target=QuestionState.OPEN, now=now, reason="answer hidden")
    elif state == QuestionState.OPEN and not before and question.answer_count:
        move(by=by, question=question, target=QuestionState.ANSWERED, now=now, reason="answer restored")
    else:
        question.save(update_fields=["answer_count", "answered_at"])


# --- What is told


def _author(post: Post) -> User:
    return post.asker if isinstance(post, Question) else post.mentor.user


def _words(post: Post) -> dict[str, str]:
    """Return what the news names: the title, and whether it is a question or an answer to it."""
    question = post if isinstance(post, Question) else post.question
    return {"title": question.title, "what": str(post._meta.model_name)}


def _key(post: Post) -> str:
    return f"{post._meta.model_name}:{post.pk}"


def _name(post: Post, step: _Step) -> str:
    return f"{post._meta.model_name}.{step.name}"


def _tell_shown(post: Post, now: datetime) -> None:
    path, words = post.get_absolute_url(), _words(post)
    notify(to=_author(post), kind=POST_SHOWN.key, key=_key(post), path=path, words=words, now=now)


def _next_page(post: Post) -> str:
    """Return where the author goes from the news that it is hidden: to asking anew, or to the question."""
    return reverse("feed:question_create") if isinstance(post, Question) else post.question.get_absolute_url()


def _forget_news(post: Post) -> None:
    """Take back what people were told about a post that they cannot open any more."""
    withdraw(kind=POST_SHOWN.key, key=_key(post))
    answers = [post] if isinstance(post, Answer) else list(post.answers.only("pk"))
    for answer in answers:
        withdraw(kind=QUESTION_ANSWERED.key, key=_key(answer))
