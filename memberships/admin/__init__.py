"""Staff pages of memberships."""

from memberships.admin import grant

__all__ = ["grant"]
