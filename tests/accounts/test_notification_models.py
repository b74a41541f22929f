"""What the tables of notifications hold, refuse and list; and when mails may come."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Digest, MailTimes, Notification, NotificationChoice, Suppression, User
from accounts.models.notification import KEEP_READ, KEEP_UNREAD, Rhythm
from accounts.models.privacy import Block
from tests.constraints import refused_by
from tests.factories.notifications import KIND, NotificationFactory
from tests.factories.people import UserFactory

in_test = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


# --- What the database refuses ------------------------------------------------------------------------------


@in_test
def test_notification_once() -> None:
    told = NotificationFactory.create()
    NotificationFactory.create(key=told.key)
    NotificationFactory.create(user=told.user)
    with refused_by("notification_once"):
        NotificationFactory.create(user=told.user, key=told.key)


@in_test
@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example/", "/\\evil.example/", ""])
def test_notification_stays_here(path: str) -> None:
    NotificationFactory.create(path="/feed/1/why/#answer-2")
    with refused_by("notification_stays_here"):
        NotificationFactory.create(path=path)


@in_test
def test_notification_mailed_or_in_a_digest() -> None:
    user = UserFactory.create()
    digest = Digest.objects.create(user=user, rhythm=Rhythm.DAILY, day=NOON.date())
    NotificationFactory.create(user=user, digest=digest)
    NotificationFactory.create(user=user, mailed_at=NOON)
    with refused_by("notification_mailed_or_in_a_digest"):
        NotificationFactory.create(user=user, digest=digest, mailed_at=NOON)


@in_test
def test_digest_once() -> None:
    user, day = UserFactory.create(), NOON.date()
    for rhythm, when in ((Rhythm.DAILY, day), (Rhythm.WEEKLY, day), (Rhythm.DAILY, day + DAY)):
        Digest.objects.create(user=user, rhythm=rhythm, day=when)
    with refused_by("digest_once"):
        Digest.objects.create(user=user, rhythm=Rhythm.DAILY, day=day)


@in_test
@pytest.mark.parametrize("rhythm", [Rhythm.AT_ONCE, Rhythm.NEVER])
def test_digest_has_a_rhythm(rhythm: Rhythm) -> None:
    user = UserFactory.create()
    Digest.objects.create(user=user, rhythm=Rhythm.WEEKLY, day=NOON.date())
    with refused_by("digest_has_a_rhythm"):
        Digest.objects.create(user=user, rhythm=rhythm, day=NOON.date())


@in_test
def test_notification_choice_once() -> None:
    user, other = UserFactory.create_batch(2)
    NotificationChoice.objects.create(user=user, kind=KIND, mail=Rhythm.DAILY)
    NotificationChoice.objects.create(user=other, kind=KIND, mail=Rhythm.DAILY)
    with refused_by("notification_choice_once"):
        NotificationChoice.objects.create(user=user, kind=KIND, mail=Rhythm.NEVER)


@in_test
@pytest.mark.parametrize("field", ["quiet_from", "quiet_until", "digest_hour"])
def test_mail_times_are_hours(field: str) -> None:
    MailTimes.objects.create(user=UserFactory.create(), **{field: 23})
    with refused_by("mail_times_are_hours"):
        MailTimes.objects.create(user=UserFactory.create(), **{field: 24})


@in_test
@pytest.mark.parametrize("weekday", [0, 8])
def test_mail_times_name_a_weekday(weekday: int) -> None:
    MailTimes.objects.create(user=UserFactory.create(), digest_weekday=7)
    with refused_by("mail_times_name_a_weekday"):
        MailTimes.objects.create(user=UserFactory.create(), digest_weekday=weekday)


@in_test
def test_suppression_lower_case() -> None:
    Suppression.objects.create(email="a@example.test", reason=Suppression.Reason.BOUNCE)
    with refused_by("suppression_lower_case"):
        Suppression.objects.create(email="B@example.test", reason=Suppression.Reason.BOUNCE)


def test_rows_name_themselves_without_an_address() -> None:
    rows = [
        Notification(kind=KIND, user_id=3),
        Digest(rhythm=Rhythm.DAILY, day=date(2026, 11, 22), user_id=3),
        NotificationChoice(user_id=3, kind=KIND),
        MailTimes(user_id=3),
        Suppression(pk=5, email="a@example.test"),
    ]
    assert [str(row) for row in rows] == [
        "feed.question_answered for 3",
        "daily digest of 2026-11-22 for 3",
        "3 feed.question_answered",
        "mail times of 3",
        "suppressed address 5",
    ]


# --- What is left to do -------------------------------------------------------------------------------------


@in_test
def test_at_finds_a_page_and_every_place_on_it_and_no_other() -> None:
    user = UserFactory.create()
    for path in ("/feed/1/a/", "/feed/1/a/#answer-2", "/feed/1/a/answer/", "/feed/1/b/", "/feed/1_a/"):
        NotificationFactory.create(user=user, path=path)
    for asked in ("/feed/1/a/", "/feed/1/a/#other"):
        found = Notification.objects.at(asked).order_by("pk")
        assert [row.path for row in found] == ["/feed/1/a/", "/feed/1/a/#answer-2"]


@in_test
def test_waiting_is_what_no_mail_told_and_nobody_saw() -> None:
    digest = Digest.objects.create(user=UserFactory.create(), rhythm=Rhythm.DAILY, day=NOON.date())
    waits = NotificationFactory.create()
    NotificationFactory.create(rhythm=Rhythm.WEEKLY)
    for done in ({"digest": digest}, {"mailed_at": NOON}, {"read_at": NOON}):
        NotificationFactory.create(**done)
    assert list(Notification.objects.waiting(Rhythm.DAILY)) == [waits]


@in_test
def test_firsts_tell_for_each_person_when_the_waiting_began() -> None:
    one, other = UserFactory.create_batch(2)
    for user, days in ((other, 1), (one, 2), (one, 3)):
        NotificationFactory.create(user=user, created_at=NOON - days * DAY)
    waiting = Notification.objects.waiting(Rhythm.DAILY)
    assert list(waiting.firsts(after=0)) == [(one.pk, NOON - 3 * DAY), (other.pk, NOON - DAY)]
    assert list(waiting.firsts(after=one.pk)) == [(other.pk, NOON - DAY)]


@in_test
@pytest.mark.parametrize("who_blocks", ["reader", "actor"])
def test_in_digest_leaves_out_what_was_seen_and_who_is_apart(who_blocks: str) -> None:
    reader, blocked = UserFactory.create_batch(2)
    digest = Digest.objects.create(user=reader, rhythm=Rhythm.DAILY, day=NOON.date())
    told = [
        NotificationFactory.create(user=reader, digest=digest, actor=actor, created_at=NOON - days * DAY)
        for days, actor in ((1, UserFactory.create()), (2, None))
    ]
    NotificationFactory.create(user=reader, digest=digest, read_at=NOON)
    NotificationFactory.create(user=reader, digest=digest, actor=blocked)
    NotificationFactory.create(user=reader)
    pair = (reader, blocked) if who_blocks == "reader" else (blocked, reader)
    Block.objects.create(blocker=pair[0], blocked=pair[1])
    assert list(Notification.objects.in_digest(digest)) == [told[1], told[0]]


@in_test
def test_expired_is_what_was_read_half_a_year_ago_and_what_is_a_year_old() -> None:
    hour = timedelta(hours=1)
    kept: list[dict[str, Any]] = [
        {"created_at": NOON - KEEP_READ + hour, "read_at": NOON},
        {"created_at": NOON - KEEP_UNREAD + hour},
    ]
    gone: list[dict[str, Any]] = [
        {"created_at": NOON - KEEP_READ - hour, "read_at": NOON},
        {"created_at": NOON - KEEP_UNREAD - hour},
    ]
    for fields in kept:
        NotificationFactory.create(**fields)
    expected = {NotificationFactory.create(**fields).pk for fields in gone}
    assert {row.pk for row in Notification.objects.expired(NOON)} == expected


@in_test
def test_digest_expires_only_after_its_notifications() -> None:
    """With its digest gone, a notification would look as if nobody had been told."""
    user, old = UserFactory.create(), NOON - KEEP_UNREAD - DAY
    empty, full, young = (
        Digest.objects.create(user=user, rhythm=Rhythm.DAILY, day=made.date() - days * DAY, made_at=made)
        for days, made in ((0, old), (1, old), (0, NOON))
    )
    NotificationFactory.create(user=user, digest=full)
    assert list(Digest.objects.expired(NOON)) == [empty]
    assert young.pk != empty.pk


# --- When mails may come ------------------------------------------------------------------------------------


def times(zone: str = "America/New_York", **fields: int) -> MailTimes:
    """Hours of somebody in a zone; nothing is stored."""
    return MailTimes(user=User(time_zone=zone), **fields)


def utc(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        # New York is five hours behind: 21:59, 22:00, 02:30, 07:59 and 08:00.
        (utc(23, 2, 59), None),
        (utc(23, 3), utc(23, 13)),
        (utc(23, 7, 30), utc(23, 13)),
        (utc(23, 12, 59), utc(23, 13)),
        (utc(23, 13), None),
    ],
)
def test_quiet_hours_over_night_end_in_the_morning_of_the_persons_zone(
    now: datetime, end: datetime | None
) -> None:
    assert times().quiet_end(now) == end


@pytest.mark.parametrize(("hour", "end"), [(11, None), (12, utc(23, 14)), (13, utc(23, 14)), (14, None)])
def test_quiet_hours_within_a_day(hour: int, end: datetime | None) -> None:
    asked = times("UTC", quiet_from=12, quiet_until=14)
    assert asked.quiet_end(utc(23, hour, 30 if hour < 14 else 0)) == end


def test_equal_hours_are_no_quiet_hours() -> None:
    asked = times("UTC", quiet_from=9, quiet_until=9)
    assert [asked.quiet_end(utc(23, hour)) for hour in range(24)] == [None] * 24


def test_quiet_hours_that_end_in_the_hour_that_clocks_leave_out_end_all_the_same() -> None:
    """On March 8 New York goes from 2 to 3 o'clock; its end must not be quiet again."""
    asked = times(quiet_from=22, quiet_until=2)
    end = asked.quiet_end(utc(8, 5, month=3))
    assert end == utc(8, 7, month=3)
    assert asked.quiet_end(end) is None


