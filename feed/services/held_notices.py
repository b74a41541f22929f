"""Whom a held post is told, and that it still waits. No word of the post is in it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.registries.notifications import NotificationKind, Tab
from accounts.services.duty import MODERATORS, is_staff, lead_and_admins, on_duty
from accounts.services.notifications import notify, withdraw
from breakthru.outbox.services import enqueue
from feed.models import Question
from feed.models.question import Visibility

# The asker is told that somebody reads it within a day.
READ_WITHIN = timedelta(days=1)
PAGE = "/admin/feed/question/held/"


def _held(key: str) -> Mapping[str, Any] | None:
    held = Question.objects.held().filter(pk=key.split(":")[1])
    return {} if held.exists() else None


HELD = NotificationKind(
    key="feed.post_held",
    label="Posts that wait to be read first",
    why="You get this because you read what people under 18 write before others do.",
    tab=Tab.STAFF,
    is_fixed=True,
    is_for=is_staff,
    context=_held,
)
OVERDUE = NotificationKind(
    key="feed.held_due",
    label="Posts that nobody has read in time",
    why="You get this because you see to it that every post is read in time.",
    tab=Tab.STAFF,
    is_fixed=True,
    is_for=is_staff,
    context=_held,
)


def tell_held(*, question: Question, now: datetime) -> None:
    """Tell moderators that a post waits, and have it looked at again when its time is over."""
    for person in on_duty(group=MODERATORS, but=[question.asker_id]):
        notify(to=person, kind=HELD.key, key=_key(question), path=PAGE, now=now)
    enqueue("feed.held_due", question.pk, run_after=now + READ_WITHIN)


@transaction.atomic
def remind_of_held(*, question_id: int, now: datetime) -> None:
    """Tell the safeguarding lead and the admins of a post that nobody has read in time."""
    question = Question.objects.select_for_update().filter(pk=question_id, visibility=Visibility.HELD).first()
    if question is not None:
        for person in lead_and_admins(but=[question.asker_id]):
            notify(to=person, kind=OVERDUE.key, key=_key(question), path=PAGE, now=now)


def forget_held(*, question: Question) -> None:
    """Take back that it waits: somebody decided."""
    for kind in (HELD, OVERDUE):
        withdraw(kind=kind.key, key=_key(question))


def _key(question: Question) -> str:
    return f"question:{question.pk}"
