"""Tell people what happened: on the site, and by mail as they chose."""

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType

from django.db import transaction
from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.emails import notification_mail
from accounts.models import User
from accounts.models.notification import Digest, MailTimes, Notification, Rhythm, Suppression
from accounts.models.privacy import apart_from
from accounts.registries.notifications import NotificationKind, notification_kind
from accounts.services.mail import suppress, takes_mail, unsubscribe_url
from accounts.services.notification_settings import KindChoice, choices_of
from breakthru.outbox.purging import delete_slice
from breakthru.outbox.services import enqueue

NO_WORDS: Mapping[str, str] = MappingProxyType({})
# Each row costs its person's count anew: fewer in a statement than of rows that are only deleted.
SLICE = 1000


def notify(
    *,
    to: User,
    kind: str,
    key: str,
    path: str,
    now: datetime,
    words: Mapping[str, str] = NO_WORDS,
    actor: User | None = None,
) -> None:
    """Tell `to` once about the thing `key`, as they chose; call it in the transaction of what happened.

    Nobody is told who is gone, who did it, or whom a block keeps apart from `actor`. `words` are public words
    for the sentence, such as a title. Raises UnknownNotificationError.
    """
    known = notification_kind(kind)
    # Locked, so that nobody calls it without its transaction; a block made while this waited is seen below.
    person = _present(to).select_for_update(no_key=True).first()
    if person is None or (actor is not None and not _listeners(person, actor).exists()):
        return
    choice = choice_of(user=person, kind=known)
    if not choice.on_page and choice.mail == Rhythm.NEVER:
        return
    row, is_new = Notification.objects.get_or_create(
        user=person,
        kind=kind,
        key=key,
        defaults={
            "actor": actor,
            "path": path,
            "words": dict(words),
            "is_on_page": choice.on_page,
            "rhythm": choice.mail,
            "created_at": now,
        },
    )
    if is_new and choice.on_page:
        User.objects.filter(pk=person.pk).update(unread_count=F("unread_count") + 1)
    if is_new and choice.mail == Rhythm.AT_ONCE and takes_mail(user=person, is_fixed=known.is_fixed):
        enqueue("accounts.mail_notification", row.pk, run_after=_quiet_end(person, known, now))


def choice_of(*, user: User, kind: NotificationKind) -> KindChoice:
    """Return how `user` is told about things of `kind`."""
    if kind.is_fixed:
        return KindChoice(on_page=True, mail=Rhythm.AT_ONCE)
    return choices_of(user=user, kinds=[kind])[kind.key]


def hears_by_mail(*, user: User, kind: str) -> bool:
    """Say whether `user` left mails of the kind of that key on, in whatever rhythm."""
    return choice_of(user=user, kind=notification_kind(kind)).mail != Rhythm.NEVER


@transaction.atomic
def mark_all_read(*, by: User, now: datetime) -> None:
    """Count everything in the inbox of `by` as read."""
    _lock([by.pk])
    Notification.objects.unread().filter(user=by).update(read_at=now)
    _recount([by.pk])
    by.refresh_from_db(fields=["unread_count"])


@transaction.atomic
def mark_seen(*, by: User, path: str, now: datetime) -> None:
    """Count as read what `by` was told about the page with that path, wherever on it; it is open before them.

    What is told by mail alone counts as seen too: the mail would come late.
    """
    unseen = Notification.objects.filter(user=by, read_at=None).at(path)
    if not unseen.exists():
        return
    _lock([by.pk])
    unseen.update(read_at=now)
    _recount([by.pk])
    by.refresh_from_db(fields=["unread_count"])


@transaction.atomic
def withdraw(*, kind: str, key: str) -> None:
    """Take back what anybody was told about the thing `key`, which was hidden or deleted."""
    rows = Notification.objects.about(kind=kind, key=key)
    people = set(rows.values_list("user", flat=True))
    _lock(people)
    rows.delete()
    _recount(people)


@transaction.atomic
def forget_expired(*, now: datetime) -> bool:
    """Delete a first part of what nobody needs any more; return whether more may be left."""
    part = list(Notification.objects.expired(now).order_by("created_at").values_list("pk", "user")[:SLICE])
    people = {person for _, person in part}
    _lock(people)
    Notification.objects.filter(pk__in=[pk for pk, _ in part]).delete()
    _recount(people)
    # Digests last: one whose row is gone looks as if its notifications had never been mailed.
    return len(part) == SLICE or delete_slice(Digest.objects.expired(now))


def mail_notification(*, notification_id: int, now: datetime) -> None:
    """Mail one notification, if that is still wanted and still true.

    Raises LaterError while the mail server does not take it.
    """
    # Not locked: its outbox row is, and nobody who opens the page shall wait for a mail server.
    row = Notification.objects.select_related("user", "actor").filter(pk=notification_id).first()
    # Who has read it on the site needs no mail about it.
    if row is None or row.read_at or row.mailed_at or row.digest_id:
        return
    kind = notification_kind(row.kind)
    choice = choice_of(user=row.user, kind=kind)
    if choice.mail != Rhythm.AT_ONCE:
        # Changed meanwhile: into a digest, or nowhere.
        Notification.objects.filter(pk=row.pk).update(rhythm=choice.mail)
    elif _may_hear(row, kind) and takes_mail(user=row.user, is_fixed=kind.is_fixed):
        _mail(row, kind, now)


def _may_hear(row: Notification, kind: NotificationKind) -> bool:
    # Who left the team meanwhile gets no mail about its work.
    return _listeners(row.user, row.actor).exists() and kind.is_for(row.user_id)


def _mail(row: Notification, kind: NotificationKind, now: datetime) -> None:
    if quiet_end := _quiet_end(row.user, kind, now):
        enqueue("accounts.mail_notification", row.pk, run_after=quiet_end)
        return
    context = kind.context(row.key)
    if context is None:
        return
    stop = "" if kind.is_fixed else unsubscribe_url(user=row.user, kind=kind.key)
    if notification_mail(row, kind=kind, context=context, unsubscribe_url=stop).send():
        Notification.objects.filter(pk=row.pk).update(mailed_at=now)
    else:
        suppress(email=row.user.email, reason=Suppression.Reason.BOUNCE, now=now)


def _listeners(to: User, actor: User | None) -> QuerySet[User]:
    """Return `to` as they are now, or nobody if they may not hear what `actor` did."""
    people = _present(to)
    if actor is not None:
        people = people.exclude(pk=actor.pk).exclude(apart_from(actor, field="pk"))
    return people


def _present(to: User) -> QuerySet[User]:
    return User.objects.filter(pk=to.pk, is_active=True, erased_at=None)


def _quiet_end(person: User, kind: NotificationKind, now: datetime) -> datetime | None:
    return None if kind.is_urgent else MailTimes.objects.of(person).quiet_end(now)


def _lock(people: Collection[int]) -> None:
    # In one order, and before their notifications: whoever counts anew waits for the others here.
    rows = User.objects.select_for_update(no_key=True).filter(pk__in=people).order_by("pk")
    list(rows.values_list("pk"))


def _recount(people: Collection[int]) -> None:
    of_person = Notification.objects.unread().filter(user=OuterRef("pk")).order_by().values("user")
    count = Subquery(of_person.annotate(number=Count("pk")).values("number"), output_field=IntegerField())
    User.objects.filter(pk__in=people).update(unread_count=Coalesce(count, 0))
