"""The transition table of a question, over all pairs of states."""

from itertools import product

import pytest

from feed.lifecycle import ANSWERABLE, TRANSITIONS, WITH_ANSWERS, QuestionState, can_move

ALLOWED = {
    ("open", "needs_info"),
    ("open", "answered"),
    ("open", "closed"),
    ("open", "merged"),
    ("needs_info", "open"),
    ("needs_info", "answered"),
    ("needs_info", "closed"),
    ("needs_info", "merged"),
    ("answered", "open"),
    ("answered", "needs_info"),
    ("answered", "solved"),
    ("answered", "closed"),
    ("answered", "merged"),
    ("solved", "answered"),
    ("solved", "closed"),
    ("solved", "merged"),
    ("closed", "open"),
    ("closed", "answered"),
}


@pytest.mark.parametrize(("source", "target"), list(product(QuestionState, repeat=2)))
def test_can_move_follows_the_table_for_every_pair(source: QuestionState, target: QuestionState) -> None:
    assert can_move(source, target) is ((source.value, target.value) in ALLOWED)


def test_every_state_stands_in_the_table() -> None:
    assert set(TRANSITIONS) == set(QuestionState)


def test_merged_is_the_only_state_without_a_way_out() -> None:
    assert [state for state in QuestionState if not TRANSITIONS[state]] == [QuestionState.MERGED]


def test_answerable_states_can_become_answered_or_have_answers() -> None:
    assert {state for state in QuestionState if state in ANSWERABLE} == {
        QuestionState.OPEN,
        QuestionState.NEEDS_INFO,
        QuestionState.ANSWERED,
        QuestionState.SOLVED,
    }
    assert all(state in WITH_ANSWERS or can_move(state, QuestionState.ANSWERED) for state in ANSWERABLE)
