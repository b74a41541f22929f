"""Outbox handlers of the Feed."""

from django.utils import timezone

from feed.services.held_notices import remind_of_held


def held_due(ref: str) -> None:
    """See whether the held question of that id was read in time."""
    remind_of_held(question_id=int(ref), now=timezone.now())
