"""Account mails through the outbox, addresses that take no mail, and the link that stops mails."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccountMail, NotificationChoice, Suppression, User
from accounts.models.notification import Rhythm
from accounts.registries.notifications import (
    UnknownNotificationError,
    notification_kind,
    notification_kinds,
)
from accounts.services.notification_settings import choices_of
from breakthru.lib.mail import assemble
from breakthru.outbox.services import enqueue

_SALT = "accounts.unsubscribe"
# What a token may name besides a kind: all mails of one rhythm.
DIGESTS = {"digest:daily": Rhythm.DAILY, "digest:weekly": Rhythm.WEEKLY}
_LABELS = {Rhythm.DAILY: "The daily e-mail", Rhythm.WEEKLY: "The weekly e-mail"}
# Kinds by the names they had in mails sent before; those links are valid for ever.
_RENAMED = {"question_answered": "feed.question_answered"}
# UnknownNotificationError: a kind of mail that we no longer send. TypeError: not made of what ours are.
_NOT_OURS = (signing.BadSignature, ValueError, TypeError, UnknownNotificationError, User.DoesNotExist)


class UnsubscribeTokenError(ValueError):
    """The link is not one of ours."""


@transaction.atomic
def queue_account_mail(*, to: str, subject: str, text: str, html: str) -> None:
    """Keep a rendered account mail and have a worker send it."""
    mail = AccountMail.objects.create(to=to, subject=subject, text=text, html=html)
    enqueue("accounts.send_account_mail", mail.pk)


def send_account_mail(*, mail_id: int) -> None:
    """Send one kept mail and forget its words; one that has ended, or is gone with its time, is left alone.

    An address that took no mail before gets none. Raises LaterError while the mail server does not take it.
    """
    mail = AccountMail.objects.select_for_update().filter(pk=mail_id).first()
    if mail is None or mail.has_ended:
        return
    now = timezone.now()
    if not _has_bounced(mail.to) and _send(mail, now):
        mail.sent_at = now
    else:
        mail.refused_at = now
    mail.text = mail.html = ""
    mail.save(update_fields=["text", "html", "sent_at", "refused_at"])


def _send(mail: AccountMail, now: datetime) -> bool:
    message = assemble(
        to=mail.to, key=f"account-mail:{mail.pk}", subject=mail.subject, text=mail.text, html=mail.html
    )
    is_taken = bool(message.send())
    if not is_taken:
        suppress(email=mail.to, reason=Suppression.Reason.BOUNCE, now=now)
    return is_taken


# --- Addresses that take no mail ----------------------------------------------------------------------------


def suppress(*, email: str, reason: Suppression.Reason, now: datetime) -> None:
    """Send nothing more there; told twice it is one. What bounced stays so, whatever is told later."""
    is_bounce = reason == Suppression.Reason.BOUNCE
    how = {"update_conflicts": True, "unique_fields": ["email"], "update_fields": ["reason", "at"]}
    Suppression.objects.bulk_create(
        [Suppression(email=_plain(email), reason=reason, at=now)],
        **(how if is_bounce else {"ignore_conflicts": True}),
    )


def is_suppressed(email: str) -> bool:
    """Say whether notifications are kept from that address: mail came back, or its owner complained."""
    return Suppression.objects.filter(email=_plain(email)).exists()


def lift_suppression(*, by: User, now: datetime) -> None:
    """Try the address of `by` again, who says that it takes mail; what comes back after `now` counts anew."""
    Suppression.objects.filter(email=_plain(by.email), at__lte=now).delete()


def reachable(people: QuerySet[User]) -> QuerySet[User]:
    """Return those whom notifications may be mailed to: at a confirmed address that takes mail."""
    confirmed = EmailAddress.objects.filter(
        user=OuterRef("pk"), email__iexact=OuterRef("email"), verified=True
    )
    refused = Suppression.objects.filter(email=OuterRef("email"))
    return people.filter(Exists(confirmed), ~Exists(refused), is_active=True, erased_at=None)


def takes_mail(*, user: User, is_fixed: bool = False) -> bool:
    """Say whether to mail notifications to `user`; who is about to leave gets only what is fixed."""
    people = reachable(User.objects.filter(pk=user.pk))
    if not is_fixed:
        people = people.filter(leaves_at=None)
    return people.exists()


def _has_bounced(email: str) -> bool:
    # Who complained and asks for a link gets it: they want this mail.
    return Suppression.objects.filter(email=_plain(email), reason=Suppression.Reason.BOUNCE).exists()


def _plain(email: str) -> str:
    return email.strip().lower()


# --- The link that stops mails ------------------------------------------------------------------------------


def unsubscribe_url(*, user: User, kind: str) -> str:
    """Return the address that stops mails for `user`, signed, valid for ever and signed out.

    `kind` is the key of a kind, or "digest:daily" or "digest:weekly" for all mails of that rhythm.
    """
    token = signing.dumps([user.pk, kind], salt=_SALT, compress=True)
    return settings.SITE_URL + reverse("accounts:unsubscribe", args=[token])


def read_unsubscribe_token(token: str) -> tuple[User, str]:
    """Return whose mails a token stops, and which: a kind's key or a digest; raises UnsubscribeTokenError."""
    try:
        user_id, named = signing.loads(token, salt=_SALT)
        subject = _RENAMED.get(named, named)
        user = User.objects.get(pk=user_id, erased_at=None)
        can_be_stopped = subject in DIGESTS or not notification_kind(subject).is_fixed
    except _NOT_OURS as error:
        raise UnsubscribeTokenError from error
    if not can_be_stopped:
        raise UnsubscribeTokenError
    return user, subject


