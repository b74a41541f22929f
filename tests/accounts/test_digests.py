"""Digests are gathered in the zone of each person: nobody gets two, nobody is missed."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, connections, transaction

from accounts.models import Digest, MailTimes, Notification, Suppression, User
from accounts.models.notification import Rhythm
from accounts.services import digests
from accounts.services.digests import gather_slice
from breakthru.outbox.models import Outbox
from breakthru.outbox.services import deliver, enqueue
from tests.factories.notifications import EIGHT, MONDAY, gather, waiting
from tests.factories.people import UserFactory
from tests.outbox.clock import let_pass

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


# --- Gathering ----------------------------------------------------------------------------------------------


def test_gathering_makes_one_digest_for_each_person_and_hands_it_on() -> None:
    one, other = waiting(), waiting()
    second = waiting(one.user)
    assert gather() == [(one.user_id, MONDAY), (other.user_id, MONDAY)]
    assert {row.digest.user_id for row in Notification.objects.all() if row.digest} == {
        one.user_id, other.user_id,
    }  # fmt: skip
    assert second.user_id == one.user_id
    digest_ids = [str(pk) for pk in Digest.objects.order_by("pk").values_list("pk", flat=True)]
    assert list(Outbox.objects.order_by("pk").values_list("kind", "ref")) == [
        ("accounts.send_digest", pk) for pk in digest_ids
    ]


def test_gathering_again_makes_no_second_digest_of_that_day() -> None:
    waiting()
    first = gather()
    waiting(User.objects.get(pk=first[0][0]), created_at=EIGHT - HOUR)
    assert gather(EIGHT + HOUR) == first
    assert Outbox.objects.count() == 1
    # What was left waiting is told the day after.
    assert [day for _, day in gather(EIGHT + DAY)] == [MONDAY, MONDAY + DAY]


def test_gathering_goes_by_the_clock_of_each_person() -> None:
    west = waiting(UserFactory.create(time_zone="America/Los_Angeles"))
    east = waiting(UserFactory.create(time_zone="America/New_York"))
    nowhere = waiting(UserFactory.create(time_zone="Nowhere/Land"))
    assert [user for user, _ in gather()] == [east.user_id, nowhere.user_id]
    assert (west.user_id, MONDAY) in gather(EIGHT + 3 * HOUR)


def test_gathering_waits_for_the_hour_that_was_chosen() -> None:
    told = waiting()
    MailTimes.objects.create(user=told.user, digest_hour=20)
    assert gather(EIGHT + 11 * HOUR) == []
    assert gather(EIGHT + 12 * HOUR) == [(told.user_id, MONDAY)]


def test_what_happened_after_the_hour_is_for_the_next_day() -> None:
    told = waiting(created_at=EIGHT + HOUR)
    assert gather(EIGHT + 2 * HOUR) == []
    assert gather(EIGHT + DAY) == [(told.user_id, MONDAY + DAY)]


def test_a_digest_holds_only_what_happened_before_its_hour() -> None:
    before = waiting()
    after = waiting(before.user, created_at=EIGHT + HOUR)
    gather(EIGHT + 2 * HOUR)
    after.refresh_from_db()
    assert after.digest is None


def test_gathering_catches_up_on_the_same_day_after_the_site_was_away() -> None:
    told = waiting()
    assert gather(EIGHT + 9 * HOUR) == [(told.user_id, MONDAY)]


def test_weekly_digests_come_on_their_weekday_and_catch_up_in_that_week_once() -> None:
    told = waiting(rhythm=Rhythm.WEEKLY)
    MailTimes.objects.create(user=told.user, digest_weekday=1)
    assert gather(EIGHT - HOUR, Rhythm.WEEKLY) == []
    assert gather(EIGHT + 3 * DAY, Rhythm.WEEKLY) == [(told.user_id, MONDAY)]
    waiting(told.user, rhythm=Rhythm.WEEKLY, created_at=EIGHT + 2 * DAY)
    assert gather(EIGHT + 4 * DAY, Rhythm.WEEKLY) == [(told.user_id, MONDAY)]
    assert len(gather(EIGHT + 7 * DAY, Rhythm.WEEKLY)) == 2


def test_rhythms_do_not_mix() -> None:
    daily = waiting()
    weekly = waiting(daily.user, rhythm=Rhythm.WEEKLY)
    gather()
    weekly.refresh_from_db()
    assert weekly.digest is None
    assert gather(rhythm=Rhythm.WEEKLY) == [(daily.user_id, MONDAY)]


def test_gathering_passes_over_who_cannot_be_mailed() -> None:
    unconfirmed, suppressed, gone, leaving, fine = (
        UserFactory.create(**fields)
        for fields in ({"verified": False}, {}, {"is_active": False}, {"leaves_at": EIGHT + DAY}, {})
    )
    Suppression.objects.create(email=suppressed.email, reason=Suppression.Reason.BOUNCE)
    for user in (unconfirmed, suppressed, gone, leaving, fine):
        waiting(user)
    assert gather() == [(fine.pk, MONDAY)]


@pytest.mark.parametrize("fields", [{"read_at": EIGHT}, {"mailed_at": EIGHT}, {"rhythm": Rhythm.AT_ONCE}])
def test_gathering_passes_over_what_does_not_wait(fields: dict[str, Any]) -> None:
    waiting(**fields)
    assert gather() == []


def test_gathering_goes_on_slice_by_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digests, "SLICE", 2)
    people = sorted(waiting().user_id for _ in range(5))
    lasts = [gather_slice(rhythm=Rhythm.DAILY, after=after, now=EIGHT) for after in (0, people[1], people[3])]
    assert lasts == [people[1], people[3], people[4]]
    assert gather_slice(rhythm=Rhythm.DAILY, after=people[4], now=EIGHT) is None
    assert Digest.objects.count() == 5


def test_gathering_takes_the_same_queries_for_one_person_and_for_three(
    django_assert_num_queries: Any,
) -> None:
    for _ in range(3):
        waiting()
        Digest.objects.all().delete()
        # Two of them make it one transaction.
        with django_assert_num_queries(8):
            gather_slice(rhythm=Rhythm.DAILY, after=0, now=EIGHT)


def test_a_slice_that_breaks_half_way_is_undone_and_done_whole_by_the_next_try(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people = [waiting().user_id for _ in range(3)]
    ref = f"slot {Rhythm.DAILY} 0"
    enqueue("accounts.gather_digests", ref)
    row = Outbox.objects.get()

    def fall(**asked: Any) -> None:
        raise MemoryError

    with time_machine.travel(EIGHT, tick=False), monkeypatch.context() as patch:
        patch.setattr(digests, "enqueue_many", fall)
        assert deliver(row.pk) is False
    assert (Digest.objects.count(), Notification.objects.filter(digest=None).count()) == (0, 3)
    let_pass(HOUR)
    with time_machine.travel(EIGHT, tick=False):
        assert deliver(row.pk) is True
    assert sorted(Digest.objects.values_list("user", flat=True)) == people
    assert Outbox.objects.filter(kind="accounts.send_digest").count() == 3


def test_two_gatherers_at_once_make_one_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other commits between this one's look and its writing: the constraint undoes this one whole."""
    told = waiting()
    monkeypatch.setattr(digests, "_due", lambda *asked: {told.user_id: (MONDAY, EIGHT)})
    gather_slice(rhythm=Rhythm.DAILY, after=0, now=EIGHT)
    waiting(told.user)
    with pytest.raises(IntegrityError, match="digest_once"), transaction.atomic():
        gather_slice(rhythm=Rhythm.DAILY, after=0, now=EIGHT)
    assert (Digest.objects.count(), Outbox.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True, available_apps=["accounts", "allauth.account", "breakthru.outbox"])
