"""Notifications, and a kind of them that belongs to no part of the site."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import factory

from accounts.models import Digest, Notification, NotificationChoice, User
from accounts.models.notification import Rhythm
from accounts.services.digests import gather_slice
from feed.services.telling import QUESTION_ANSWERED
from tests.factories.people import UserFactory

KIND = QUESTION_ANSWERED.key
# A Monday: eight in the morning in New York, where all live who are not said to live elsewhere.
EIGHT = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
MONDAY = date(2026, 11, 23)


class NotificationFactory(factory.django.DjangoModelFactory[Notification]):
    """Somebody was told of an answer; it waits for the daily mail."""

    class Meta:
        model = Notification

    user = factory.SubFactory(UserFactory)
    kind = KIND
    key = factory.Sequence(lambda n: f"answer:{n}")
    actor = factory.SubFactory(UserFactory, display_name="Leila")
    path = factory.Sequence(lambda n: f"/feed/{n}/why/")
    words = factory.LazyAttribute(lambda row: {"title": f"Why {row.key}?"})
    rhythm = Rhythm.DAILY


def choose(user: User, mail: str, kind: str = KIND, **fields: Any) -> None:
    """Let `user` have chosen a rhythm for mails of one kind."""
    NotificationChoice.objects.update_or_create(user=user, kind=kind, defaults={"mail": mail, **fields})


def waiting(user: User | None = None, **fields: Any) -> Notification:
    """Something that waits since yesterday for a mail."""
    made: Notification = NotificationFactory.create(
        user=user or UserFactory.create(), **{"created_at": EIGHT - timedelta(days=1), **fields}
    )
    return made


def gather(now: datetime = EIGHT, rhythm: Rhythm = Rhythm.DAILY) -> list[tuple[int, date]]:
    """Gather everybody; return person and day of each digest there is."""
    after: int | None = 0
    while after is not None:
        after = gather_slice(rhythm=rhythm, after=after, now=now)
    return list(Digest.objects.filter(rhythm=rhythm).order_by("day", "user").values_list("user", "day"))
