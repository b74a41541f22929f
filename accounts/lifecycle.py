"""The transition table of a case: pure data and predicates (PRODUCT §9)."""

from django.db import models


class CaseState(models.TextChoices):
    """How far a case is."""

    OPEN = "open", "Waiting for somebody"
    ASSIGNED = "assigned", "Being looked at"
    CLOSED = "closed", "Closed"


_O, _A, _C = CaseState.OPEN, CaseState.ASSIGNED, CaseState.CLOSED

# Nothing is closed by nobody: who closes a case has taken it. What is reported again later is a new case.
TRANSITIONS: dict[CaseState, frozenset[CaseState]] = {
    _O: frozenset({_A}),
    # To somebody else; or to nobody, when whoever has it may not look at it any longer.
    _A: frozenset({_A, _O, _C}),
    _C: frozenset(),
}


def can_move(source: CaseState, target: CaseState) -> bool:
    """Say whether a case may go from `source` to `target`."""
    return target in TRANSITIONS[source]
