"""The transition table of a revision, over all pairs of states."""

from itertools import product

import pytest

from learner_series.lifecycle import (
    BY_THE_CLOCK,
    EDITABLE,
    REVIEWED,
    TRANSITIONS,
    UNDERWAY,
    RevisionState,
    can_move,
)

ALLOWED = {
    ("draft", "in_review"),
    ("draft", "retired"),
    ("in_review", "draft"),
    ("in_review", "approved"),
    ("approved", "draft"),
    ("approved", "scheduled"),
    ("approved", "published"),
    ("scheduled", "draft"),
    ("scheduled", "approved"),
    ("scheduled", "published"),
    ("published", "retired"),
}


@pytest.mark.parametrize(("source", "target"), list(product(RevisionState, repeat=2)))
def test_can_move_follows_the_table_for_every_pair(source: RevisionState, target: RevisionState) -> None:
    assert can_move(source, target) is ((source.value, target.value) in ALLOWED)


def test_every_state_stands_in_the_table() -> None:
    assert set(TRANSITIONS) == set(RevisionState)


def test_only_a_draft_is_editable() -> None:
    assert {state for state in RevisionState if state in EDITABLE} == {RevisionState.DRAFT}


def test_only_what_was_reviewed_goes_on_to_readers() -> None:
    sources = {state for state in RevisionState if can_move(state, RevisionState.PUBLISHED)}
    assert sources == {RevisionState.APPROVED, RevisionState.SCHEDULED}
    assert {*sources, RevisionState.PUBLISHED} == REVIEWED


def test_what_is_underway_is_neither_live_nor_retired() -> None:
    assert set(RevisionState) - UNDERWAY == {RevisionState.PUBLISHED, RevisionState.RETIRED}


def test_time_takes_two_steps_of_the_table() -> None:
    assert {
        (RevisionState.SCHEDULED, RevisionState.PUBLISHED),
        (RevisionState.PUBLISHED, RevisionState.RETIRED),
    } == BY_THE_CLOCK
