"""What the table of grants holds, refuses and lists."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.models import ProtectedError
from django.utils import timezone

from memberships.models import AccessGrant
from memberships.models.grant import GrantState, Source
from tests.constraints import refused_by
from tests.factories.memberships import GrantFactory
from tests.factories.people import UserFactory

NOW = datetime(2026, 11, 22, 12, tzinfo=ZoneInfo("UTC"))
DAY = timedelta(days=1)
in_test = pytest.mark.django_db


# --- Constraints: a yes and a no each


@in_test
def test_grant_source_known() -> None:
    for source in Source:
        GrantFactory.create(source=source)
    with refused_by("grant_source_known"):
        GrantFactory.create(source="luck")


@in_test
def test_grant_ends_after_it_starts() -> None:
    for end in (NOW + timedelta(microseconds=1), None):
        GrantFactory.create(starts_at=NOW, ends_at=end)
    with refused_by("grant_ends_after_it_starts"):
        GrantFactory.create(starts_at=NOW, ends_at=NOW)


@in_test
@pytest.mark.parametrize("source", [Source.NEED_BASED, Source.COMPLIMENTARY])
def test_grant_decided_by_somebody(source: Source) -> None:
    GrantFactory.create(source=source)
    with refused_by("grant_decided_by_somebody"):
        GrantFactory.create(source=source, granted_by=None)


@in_test
@pytest.mark.parametrize("source", [Source.SUBSCRIPTION, Source.PROGRAM, Source.GIFT])
def test_grant_of_a_payment_needs_nobody_and_no_reason(source: Source) -> None:
    made = GrantFactory.create(source=source, granted_by=None, reason="")
    assert AccessGrant.objects.get() == made


@in_test
def test_grant_by_somebody_has_a_reason() -> None:
    GrantFactory.create(reason="x")
    with refused_by("grant_by_somebody_has_a_reason"):
        GrantFactory.create(source=Source.GIFT, reason="")


@in_test
def test_grant_ended_by_has_a_time() -> None:
    # Ended by a person, by the site itself, and not at all.
    GrantFactory.create(ended_at=NOW, ended_by=UserFactory.create())
    GrantFactory.create(ended_at=NOW, ended_by=None)
    GrantFactory.create(ended_at=None, ended_by=None)
    with refused_by("grant_ended_by_has_a_time"):
        GrantFactory.create(ended_at=None, ended_by=UserFactory.create())


@in_test
def test_who_decided_cannot_be_deleted_and_who_has_it_takes_it_along() -> None:
    giver, user = UserFactory.create(), UserFactory.create()
    GrantFactory.create(user=user, granted_by=giver)
    with pytest.raises(ProtectedError):
        giver.delete()
    user.delete()
    assert AccessGrant.objects.count() == 0


# --- Time

TIMES: list[tuple[dict[str, Any], GrantState]] = [
    ({"starts_at": NOW - DAY, "ends_at": NOW + DAY}, GrantState.CURRENT),
    ({"starts_at": NOW, "ends_at": NOW + DAY}, GrantState.CURRENT),
    ({"starts_at": NOW - DAY, "ends_at": None}, GrantState.CURRENT),
    ({"starts_at": NOW + DAY, "ends_at": NOW + 2 * DAY}, GrantState.UPCOMING),
    ({"starts_at": NOW + DAY, "ends_at": None}, GrantState.UPCOMING),
    ({"starts_at": NOW - DAY, "ends_at": NOW}, GrantState.OVER),
    ({"starts_at": NOW - DAY, "ends_at": NOW + DAY, "ended_at": NOW}, GrantState.ENDED),
    ({"starts_at": NOW - DAY, "ends_at": None, "ended_at": NOW}, GrantState.ENDED),
    ({"starts_at": NOW + DAY, "ends_at": None, "ended_at": NOW}, GrantState.ENDED),
    ({"starts_at": NOW - 2 * DAY, "ends_at": NOW, "ended_at": NOW - DAY}, GrantState.ENDED),
]


@pytest.mark.parametrize(("fields", "state"), TIMES)
def test_state_follows_from_the_dates(fields: dict[str, Any], state: GrantState) -> None:
    assert AccessGrant(**fields).state_at(NOW) == state


@in_test
@pytest.mark.parametrize(("fields", "state"), TIMES)
def test_lists_agree_with_the_state(fields: dict[str, Any], state: GrantState) -> None:
    grant = GrantFactory.create(**fields)
    assert list(AccessGrant.objects.current(NOW)) == ([grant] if state == GrantState.CURRENT else [])
    is_left = state in (GrantState.CURRENT, GrantState.UPCOMING)
    assert list(AccessGrant.objects.not_over(NOW)) == ([grant] if is_left else [])


@pytest.mark.parametrize(
    ("ends_at", "zone", "last_day"),
    [
        (datetime(2027, 1, 1, tzinfo=ZoneInfo("UTC")), "UTC", date(2026, 12, 31)),
        (datetime(2027, 1, 1, 0, 1, tzinfo=ZoneInfo("UTC")), "UTC", date(2027, 1, 1)),
        (datetime(2027, 1, 1, 0, 1, tzinfo=ZoneInfo("UTC")), "America/New_York", date(2026, 12, 31)),
        (None, "UTC", None),
    ],
)
def test_last_day_is_the_last_that_it_holds_on(
    ends_at: datetime | None, zone: str, last_day: date | None
) -> None:
    with timezone.override(ZoneInfo(zone)):
        assert AccessGrant(ends_at=ends_at).last_day == last_day


# --- Lists


@in_test
def test_grants_are_found_by_person_and_source() -> None:
    mine, _ = GrantFactory.create(source=Source.GIFT), GrantFactory.create(source=Source.GIFT)
    GrantFactory.create(user=mine.user)
    assert list(AccessGrant.objects.of(mine.user).from_source(Source.GIFT)) == [mine]


@in_test
def test_longest_current_is_the_one_with_the_latest_end() -> None:
    for days in (2, 5, 3):
        GrantFactory.create(starts_at=NOW - DAY, ends_at=NOW + days * DAY)
    GrantFactory.create(starts_at=NOW + DAY, ends_at=NOW + 9 * DAY)
    longest = AccessGrant.objects.longest_current(NOW)
    assert longest is not None
    assert longest.ends_at == NOW + 5 * DAY


@in_test
def test_longest_current_is_an_open_one_before_all() -> None:
    GrantFactory.create(starts_at=NOW - DAY, ends_at=NOW + DAY)
    is_open = GrantFactory.create(starts_at=NOW - DAY, ends_at=None)
    GrantFactory.create(starts_at=NOW - DAY, ends_at=NOW + 9 * DAY)
    assert AccessGrant.objects.longest_current(NOW) == is_open


@in_test
def test_longest_current_is_none_when_nothing_holds() -> None:
    GrantFactory.create(starts_at=NOW - DAY, ends_at=NOW)
    assert AccessGrant.objects.longest_current(NOW) is None


@in_test
def test_current_grants_of_a_person_are_found_by_the_index() -> None:
    wanted = AccessGrant.objects.of(UserFactory.create()).current(NOW)
    with connection.cursor() as cursor:
        # A table of this size is read whole unless that is forbidden.
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "grant_of_a_person" in wanted.explain()


def test_grant_is_named_by_its_source_and_number() -> None:
    assert str(AccessGrant(pk=7, source=Source.NEED_BASED)) == "Need-based 7"
