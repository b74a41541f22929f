"""One mail a day or a week instead of many: gathered in slices, each sent once."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import OuterRef, Subquery

from accounts.emails import digest_mail
from accounts.models import Digest, MailTimes, Notification, Suppression, User
from accounts.models.notification import Rhythm
from accounts.registries.notifications import notification_kinds
from accounts.services.mail import reachable, suppress, takes_mail, unsubscribe_url
from accounts.services.notification_settings import choices_of
from breakthru.outbox.services import enqueue, enqueue_many

# People whom one unit of work looks at: far below a second.
SLICE = 500
# More than this nobody reads in a mail; the rest is counted.
MOST = 50


@transaction.atomic
def gather_slice(*, rhythm: Rhythm, after: int, now: datetime) -> int | None:
    """Make the due digests of the next people behind id `after`; return the last id, None when done.

    Two at the same work: the second breaks at the constraint `digest_once`, is undone whole, and finds
    everything made when it is tried again.
    """
    firsts = dict(Notification.objects.waiting(rhythm).firsts(after=after)[:SLICE])
    if not firsts:
        return None
    due = _due(rhythm, firsts, now)
    # In the order of their people, which all who lock several people keep.
    made = Digest.objects.bulk_create(
        Digest(user_id=person, rhythm=rhythm, day=day, made_at=now)
        for person, (day, _) in sorted(due.items())
    )
    _attach(rhythm, due)
    enqueue_many(kind="accounts.send_digest", refs=[digest.pk for digest in made])
    return max(firsts)


def send_digest(*, digest_id: int, now: datetime) -> None:
    """Send one digest, once; what was read or withdrawn meanwhile is left out, and an empty one is not sent.

    Raises LaterError while the mail server does not take it.
    """
    rows = Digest.objects.select_for_update(of=("self",), no_key=True).select_related("user")
    digest = rows.filter(pk=digest_id).first()
    if digest is None or digest.sent_at:
        return
    if quiet_end := MailTimes.objects.of(digest.user).quiet_end(now):
        enqueue("accounts.send_digest", digest.pk, run_after=quiet_end)
        return
    if takes_mail(user=digest.user):
        _send(digest, now)
    digest.sent_at = now
    digest.save(update_fields=["sent_at"])


def _send(digest: Digest, now: datetime) -> None:
    choices = choices_of(user=digest.user, kinds=list(notification_kinds()))
    wanted = [key for key, choice in choices.items() if choice.mail != Rhythm.NEVER]
    told = Notification.objects.in_digest(digest).of_kinds(wanted)
    rows = list(told[:MOST])
    if not rows:
        return
    more = told.count() - MOST if len(rows) == MOST else 0
    stop = unsubscribe_url(user=digest.user, kind=f"digest:{digest.rhythm}")
    if not digest_mail(digest, rows=rows, more=more, unsubscribe_url=stop).send():
        suppress(email=digest.user.email, reason=Suppression.Reason.BOUNCE, now=now)


def _due(rhythm: Rhythm, firsts: Mapping[int, datetime], now: datetime) -> dict[int, tuple[date, datetime]]:
    """Return day and instant of the digests to be made, by the id of their person.

    What waits came first at the instants in `firsts`; what came after the digest's hour is for the next one.
    """
    people = reachable(User.objects.filter(pk__in=firsts.keys(), leaves_at=None))
    due = {}
    for person in people.select_related("mail_times"):
        times = getattr(person, "mail_times", None) or MailTimes(user=person)
        found = times.digest_due(rhythm, now)
        if found and firsts[person.pk] <= found[1]:
            due[person.pk] = found
    days = {day for day, _ in due.values()}
    made = Digest.objects.filter(user__in=due.keys(), rhythm=rhythm, day__in=days)
    done = set(made.values_list("user", "day"))
    return {person: place for person, place in due.items() if (person, place[0]) not in done}


def _attach(rhythm: Rhythm, due: Mapping[int, tuple[date, datetime]]) -> None:
    """Put what waits into the digests, one statement for each instant at which some of them were due."""
    groups: dict[tuple[date, datetime], list[int]] = defaultdict(list)
    for person, place in due.items():
        groups[place].append(person)
    for (day, due_at), people in groups.items():
        waiting = Notification.objects.waiting(rhythm).filter(user__in=people, created_at__lte=due_at)
        # What somebody is reading at this moment is left to them: to wait for it could wait for ever.
        free = waiting.select_for_update(skip_locked=True, no_key=True).values("pk")
        digest = Digest.objects.filter(user=OuterRef("user"), rhythm=rhythm, day=day).values("pk")
        Notification.objects.filter(pk__in=free).update(digest=Subquery(digest))
