"""Mails: three templates in, one message with a stable Message-ID out."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string


def message_id(key: str) -> str:
    """Return the Message-ID that belongs to `key`, always the same, so a repeated mail is recognized."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{settings.SITE_HOST}>"


def compose(
    template: str, *, to: str, key: str, context: Mapping[str, Any], unsubscribe_url: str = ""
) -> EmailMultiAlternatives:
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
) -> EmailMultiAlternatives:
    """Build one mail from parts that are already rendered."""
    headers = {"Message-ID": message_id(key), "Auto-Submitted": "auto-generated"}
    if unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message = EmailMultiAlternatives(subject=subject, body=text.strip() + "\n", to=[to], headers=headers)
    message.attach_alternative(html, "text/html")
    return message
