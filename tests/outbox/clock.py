"""Time for rows whose clock is the database's."""

from datetime import timedelta

from django.db.models import F

from breakthru.outbox.models import Outbox


def let_pass(time: timedelta) -> None:
    """Let all that happened to every row have happened `time` earlier."""
    names = ("run_after", "published_at", "waiting_since")
    Outbox.objects.update(**{name: F(name) - time for name in names})
