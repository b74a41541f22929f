"""The transition table of a revision, over all pairs of states."""

from itertools import product

import pytest

from learner_series.lifecycle import EDITABLE, TRANSITIONS, RevisionState, can_move

ALLOWED = {
    ("draft", "in_review"),
    ("draft", "retired"),
    ("in_review", "draft"),
    ("in_review", "approved"),
    ("approved", "draft"),
    ("approved", "published"),
    ("published", "retired"),
}


@pytest.mark.parametrize(("source", "target"), list(product(RevisionState, repeat=2)))
def test_can_move_follows_the_table_for_every_pair(source: RevisionState, target: RevisionState) -> None:
    assert can_move(source, target) is ((source.value, target.value) in ALLOWED)


def test_every_state_stands_in_the_table() -> None:
    assert set(TRANSITIONS) == set(RevisionState)


def test_only_a_draft_is_editable() -> None:
    assert {state for state in RevisionState if state in EDITABLE} == {RevisionState.DRAFT}


def test_nothing_is_published_without_having_been_approved() -> None:
    assert [state for state in RevisionState if can_move(state, RevisionState.PUBLISHED)] == [
        RevisionState.APPROVED
    ]
