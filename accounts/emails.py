"""Mails about what happened, one at a time or gathered."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.models import Digest, Notification
from accounts.registries.notifications import NotificationKind, notification_kind
from breakthru.lib.mail import Mail, compose
from breakthru.lib.zones import zone_or_default


class Line(NamedTuple):
    """One notification as a digest tells it."""

    html: str
    text: str
    href: str


def notification_mail(
    notification: Notification, *, kind: NotificationKind, context: Mapping[str, Any], unsubscribe_url: str
) -> Mail:
    """To one person: something happened just now. Times in it are theirs."""
    person = notification.user
    with timezone.override(zone_or_default(person.time_zone)):
        return compose(
            kind.template,
            to=person.email,
            key=f"notification:{notification.pk}",
            context={
                "notification": notification,
                "person": person,
                "href": settings.SITE_URL + notification.path,
                "why": kind.why,
                "settings_url": _here("notification_settings"),
                **context,
            },
            unsubscribe_url=unsubscribe_url,
        )


def digest_mail(digest: Digest, *, rows: Sequence[Notification], more: int, unsubscribe_url: str) -> Mail:
    """To one person: what happened in a day or a week; `more` counts what the mail has no room for."""
    return compose(
        "accounts/digest",
        to=digest.user.email,
        key=f"digest:{digest.pk}",
        context={
            "person": digest.user,
            "is_daily": digest.rhythm == "daily",
            "lines": [_line(row) for row in rows],
            "others": len(rows) + more - 1,
            "more": more,
            "inbox_url": _here("notification_list"),
            "settings_url": _here("notification_settings"),
        },
        unsubscribe_url=unsubscribe_url,
    )


def _line(row: Notification) -> Line:
    href = settings.SITE_URL + row.path
    template = f"notifications/{notification_kind(row.kind).template}"
    context = {"notification": row, "href": href}
    html, text = (render_to_string(f"{template}.{part}", context) for part in ("html", "txt"))
    return Line(html=html, text=" ".join(text.split()), href=href)


def _here(page: str) -> str:
    return settings.SITE_URL + reverse(f"accounts:{page}")
