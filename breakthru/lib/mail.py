"""Mails: three templates in, one message with a stable Message-ID out, and which troubles of sending pass."""

import hashlib
import logging
import smtplib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string

from breakthru.lib.later import LaterError

logger = logging.getLogger(__name__)
# As long as mail servers themselves keep a mail that they cannot hand on.
RETRY_FOR = timedelta(days=3)
# Until here the server has refused no mail: it is away, or takes us for somebody else.
_BEFORE_ANY_MAIL = (
    smtplib.SMTPServerDisconnected,
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPNotSupportedError,
)
_TEMPORARY, _PERMANENT = range(400, 500), range(500, 600)
_CLOSING = 421
# These two refuse us, as a server does that has forgotten our account; the address may be good (RFC 3463).
_LOGIN_FIRST = 530
_OF_POLICY = b"5.7."


class MailServerAwayError(LaterError):
    """The mail server takes no mail from us for now."""

    def __init__(self) -> None:
        super().__init__(retry_for=RETRY_FOR, waits_for="mail server")


class MailDelayedError(LaterError):
    """The mail server is there, but does not take this one mail for now."""

    def __init__(self) -> None:
        super().__init__(retry_for=RETRY_FOR)


class Mail(EmailMultiAlternatives):
    """A mail that is sent from an outbox handler."""

    def send(self, *args: Any, **options: Any) -> int:
        """Send it: 1 when the server took it, 0 when the address is refused for good, which is logged.

        Raises LaterError for what may pass, and smtplib's errors for what staff must look at.
        """
        connection = get_connection(*args, **options)
        try:
            return connection.send_messages([self])
        except OSError as error:
            # Django leaves open what failed before the mail itself.
            connection.close()
            if (passing := _passing(error)) is not None:
                raise passing from error
            if not _is_refused_for_good(error):
                raise
            # Not the server's words: they may hold the address.
            logger.warning(
                "mail %s is refused for good: %s", self.extra_headers["Message-ID"], _answer(error)[0]
            )
            return 0


def _answer(error: OSError) -> tuple[int, bytes]:
    # Code and words of the mail server; our mails have one recipient.
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next(iter(error.recipients.values()))
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code, b""
    return 0, b""


def _passing(error: OSError) -> LaterError | None:
    code, _ = _answer(error)
    is_of_smtp = isinstance(error, smtplib.SMTPException)
    if not is_of_smtp or isinstance(error, _BEFORE_ANY_MAIL) or code == _CLOSING:
        return MailServerAwayError()
    if code not in _TEMPORARY:
        return None
    # What it says of the sender it says to every mail.
    return MailServerAwayError() if isinstance(error, smtplib.SMTPSenderRefused) else MailDelayedError()


def _is_refused_for_good(error: OSError) -> bool:
    code, words = _answer(error)
    is_of_address = isinstance(error, smtplib.SMTPRecipientsRefused) and code in _PERMANENT
    return is_of_address and code != _LOGIN_FIRST and not words.startswith(_OF_POLICY)


def message_id(key: str) -> str:
    """Return the Message-ID that belongs to `key`, always the same, so a repeated mail is recognized."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{settings.SITE_HOST}>"


def compose(
    template: str, *, to: str, key: str, context: Mapping[str, Any], unsubscribe_url: str = ""
) -> Mail:
    """Build one mail from `emails/<template>.{subject.txt,txt,html}` without sending it.

    `key` names the intent ("answer 12 posted, to person 7"). With `unsubscribe_url` the one-click headers of
    RFC 8058 are set.
    """
    full = {"site_url": settings.SITE_URL, "unsubscribe_url": unsubscribe_url, **context}
    subject = " ".join(render_to_string(f"emails/{template}.subject.txt", full).split())
    return assemble(
        to=to,
        key=key,
        subject=subject,
        text=render_to_string(f"emails/{template}.txt", full),
        html=render_to_string(f"emails/{template}.html", full),
        unsubscribe_url=unsubscribe_url,
    )


def assemble(  # one argument per part of the mail
    *, to: str, key: str, subject: str, text: str, html: str, unsubscribe_url: str = ""
) -> Mail:
    """Build one mail from parts that are already rendered."""
    headers = {"Message-ID": message_id(key), "Auto-Submitted": "auto-generated"}
    if unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message = Mail(subject=subject, body=text.strip() + "\n", to=[to], headers=headers)
    message.attach_alternative(html, "text/html")
    return message
