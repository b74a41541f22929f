"""What people agree to when they join, and the log of it in words for its owner."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import ConsentEntry, User
from accounts.registries.texts import text_version
from accounts.services.sensitive import sensitive_labels

# What everybody who joins agrees to, and how the log calls it.
TEXTS = {"terms": "The terms of use", "privacy": "How we treat your data"}
_SENSITIVE = "sensitive:"


@dataclass(frozen=True)
class Consent:
    """One line of the log: what it was about, in words for its owner, and what they said when."""

    words: str
    version: str
    is_given: bool
    at: datetime


@transaction.atomic
def accept_texts(*, by: User, now: datetime) -> None:
    """Keep that `by`, who joins now, agreed to the texts in force."""
    ConsentEntry.objects.bulk_create(
        [
            ConsentEntry(user=by, subject=subject, version=text_version(subject), is_given=True, at=now)
            for subject in TEXTS
        ]
    )


def in_words(*, user: User, entries: Iterable[ConsentEntry]) -> list[Consent]:
    """Return entries of `user` as they read them; what a sensitive one was about shows while it is kept."""
    rows = list(entries)
    has_sensitive = any(row.subject.startswith(_SENSITIVE) for row in rows)
    labels = sensitive_labels(user=user) if has_sensitive else {}
    return [
        Consent(
            words=_words(row.subject, labels),
            version=row.version,
            is_given=row.is_given,
            at=row.at,
        )
        for row in rows
    ]


def _words(subject: str, labels: dict[int, str]) -> str:
    if subject.startswith(_SENSITIVE):
        label = labels.get(int(subject.removeprefix(_SENSITIVE)))
        return f"Sensitive thing: {label}" if label else "A sensitive thing that is no longer here"
    return TEXTS.get(subject) or subject.replace("_", " ").capitalize()
