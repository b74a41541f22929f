"""Account mails through the outbox, and a person's mail choices."""

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccountMail, MailChoice, User
from accounts.models.mail import MailKind
from breakthru.lib.mail import assemble
from breakthru.outbox.services import enqueue

_SALT = "accounts.unsubscribe"


class UnsubscribeTokenError(ValueError):
    """The link is not one of ours."""


@transaction.atomic
def queue_account_mail(*, to: str, subject: str, text: str, html: str) -> None:
    """Keep a rendered account mail and have a worker send it."""
    mail = AccountMail.objects.create(to=to, subject=subject, text=text, html=html)
    enqueue("accounts.send_account_mail", mail.pk)


def send_account_mail(*, mail_id: int) -> None:
    """Send one kept mail and forget its words; one that has ended, or is gone with its time, is left alone.

    Raises LaterError while the mail server does not take it.
    """
    mail = AccountMail.objects.select_for_update().filter(pk=mail_id).first()
    if mail is None or mail.has_ended:
        return
    message = assemble(
        to=mail.to, key=f"account-mail:{mail.pk}", subject=mail.subject, text=mail.text, html=mail.html
    )
    if message.send():
        mail.sent_at = timezone.now()
    else:
        mail.refused_at = timezone.now()
    mail.text = mail.html = ""
    mail.save(update_fields=["text", "html", "sent_at", "refused_at"])


def unsubscribe_url(*, user: User, kind: MailKind) -> str:
    """Return the address that stops mails of `kind` for `user`, signed, valid for ever and signed out."""
    token = signing.dumps([user.pk, str(kind)], salt=_SALT, compress=True)
    return settings.SITE_URL + reverse("accounts:unsubscribe", args=[token])


def read_unsubscribe_token(token: str) -> tuple[User, MailKind]:
    """Return whose mails and which kind a token stops; raises UnsubscribeTokenError."""
    try:
        user_id, kind = signing.loads(token, salt=_SALT)
        return User.objects.get(pk=user_id), MailKind(kind)
    except (signing.BadSignature, ValueError, User.DoesNotExist) as error:
        # ValueError: a kind of mail that we no longer send.
        raise UnsubscribeTokenError from error


def is_chosen(*, user: User, kind: MailKind) -> bool:
    """Say whether `user` left mails of `kind` on; they are on unless the person said no."""
    return not MailChoice.objects.filter(user=user, kind=kind, is_wanted=False).exists()


def wants_mail(*, user: User, kind: MailKind) -> bool:
    """Say whether to send `user` mails of `kind`: the address is confirmed, and they did not say no."""
    if not is_chosen(user=user, kind=kind):
        return False
    return bool(EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists())


@transaction.atomic
def choose_mail(*, user: User, kind: MailKind, is_wanted: bool) -> None:
    """Keep the person's choice about one kind of mail."""
    MailChoice.objects.update_or_create(user=user, kind=kind, defaults={"is_wanted": is_wanted})
