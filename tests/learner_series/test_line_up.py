"""Every step that fits a reader, in its order."""

from datetime import date

import pytest

from learner_series.services.line_up import line_up
from learner_series.services.next_steps import ReaderProfile, offers_for
from tests.factories.library import NextStepFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 22)


def test_line_up_begins_with_what_is_offered_and_goes_on() -> None:
    for number in range(5):
        NextStepFactory.create(title=f"Step {number}", priority=number)
    NextStepFactory.create(title="Not for them", stages=["a"])
    reader = ReaderProfile()
    found = [offer.step.title for offer in line_up(reader=reader, today=TODAY)]
    assert found == ["Step 4", "Step 3", "Step 2", "Step 1", "Step 0"]
    assert found[:2] == [offer.step.title for offer in offers_for(reader=reader, today=TODAY)]


def test_line_up_shows_a_second_step_to_one_address_behind_the_first_two() -> None:
    for title, href, priority in (("A", "/x/", 3), ("B", "/x/", 2), ("C", "/y/", 1)):
        NextStepFactory.create(title=title, href=href, priority=priority)
    assert [offer.step.title for offer in line_up(reader=ReaderProfile(), today=TODAY)] == ["A", "C", "B"]


def test_line_up_of_nothing_is_empty() -> None:
    assert line_up(reader=ReaderProfile(), today=TODAY) == []
