"""Pages by cursor, over rows of the audit log: they have an instant and an id."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

import pytest
from django.core.signing import Signer
from django.db.models import FloatField, Value
from django.db.models.functions import Cast

from accounts.models import AuditEntry
from breakthru.lib.pagination import Page, best_first, newest_first

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
    assert page() == Page([], "", is_first=True)


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
    assert [part.is_first for part in (first, second, third)] == [True, False, False]


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


# --- By rank


def ranked(cursor: str = "", size: int = 2) -> Page[AuditEntry]:
    """Rows by a third of the number they are named after: no fraction that a decimal could hold."""
    rank = Cast("action", FloatField()) / Value(3.0)
    return best_first(AuditEntry.objects.annotate(rank=rank), cursor=cursor, size=size)


def named(*names: int) -> None:
    for name in names:
        AuditEntry.objects.create(action=str(name), target="x")


def test_best_first_of_nothing_is_empty_and_the_last() -> None:
    assert ranked() == Page([], "", is_first=True)


def test_best_first_follows_the_rank_without_gap_or_repeat() -> None:
    named(3, 1, 4, 0, 2)
    first = ranked()
    second = ranked(first.next_cursor)
    third = ranked(second.next_cursor)
    assert [shown(first), shown(second), shown(third)] == [["4", "3"], ["2", "1"], ["0"]]
    assert third.next_cursor == ""
    assert [part.is_first for part in (first, second, third)] == [True, False, False]


def test_best_first_parts_rows_of_one_rank_by_id() -> None:
    named(1, 1, 1, 1, 1)
    first = ranked()
    second = ranked(first.next_cursor)
    third = ranked(second.next_cursor)
    found = [row.pk for page in (first, second, third) for row in page.items]
    assert found == sorted(AuditEntry.objects.values_list("pk", flat=True), reverse=True)


def test_best_first_stays_where_it_was_when_something_better_arrives() -> None:
    named(1, 2, 3, 4)
    cursor = ranked().next_cursor
    named(5)
    assert shown(ranked(cursor)) == ["2", "1"]


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "0x1.8p+1/7:forged",
        "\x00",
        "é" * 5000,
        signed("0x1.8p+1"),
        signed("a/1"),
        signed("0x1.8p+1/b"),
        signed("1/2/3"),
        signed("1700000000000000.1"),
    ],
)
def test_best_first_shows_the_first_page_for_a_cursor_that_is_not_its_own(cursor: str) -> None:
    named(1, 2, 3)
    assert shown(ranked(cursor)) == ["3", "2"]


def test_best_first_cursor_comes_back_from_an_address_as_it_went() -> None:
    named(1, 2, 3)
    cursor = ranked().next_cursor
    assert shown(ranked(parse_qs(urlencode({"cursor": cursor}))["cursor"][0])) == ["1"]


@pytest.mark.parametrize("count", [1, 3])
def test_best_first_costs_one_query(count: int, django_assert_num_queries: Any) -> None:
    named(*range(count))
    with django_assert_num_queries(1):
        ranked()
