"""The error of work that cannot be done now and may well be done later."""

from datetime import timedelta


class LaterError(Exception):
    """Raised in an outbox handler: something passing stands in the way, so the same work is tried again.

    It goes on for as long as `retry_for`. `waits_for` names what is away for everybody, not for this work
    alone: one piece of work then looks for all that wait for the same.
    """

    def __init__(self, *, retry_for: timedelta, waits_for: str = "") -> None:
        super().__init__()
        self.retry_for = retry_for
        self.waits_for = waits_for
