"""The hour of a publication: zones, clocks that change, and what is past."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from learner_series.forms.schedule import ScheduleForm

NOW = datetime(2026, 10, 20, 16, 0, tzinfo=UTC)


def form(now: datetime = NOW, **fields: Any) -> ScheduleForm:
    filled = {"version": 1, "day": "2026-10-21", "hour": "09:00", "zone": "America/New_York"}
    return ScheduleForm({**filled, **fields}, now=now)


def errors(**fields: Any) -> dict[str, list[str]]:
    return {name: [str(words) for words in told] for name, told in form(**fields).errors.items()}


@pytest.mark.parametrize(
    ("zone", "hour"),
    [("America/New_York", 13), ("America/Los_Angeles", 16), ("Pacific/Honolulu", 19), ("UTC", 9)],
)
def test_hour_is_meant_in_its_zone(zone: str, hour: int) -> None:
    filled = form(zone=zone)
    assert filled.is_valid()
    assert (filled.at, filled.is_twice) == (datetime(2026, 10, 21, hour, 0, tzinfo=UTC), False)


def test_zone_is_eastern_unless_chosen() -> None:
    assert ScheduleForm(now=NOW)["zone"].value() == "America/New_York"


def test_hour_that_the_clocks_skip_does_not_exist() -> None:
    message = "That hour does not exist on that day, because the clocks change."
    assert errors(day="2027-03-14", hour="02:30") == {"hour": [message]}


@pytest.mark.parametrize("hour", ["01:59", "03:00"])
def test_hours_beside_the_skipped_one_exist(hour: str) -> None:
    assert errors(day="2027-03-14", hour=hour) == {}


def test_skipped_hour_exists_where_the_clocks_stand_still() -> None:
    assert errors(day="2027-03-14", hour="02:30", zone="America/Phoenix") == {}


def test_hour_that_comes_twice_is_taken_the_first_time() -> None:
    filled = form(day="2026-11-01", hour="01:30")
    assert filled.is_valid()
    assert (filled.at, filled.is_twice) == (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), True)


@pytest.mark.parametrize("hour", ["11:59", "12:00"])
def test_hour_that_has_passed_is_refused(hour: str) -> None:
    message = "That hour has passed. Please choose one in the future."
    assert errors(day="2026-10-20", hour=hour) == {"hour": [message]}


def test_next_minute_is_the_future() -> None:
    assert errors(day="2026-10-20", hour="12:01") == {}


def test_today_in_the_west_may_be_yesterday_in_utc() -> None:
    night = datetime(2026, 10, 21, 2, 0, tzinfo=UTC)
    assert form(night, day="2026-10-20", hour="23:00").errors == {}


@pytest.mark.parametrize("day", ["2026-10-18", "2027-10-22", "0001-01-01", "9999-12-31"])
def test_day_beyond_a_year_or_long_past_is_refused(day: str) -> None:
    assert errors(day=day) == {"day": ["Please choose a day from today on, within a year."]}


@pytest.mark.parametrize("day", [date(2026, 10, 21), date(2027, 10, 21)])
def test_day_within_a_year_is_taken(day: date) -> None:
    assert errors(day=day) == {}


def test_everything_missing_is_told_beside_its_field() -> None:
    assert errors(day="", hour="", zone="") == {
        "day": ["Please choose a day."],
        "hour": ["Please choose an hour."],
        "zone": ["This field is required."],
    }
