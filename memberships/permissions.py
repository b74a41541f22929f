"""Who may give Premium and take it back."""

from accounts.models import User
from memberships.models import AccessGrant


def can_give_grant(by: User, user: User) -> bool:
    """Say whether `by` may give Premium to `user`: billing or a coordinator, and never to themselves."""
    return by.is_staff and by.has_perm("memberships.add_accessgrant") and by.pk != user.pk


def can_change_grant(by: User, grant: AccessGrant) -> bool:
    """Say whether `by` may extend or end this grant: billing or a coordinator, and never their own."""
    return by.is_staff and by.has_perm("memberships.change_accessgrant") and by.pk != grant.user_id
