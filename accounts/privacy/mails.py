"""What people were told, how they want to be told, and mails on their way."""

from allauth.account.models import EmailAddress
from django.db.models import Q
from django.db.models.functions import Lower
from django.db.models.lookups import In

from accounts.models import User
from accounts.registries.personal_data import OURS, YOURS, OnErase, Table, kept


def _addressed_to(person: int) -> Q:
    return _of_address(person, "to")


def _suppressed_of(person: int) -> Q:
    return _of_address(person, "email")


def _of_address(person: int, column: str) -> Q:
    """Return what is true of rows whose `column` is an address of that person, whatever its case."""
    own = User.objects.filter(pk=person).values_list(Lower("email"))
    more = EmailAddress.objects.filter(user=person).values_list(Lower("email"))
    return Q(In(Lower(column), own.union(more).query))


MAILS = (
    Table(
        "accounts.notification",
        OnErase.DELETE,
        owner="user",
        title="What we told you",
        exported=("kind", "words", "path", "created_at", "read_at", "mailed_at"),
        left_out={
            "id": OURS,
            "user": YOURS,
            "key": "keeps the same thing from being told twice",
            "actor": "somebody else",
            "is_on_page": "follows from your choices",
            "rhythm": "follows from your choices",
            "digest": "stands under its own heading",
        },
        others={"actor": kept("what others were told stays true: a former member did it")},
    ),
    Table(
        "accounts.digest",
        OnErase.DELETE,
        owner="user",
        title="Mails that gathered what was new",
        exported=("rhythm", "day", "made_at", "sent_at"),
        left_out={"id": OURS, "user": YOURS},
    ),
    Table(
        "accounts.notificationchoice",
        OnErase.DELETE,
        owner="user",
        title="How you want to be told",
        exported=("kind", "on_page", "mail", "changed_at"),
        left_out={"id": OURS, "user": YOURS, "stopped_from": "what “send them again” goes back to"},
    ),
    Table(
        "accounts.mailtimes",
        OnErase.DELETE,
        owner="user",
        title="When mails may come",
        exported=("quiet_from", "quiet_until", "digest_hour", "digest_weekday"),
        left_out={"id": OURS, "user": YOURS},
    ),
    Table(
        "accounts.accountmail",
        OnErase.DELETE,
        rows_of=_addressed_to,
        title="Mails about your account in the last days",
        exported=("to", "subject", "created_at", "sent_at", "refused_at"),
        left_out={"id": OURS, "text": "holds links that open the account", "html": "the same words"},
    ),
    Table(
        "accounts.suppression",
        OnErase.DELETE,
        rows_of=_suppressed_of,
        title="Addresses that no mail is sent to",
        exported=("email", "reason", "at"),
        left_out={"id": OURS},
    ),
)
