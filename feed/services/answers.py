"""Answer a question, and tell the asker."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from accounts.models import Experience, User
from accounts.permissions import is_leaving
from accounts.services.idempotency import once
from accounts.services.notifications import notify
from breakthru.lib.richtext import POST, clean
from feed.lifecycle import WITH_ANSWERS, QuestionState
from feed.models import Answer, AnswerSource, Question
from feed.models.answer import Basis
from feed.permissions import can_answer
from feed.services.questions import LEAVING, SUSPENDED, move
from feed.services.telling import QUESTION_ANSWERED
from mentors.models import MentorProfile


class AnswerError(ValueError):
    """The answer can't be taken; the text says why, for people."""


@dataclass(frozen=True)
class Source:
    """One web page a reader can check."""

    title: str
    url: str


@dataclass(frozen=True)
class AnswerDraft:
    """What a mentor typed; `body` is HTML that is not yet cleaned."""

    body: str
    basis: Basis
    is_for_everyone: bool
    scope_terms: tuple[Experience, ...]
    cycle_year: int | None
    sources: tuple[Source, ...]


def check_draft(draft: AnswerDraft) -> None:
    """Raise AnswerError unless basis and scope are complete."""
    if draft.basis == Basis.OFFICIAL_SOURCE and not draft.sources:
        message = "An answer from an official source needs at least one link to it."
        raise AnswerError(message)
    if draft.is_for_everyone == bool(draft.scope_terms):
        message = "Please say for whom this is true: choose stages, roads or a service, or “everyone”."
        raise AnswerError(message)


def answer_question(
    *, by: User, token: uuid.UUID, question: Question, draft: AnswerDraft, now: datetime
) -> Answer:
    """Add a verified mentor's answer; the same token answers once. Raises AnswerError.

    The asker is told in the same transaction.
    """
    check_draft(draft)
    pk, _ = once(
        by=by, purpose="answer", token=token, create=lambda: str(_create(by, question, draft, now).pk)
    )
    return Answer.objects.select_related("question").get(pk=pk)


def _create(by: User, question: Question, draft: AnswerDraft, now: datetime) -> Answer:
    if is_leaving(by):
        raise AnswerError(LEAVING)
    if by.is_suspended(now):
        raise AnswerError(SUSPENDED)
    # A question of somebody apart from the mentor by a block is not there, as hidden ones are not.
    locked = Question.objects.visible_to(by).select_for_update().filter(pk=question.pk).first()
    profile = MentorProfile.objects.of(by)
    if profile is None or locked is None or not can_answer(by, profile, locked, timezone.localdate(now)):
        message = "This question can't be answered from this account any more."
        raise AnswerError(message)
    if Answer.objects.written_by(profile).filter(question=locked).exists():
        message = "You answered this question already."
        raise AnswerError(message)
    body = clean(draft.body, POST)
    answer = Answer.objects.create(
        question=locked,
        mentor=profile,
        written_as=profile.place,
        basis=draft.basis,
        body_html=body.html,
        body_text=body.text,
        cleaner_version=body.version,
        is_for_everyone=draft.is_for_everyone,
        cycle_year=draft.cycle_year,
        answered_at=now,
    )
    answer.scope_terms.set(draft.scope_terms)
    AnswerSource.objects.bulk_create(
        [AnswerSource(answer=answer, title=source.title, url=source.url) for source in draft.sources]
    )
    _count_answer(by, locked, now)
    _tell_asker(by, answer, now)
    return answer


def _tell_asker(by: User, answer: Answer, now: datetime) -> None:
    notify(
        to=answer.question.asker,
        kind=QUESTION_ANSWERED.key,
        key=f"answer:{answer.pk}",
        path=answer.get_absolute_url(),
        now=now,
        words={"title": answer.question.title},
        actor=by,
    )


def _count_answer(by: User, question: Question, now: datetime) -> None:
    question.answer_count += 1
    question.active_at = now
    question.answered_at = question.answered_at or now
    if QuestionState(question.state) in WITH_ANSWERS:
        question.save(update_fields=["answer_count", "active_at", "answered_at"])
    else:
        move(by=by, question=question, target=QuestionState.ANSWERED, now=now)
