"""Pages by cursor, over rows of the audit log: they have an instant and an id."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote

import pytest
from django.core.signing import Signer

from accounts.models import AuditEntry
from breakthru.lib.pagination import Page, newest_first

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)


def rows(*ages: int) -> None:
    """One row for each age in microseconds, named after it."""
    for age in ages:
        AuditEntry.objects.create(action=str(age), target="x", at=NOON - timedelta(microseconds=age))


def page(cursor: str = "", size: int = 2) -> Page[AuditEntry]:
    return newest_first(AuditEntry.objects.all(), field="at", cursor=cursor, size=size)


def shown(found: Page[AuditEntry]) -> list[str]:
    return [row.action for row in found.items]


def test_page_of_nothing_is_empty_and_the_last() -> None:
    assert page() == Page([], "")


@pytest.mark.parametrize("count", [1, 2])
def test_page_that_holds_everything_is_the_last(count: int) -> None:
    rows(*range(count))
    assert shown(page()) == [str(age) for age in range(count)]
    assert page().next_cursor == ""


def test_pages_follow_each_other_without_gap_or_repeat() -> None:
    rows(3, 1, 4, 0, 2)
    first = page()
    second = page(first.next_cursor)
    third = page(second.next_cursor)
    assert [shown(first), shown(second), shown(third)] == [["0", "1"], ["2", "3"], ["4"]]
    assert third.next_cursor == ""


def test_pages_part_rows_of_the_same_instant_by_id() -> None:
    for name in ("a", "b", "c"):
        AuditEntry.objects.create(action=name, target="x", at=NOON)
    first = page()
    assert [shown(first), shown(page(first.next_cursor))] == [["c", "b"], ["a"]]


def test_page_stays_where_it_was_when_something_new_arrives() -> None:
    rows(1, 2, 3, 4)
    cursor = page().next_cursor
    rows(0)
    assert shown(page(cursor)) == ["3", "4"]


def test_cursor_needs_no_escaping_in_an_address() -> None:
    rows(1, 2, 3)
    cursor = page().next_cursor
    assert quote(cursor, safe=":") == cursor
    assert parse_qs(f"cursor={cursor}") == {"cursor": [cursor]}


def signed(value: str) -> str:
    return Signer(salt="breakthru.pagination").sign(value)


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "x:y",
        "1700000000000000.1:forged",
        "\x00",
        "é" * 5000,
        signed("a.b"),
        signed("1"),
        signed("1.2.3"),
    ],
)
def test_cursor_that_is_not_ours_shows_the_first_page(cursor: str) -> None:
    rows(1, 2, 3)
    assert shown(page(cursor)) == ["1", "2"]


@pytest.mark.parametrize("count", [1, 3])
def test_page_costs_one_query(count: int, django_assert_num_queries: Any) -> None:
    rows(*range(count))
    with django_assert_num_queries(1):
        page(size=2)