def subject_label(subject: str) -> str:
    """Return what a token stops, in the words of the settings page."""
    return _LABELS[DIGESTS[subject]] if subject in DIGESTS else notification_kind(subject).label


def gets_mails(*, user: User, subject: str) -> bool:
    """Say whether `user` left the mails on that a token for `subject` stops."""
    return any(_is_of(subject, key, mail) for key, mail in _choices(user).items())


@transaction.atomic
def stop_mails(*, user: User, subject: str) -> None:
    """Stop the mails that a token for `subject` names, and remember their rhythm for `resume_mails`."""
    for key, mail in _choices(user).items():
        if _is_of(subject, key, mail):
            NotificationChoice.objects.update_or_create(
                user=user, kind=key, defaults={"mail": Rhythm.NEVER, "stopped_from": mail}
            )


@transaction.atomic
def resume_mails(*, user: User, subject: str) -> None:
    """Take back what the link stopped; a kind that was stopped elsewhere comes in its usual rhythm."""
    stopped = NotificationChoice.objects.select_for_update().filter(user=user, mail=Rhythm.NEVER)
    if subject in DIGESTS:
        stopped = stopped.filter(stopped_from=DIGESTS[subject])
    else:
        stopped = stopped.filter(kind=subject)
    for choice in stopped:
        choice.mail = choice.stopped_from or _usual(choice.kind)
        choice.stopped_from = ""
        choice.save(update_fields=["mail", "stopped_from", "changed_at"])


def _choices(user: User) -> dict[str, str]:
    """Return the rhythm of each kind's mails, of those that can be stopped."""
    kinds = list(notification_kinds())
    return {key: choice.mail for key, choice in choices_of(user=user, kinds=kinds).items()}


def _is_of(subject: str, key: str, mail: str) -> bool:
    return mail == DIGESTS[subject] if subject in DIGESTS else key == subject and mail != Rhythm.NEVER


def _usual(kind: str) -> str:
    rhythm = notification_kind(kind).rhythm
    return Rhythm.AT_ONCE if rhythm == Rhythm.NEVER else rhythm
