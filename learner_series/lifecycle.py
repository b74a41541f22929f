"""The transition table of a revision: pure data and predicates (PRODUCT §5)."""

from django.db import models


class RevisionState(models.TextChoices):
    """Where a revision is on its way to readers."""

    DRAFT = "draft", "Draft"
    IN_REVIEW = "in_review", "In review"
    APPROVED = "approved", "Approved"
    SCHEDULED = "scheduled", "Scheduled"
    PUBLISHED = "published", "Published"
    RETIRED = "retired", "Retired"


_D, _R, _A = RevisionState.DRAFT, RevisionState.IN_REVIEW, RevisionState.APPROVED
_S, _P, _X = RevisionState.SCHEDULED, RevisionState.PUBLISHED, RevisionState.RETIRED

TRANSITIONS: dict[RevisionState, frozenset[RevisionState]] = {
    _D: frozenset({_R, _X}),
    _R: frozenset({_D, _A}),
    _A: frozenset({_D, _S, _P}),
    _S: frozenset({_D, _A, _P}),
    _P: frozenset({_X}),
    _X: frozenset(),
}
# The words may change only here: what was reviewed is what is published.
EDITABLE = frozenset({_D})
# Another person has read these words.
REVIEWED = frozenset({_A, _S, _P})
# On the way to readers; a preview link shows them.
UNDERWAY = frozenset({_D, _R, _A, _S})
# Steps that time takes by itself: publication at its hour, retirement on the day of expiry.
BY_THE_CLOCK = frozenset({(_S, _P), (_P, _X)})


def can_move(source: RevisionState, target: RevisionState) -> bool:
    """Say whether a revision may go from `source` to `target`."""
    return target in TRANSITIONS[source]
