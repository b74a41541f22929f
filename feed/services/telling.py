"""What people are told about the Feed."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from accounts.registries.notifications import NotificationKind, Tab
from feed.models import Answer, Question
from feed.models.question import Visibility


def answer_context(key: str) -> Mapping[str, Any] | None:
    """Return what a mail about the answer of a key such as "answer:12" says, or None when it is not shown.

    Nothing of what the answer says: that stays on the site.
    """
    pk = key.removeprefix("answer:")
    shown = Answer.objects.shown().on_shown_questions().select_related("question", "mentor__user")
    answer = shown.filter(pk=pk).first()
    if answer is None:
        return None
    return {"answer": answer, "question": answer.question, "mentor": answer.mentor}


QUESTION_ANSWERED = NotificationKind(
    key="feed.question_answered",
    label="Answers to my questions",
    why="You get this because you asked a question on BreakThru.",
    tab=Tab.ANSWERS,
    context=answer_context,
)


def _is(key: str, visibility: Visibility) -> bool:
    """Say whether the post of a key such as "question:12" is that still."""
    kind, pk = key.split(":")
    posts = Answer.objects.filter(pk=pk) if kind == "answer" else Question.objects.filter(pk=pk)
    return posts.filter(visibility=visibility).exists()


def _shown_context(key: str) -> Mapping[str, Any] | None:
    return {} if _is(key, Visibility.SHOWN) else None


def _hidden_context(key: str) -> Mapping[str, Any] | None:
    address = settings.SAFETY_CONTACT.removeprefix("mailto:")
    return {"safety_address": address} if _is(key, Visibility.HIDDEN) else None


POST_SHOWN = NotificationKind(
    key="feed.post_shown",
    label="My posts, once everybody can see them",
    why="You get this because you wrote on BreakThru and our staff read it.",
    tab=Tab.ANSWERS,
    context=_shown_context,
)
POST_HIDDEN = NotificationKind(
    key="feed.post_hidden",
    label="My posts that staff hid",
    why="You get this because you wrote on BreakThru. Mails like this can't be switched off.",
    tab=Tab.ANSWERS,
    is_fixed=True,
    context=_hidden_context,
)
