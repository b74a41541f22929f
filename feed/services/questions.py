"""Ask, and move a question along its states."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import Experience, Topic, User
from accounts.permissions import is_leaving
from accounts.services.idempotency import once
from breakthru.lib.richtext import POST, clean
from feed.lifecycle import QuestionState, can_move
from feed.models import Question, QuestionEvent
from feed.models.question import Visibility, question_slug
from feed.permissions import can_ask, is_read_first
from feed.services.held_notices import tell_held
from learner_series.models import Article

QUESTIONS_A_DAY = 5
LEAVING = "Your account is going to be deleted, so nothing can be posted from it. Keep it first, then post."
SUSPENDED = "Your account is suspended, so nothing can be posted from it now."


class AskError(ValueError):
    """The question can't be taken now; the text says why, for people."""


class QuestionStateError(ValueError):
    """The step is not in the transition table."""


@dataclass(frozen=True)
class Passage:
    """The part of an article a question is about; `anchor` and `section_title` are '' for the whole.

    `quote` holds words of it that everybody may read, or ''.
    """

    article: Article
    anchor: str
    section_title: str
    quote: str = ""


@dataclass(frozen=True)
class QuestionDraft:
    """What a learner typed; `body` is HTML that is not yet cleaned."""

    title: str
    body: str
    topics: tuple[Topic, ...]
    stage: Experience | None
    roads: tuple[Experience, ...]
    passage: Passage | None


def ask_question(*, by: User, token: uuid.UUID, draft: QuestionDraft, now: datetime) -> Question:
    """Post a question; the same token posts once and returns the same question. Raises AskError.

    What somebody under 18 asks is held: nobody else sees it, and nobody is told, until staff release it
    (feed.services.reviewing).
    """
    if is_leaving(by):
        raise AskError(LEAVING)
    if by.is_suspended(now):
        raise AskError(SUSPENDED)
    if not can_ask(by):
        message = "This account can't ask questions."
        raise AskError(message)
    pk, _ = once(by=by, purpose="ask", token=token, create=lambda: str(_create(by, draft, now).pk))
    return Question.objects.get(pk=pk)


def _create(by: User, draft: QuestionDraft, now: datetime) -> Question:
    # Lock the person: two forms sent at once count against one limit.
    asker = User.objects.select_for_update().get(pk=by.pk)
    if Question.objects.asked_by(by).filter(asked_at__gt=now - timedelta(days=1)).count() >= QUESTIONS_A_DAY:
        message = (
            f"That is {QUESTIONS_A_DAY} questions in a day, the most we can take. Please come back tomorrow."
        )
        raise AskError(message)
    body = clean(draft.body, POST)
    question = Question(
        slug=question_slug(draft.title),
        title=draft.title,
        asker=by,
        stage=draft.stage,
        visibility=Visibility.HELD if is_read_first(asker, timezone.localdate(now)) else Visibility.SHOWN,
        asked_at=now,
        active_at=now,
    )
    question.body_html, question.body_text, question.cleaner_version = body.html, body.text, body.version
    if draft.passage is not None:
        question.article, question.revision_id = draft.passage.article, draft.passage.article.live_id
        question.anchor, question.section_title = draft.passage.anchor, draft.passage.section_title
        question.quote = draft.passage.quote
    question.save()
    question.topics.set(draft.topics)
    question.roads.set(draft.roads)
    if question.is_held:
        tell_held(question=question, now=now)
    return question


@transaction.atomic
def move(
    *, by: User | None, question: Question, target: QuestionState, now: datetime, reason: str = ""
) -> None:
    """Take one step of the transition table; the only writer of `Question.state`.

    `question` must be locked by the caller. Raises QuestionStateError.
    """
    source = QuestionState(question.state)
    if not can_move(source, target):
        message = f"{source} to {target}"
        raise QuestionStateError(message)
    question.state = target
    question.save(update_fields=["state", "answered_at", "answer_count", "active_at"])
    QuestionEvent.objects.create(
        question=question, source=source, target=target, by=by, at=now, reason=reason
    )
