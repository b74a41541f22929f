"""Hours of the day in words."""

import pytest

from breakthru.lib.hours import HOURS, hour_words


@pytest.mark.parametrize(
    ("hour", "words"),
    [(0, "midnight"), (1, "1 am"), (11, "11 am"), (12, "noon"), (13, "1 pm"), (22, "10 pm"), (23, "11 pm")],
)
def test_an_hour_is_said_as_people_say_it(hour: int, words: str) -> None:
    assert hour_words(hour) == words


def test_every_hour_of_the_day_can_be_chosen() -> None:
    assert [hour for hour, _ in HOURS] == list(range(24))
    assert len({words for _, words in HOURS}) == 24
