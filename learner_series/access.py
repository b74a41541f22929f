"""Who may read the gated part of an article. Every channel asks here."""

from datetime import datetime

from accounts.models import User
from learner_series.permissions import can_edit_articles
from memberships.access import has_premium_access


def can_read_all(user: User | None, *, is_gated: bool, now: datetime) -> bool:
    """Say whether `user` may have every word: of an open text anybody, else Premium members and editors."""
    if not is_gated:
        return True
    return user is not None and (has_premium_access(user, now) or can_edit_articles(user))
