"""Outbox handlers of the Feed."""

from feed.services.answers import tell_asker


def question_answered(ref: str) -> None:
    """Tell the asker about the answer of that id."""
    tell_asker(answer_id=int(ref))
