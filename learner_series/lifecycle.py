"""The transition table of a revision: pure data and predicates (PRODUCT §5)."""

from django.db import models


class RevisionState(models.TextChoices):
    """Where a revision is on its way to readers."""

    DRAFT = "draft", "Draft"
    IN_REVIEW = "in_review", "In review"
    APPROVED = "approved", "Approved"
    PUBLISHED = "published", "Published"
    RETIRED = "retired", "Retired"


TRANSITIONS: dict[RevisionState, frozenset[RevisionState]] = {
    RevisionState.DRAFT: frozenset({RevisionState.IN_REVIEW, RevisionState.RETIRED}),
    RevisionState.IN_REVIEW: frozenset({RevisionState.DRAFT, RevisionState.APPROVED}),
    RevisionState.APPROVED: frozenset({RevisionState.DRAFT, RevisionState.PUBLISHED}),
    RevisionState.PUBLISHED: frozenset({RevisionState.RETIRED}),
    RevisionState.RETIRED: frozenset(),
}
# The words may change only here: what was reviewed is what is published.
EDITABLE = frozenset({RevisionState.DRAFT})


def can_move(source: RevisionState, target: RevisionState) -> bool:
    """Say whether a revision may go from `source` to `target`."""
    return target in TRANSITIONS[source]