def test_gathering_waits_for_nobody_who_is_reading() -> None:
    """A page that is just marking things as read and the job never wait for each other in a ring."""
    told, free = waiting(), waiting()
    reader = connections.create_connection("default")
    try:
        reader.set_autocommit(False)
        with reader.cursor() as cursor:
            cursor.execute("UPDATE accounts_notification SET read_at = now() WHERE id = %s", [told.pk])
            gather()
        reader.rollback()
    finally:
        reader.close()
    held = Notification.objects.get(pk=told.pk)
    assert (held.digest, Notification.objects.get(pk=free.pk).digest is None) == (None, False)


# --- The job ------------------------------------------------------------------------------------------------


def work(kind: str = "") -> None:
    """Do all that is due, as workers do."""
    while rows := list(Outbox.objects.due().filter(kind__startswith=kind).order_by("pk")):
        for row in rows:
            assert deliver(row.pk) is True


def test_the_hourly_job_reaches_everybody_in_both_rhythms_once_even_when_it_runs_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(digests, "SLICE", 2)
    people = [waiting().user for _ in range(5)]
    for user in people[:3]:
        waiting(user, rhythm=Rhythm.WEEKLY)
    with time_machine.travel(EIGHT, tick=False):
        for _ in range(2):
            enqueue("accounts.gather_digests", "2026-11-23T13:02")
        work()
    recipients = sorted(message.to[0] for message in mail.outbox)
    assert recipients == sorted([user.email for user in people] + [user.email for user in people[:3]])
    assert Digest.objects.filter(sent_at=None).count() == 0