def test_quiet_hours_in_a_zone_that_does_not_exist_are_of_the_sites_zone() -> None:
    assert times("Nowhere/Land").quiet_end(utc(23, 7)) == utc(23, 8)


def test_daily_digest_is_due_from_its_hour_of_the_persons_day() -> None:
    asked = times(digest_hour=9)
    # It is the 22nd in New York until five in the morning of the 23rd, UTC.
    assert asked.digest_due(Rhythm.DAILY, utc(23, 4, 59)) == (date(2026, 11, 22), utc(22, 14))
    assert asked.digest_due(Rhythm.DAILY, utc(23, 13, 59)) is None
    assert asked.digest_due(Rhythm.DAILY, utc(23, 14)) == (date(2026, 11, 23), utc(23, 14))


def test_weekly_digest_is_due_from_its_weekday_on_until_the_next() -> None:
    asked = times("UTC", digest_weekday=3)
    wednesday = (date(2026, 11, 18), utc(18, 8))
    assert asked.digest_due(Rhythm.WEEKLY, utc(18, 7, 59)) is None
    assert asked.digest_due(Rhythm.WEEKLY, utc(18, 8)) == wednesday
    assert asked.digest_due(Rhythm.WEEKLY, utc(24, 23)) == wednesday
    assert asked.digest_due(Rhythm.WEEKLY, utc(25, 8)) == (date(2026, 11, 25), utc(25, 8))


@in_test
def test_mail_times_of_who_chose_none_are_the_defaults_and_cost_one_query(
    django_assert_num_queries: Any,
) -> None:
    user, other = UserFactory.create_batch(2)
    MailTimes.objects.create(user=other, quiet_from=20, quiet_until=10)
    with django_assert_num_queries(2):
        found = [MailTimes.objects.of(person) for person in (user, other)]
    assert [(row.quiet_from, row.quiet_until) for row in found] == [(22, 8), (20, 10)]
    assert MailTimes.objects.count() == 1
