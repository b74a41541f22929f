"""The development mailbox: every mail becomes a file that /dev/mail/ shows."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage as ParsedMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class MailboxBackend(BaseEmailBackend):
    """Writes each mail to MAILBOX_DIR under a name made of its Message-ID, so a repeat replaces itself."""

    def __init__(self, fail_silently: bool = False, **kwargs: Any) -> None:
        super().__init__(fail_silently=fail_silently)
        self.folder = Path(settings.MAILBOX_DIR)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        self.folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            mime = message.message()
            name = hashlib.sha256(mime["Message-ID"].encode()).hexdigest()[:24]
            unfinished = self.folder / f"{name}.part"
            unfinished.write_bytes(mime.as_bytes())
            os.replace(unfinished, self.folder / f"{name}.eml")  # noqa: PTH105  (atomic on every system)
        return len(email_messages)


@dataclass(frozen=True)
class StoredMail:
    """One mail of the development mailbox."""

    name: str
    to: str
    subject: str
    sent_at: datetime
    text: str
    html: str
    headers: tuple[tuple[str, str], ...]


def _part(message: ParsedMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""


def _instant(date: str) -> datetime:
    # Django writes "-0000": UTC, and no word about the place.
    sent_at = parsedate_to_datetime(date)
    return sent_at if sent_at.tzinfo else sent_at.replace(tzinfo=UTC)


def _parse(path: Path) -> StoredMail:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    shown = ("From", "To", "Reply-To", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post")
    return StoredMail(
        name=path.stem,
        to=str(message["To"]),
        subject=str(message["Subject"]),
        sent_at=_instant(str(message["Date"])),
        text=_part(message, "plain"),
        html=_part(message, "html"),
        headers=tuple((key, str(message[key])) for key in shown if message[key]),
    )


def stored_mails() -> list[StoredMail]:
    """Return every mail of the mailbox, newest first."""
    mails = [_parse(path) for path in Path(settings.MAILBOX_DIR).glob("*.eml")]
    return sorted(mails, key=lambda mail: (mail.sent_at, mail.name), reverse=True)


def stored_mail(name: str) -> StoredMail | None:
    """Return the mail of that name, or None."""
    return next((mail for mail in stored_mails() if mail.name == name), None)
