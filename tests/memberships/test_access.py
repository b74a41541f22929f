"""Who may read and use what is Premium."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils.functional import SimpleLazyObject
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from memberships.access import has_premium_access
from memberships.models.grant import Source
from tests.factories.memberships import GrantFactory
from tests.factories.people import UserFactory, staff

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=ZoneInfo("UTC"))
DAY = timedelta(days=1)


@pytest.mark.parametrize("source", list(Source))
def test_grant_of_any_source_gives_access(source: Source) -> None:
    grant = GrantFactory.create(source=source, starts_at=NOW - DAY, ends_at=NOW + DAY)
    assert has_premium_access(grant.user, NOW) is True


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"starts_at": NOW - DAY, "ends_at": None}, True),
        ({"starts_at": NOW, "ends_at": NOW + DAY}, True),
        ({"starts_at": NOW - DAY, "ends_at": NOW + timedelta(microseconds=1)}, True),
        ({"starts_at": NOW - DAY, "ends_at": NOW}, False),
        ({"starts_at": NOW + timedelta(microseconds=1), "ends_at": None}, False),
        ({"starts_at": NOW - DAY, "ends_at": NOW + DAY, "ended_at": NOW - DAY}, False),
    ],
)
def test_access_holds_from_the_beginning_to_the_end(fields: dict[str, Any], expected: bool) -> None:
    assert has_premium_access(GrantFactory.create(**fields).user, NOW) is expected


def test_one_grant_that_holds_is_enough() -> None:
    over = GrantFactory.create(starts_at=NOW - 2 * DAY, ends_at=NOW - DAY)
    GrantFactory.create(user=over.user, starts_at=NOW - DAY, ends_at=NOW + DAY, ended_at=NOW)
    assert has_premium_access(over.user, NOW) is False
    GrantFactory.create(user=over.user, starts_at=NOW - DAY, ends_at=NOW + DAY)
    assert has_premium_access(over.user, NOW) is True


def test_somebody_elses_grant_gives_nothing() -> None:
    grant = GrantFactory.create(starts_at=NOW - DAY, ends_at=NOW + DAY)
    assert has_premium_access(UserFactory.create(), NOW) is False
    assert has_premium_access(grant.granted_by, NOW) is False


@pytest.mark.parametrize("group", ["editor", "billing", "coordinator"])
def test_staff_have_no_access_by_being_staff(group: str) -> None:
    assert has_premium_access(staff(group), NOW) is False
    assert has_premium_access(UserFactory.create(is_staff=True, is_superuser=True), NOW) is False


@pytest.mark.parametrize("visitor", [None, AnonymousUser(), SimpleLazyObject(AnonymousUser)])
def test_visitor_has_none_and_costs_no_query(
    visitor: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        assert has_premium_access(visitor, NOW) is False


def test_inactive_account_has_none_and_costs_no_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    grant = GrantFactory.create(user__is_active=False, starts_at=NOW - DAY, ends_at=None)
    with django_assert_num_queries(0):
        assert has_premium_access(grant.user, NOW) is False


@pytest.mark.parametrize("count", [1, 3])
def test_access_costs_one_query(count: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    user = UserFactory.create()
    GrantFactory.create_batch(count, user=user, starts_at=NOW - DAY, ends_at=NOW + DAY)
    with django_assert_num_queries(1):
        assert has_premium_access(user, NOW) is True


def test_person_of_a_request_counts_as_that_person() -> None:
    user: User = GrantFactory.create(starts_at=NOW - DAY, ends_at=None).user
    assert has_premium_access(SimpleLazyObject(lambda: user), NOW) is True  # type: ignore[arg-type]
