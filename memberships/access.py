"""Who may read and use what is Premium."""

from datetime import datetime

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from memberships.models import AccessGrant


def has_premium_access(user: User | AnonymousUser | None, now: datetime) -> bool:
    """Say whether any grant of `user` holds at `now`: one query, none for a visitor or an inactive account.

    Staff have no Premium by being staff; whoever lets editors read says so in their own app.
    """
    if not isinstance(user, User) or not user.is_active:
        return False
    return AccessGrant.objects.of(user).current(now).exists()
