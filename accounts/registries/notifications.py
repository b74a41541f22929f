"""The kinds of things that people are told; each app registers its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Tab(Enum):
    """The tabs of the inbox and the groups of its settings."""

    ANSWERS = "Answers"
    MENTORING = "Mentoring"
    ACCOUNT = "Account"
    STAFF = "Staff"


@dataclass(frozen=True)
class NotificationKind:
    """One kind. With the key "feed.question_answered" its templates are

    - `notifications/feed/question_answered.html`: the sentence in the inbox and in a digest (no block tags
      around it; context: `notification`, `href`),
    - `notifications/feed/question_answered.txt`: the same for the text part of a digest,
    - `emails/feed/question_answered.{subject.txt,txt,html}`: the mail at once (context: `notification`,
      `person`, whom it is for, `href`, `why`, `settings_url`, and what `context` adds).

    The sentence is made of `words` and the actor alone, so that a list costs no query for each row.
    """

    key: str
    # On the settings page, such as "Answers to my questions".
    label: str
    # At the end of the mail: "You get this because you asked a question."
    why: str
    tab: Tab
    # Of its mails until the person chooses: a value of accounts.models.notification.Rhythm.
    rhythm: str = "at_once"
    # Nobody can switch it off: their account, their safety.
    is_fixed: bool = False
    # Does not wait for the end of quiet hours.
    is_urgent: bool = False
    # Whether the person with that id is told of such things: the settings offer it, and mails of it go out.
    is_for: Callable[[int], bool] = lambda person: True
    # More context for the mail at once, from the notification's key. None: it is not true any more (hidden,
    # withdrawn), and no mail is sent.
    context: Callable[[str], Mapping[str, Any] | None] = lambda key: {}

    @property
    def template(self) -> str:
        """Where its templates stand below `notifications/` and `emails/`."""
        return self.key.replace(".", "/", 1)


class UnknownNotificationError(LookupError):
    """Nothing is registered under this key."""


_kinds: dict[str, NotificationKind] = {}


def register_notification(kind: NotificationKind) -> None:
    """Let people be told about things of `kind`."""
    _kinds[kind.key] = kind


def notification_kind(key: str) -> NotificationKind:
    """Return the kind of that key; raises UnknownNotificationError."""
    try:
        return _kinds[key]
    except KeyError as error:
        raise UnknownNotificationError(key) from error


def notification_kinds() -> tuple[NotificationKind, ...]:
    """Return every kind in the order of registration."""
    return tuple(_kinds.values())
