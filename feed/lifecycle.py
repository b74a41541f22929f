"""The transition table of a question: pure data and predicates (PRODUCT §6)."""

from django.db import models


class QuestionState(models.TextChoices):
    """How far a question is. Whether it can be seen, and whether it is locked, stand apart."""

    OPEN = "open", "Waiting for an answer"
    NEEDS_INFO = "needs_info", "Needs more from the asker"
    ANSWERED = "answered", "Answered"
    SOLVED = "solved", "Solved"
    CLOSED = "closed", "Closed"
    MERGED = "merged", "Merged into another question"


_O, _N, _A = QuestionState.OPEN, QuestionState.NEEDS_INFO, QuestionState.ANSWERED
_S, _C, _M = QuestionState.SOLVED, QuestionState.CLOSED, QuestionState.MERGED

TRANSITIONS: dict[QuestionState, frozenset[QuestionState]] = {
    _O: frozenset({_N, _A, _C, _M}),
    _N: frozenset({_O, _A, _C, _M}),
    _A: frozenset({_O, _N, _S, _C, _M}),
    _S: frozenset({_A, _C, _M}),
    _C: frozenset({_O, _A}),
    _M: frozenset(),
}
# A mentor may add an answer here.
ANSWERABLE = frozenset({_O, _N, _A, _S})
WITH_ANSWERS = frozenset({_A, _S})


def can_move(source: QuestionState, target: QuestionState) -> bool:
    """Say whether a question may go from `source` to `target`."""
    return target in TRANSITIONS[source]
