"""Whether mail reaches somebody, and what the mail provider tells of it."""

from collections.abc import Iterable
from datetime import datetime

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import models

from accounts.models import User
from accounts.models.notification import Suppression
from accounts.services.mail import suppress
from breakthru.lib.mail_providers import Trouble


class AddressTrouble(models.TextChoices):
    """Why no notifications go to somebody's address."""

    BOUNCED = "bounced", "Mail came back"
    COMPLAINED = "complained", "A mail was called spam"
    UNCONFIRMED = "unconfirmed", "The address is not confirmed"


def address_trouble(*, user: User) -> AddressTrouble | None:
    """Return what keeps mails about things from reaching `user`, or None."""
    suppression = Suppression.objects.filter(email=user.email.lower()).first()
    if suppression is not None:
        is_bounce = suppression.reason == Suppression.Reason.BOUNCE
        return AddressTrouble.BOUNCED if is_bounce else AddressTrouble.COMPLAINED
    if not EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists():
        return AddressTrouble.UNCONFIRMED
    return None


def note_troubles(*, troubles: Iterable[Trouble], now: datetime) -> None:
    """Send nothing more where mails come back for good or are called spam; told again, nothing changes."""
    for trouble in troubles:
        if not _is_address(trouble.address):
            continue
        reason = Suppression.Reason.COMPLAINT if trouble.is_complaint else Suppression.Reason.BOUNCE
        suppress(email=trouble.address, reason=reason, now=now)


def _is_address(text: str) -> bool:
    try:
        Suppression._meta.get_field("email").clean(text, None)
    except ValidationError:
        return False
    return True
