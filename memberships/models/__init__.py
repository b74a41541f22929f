"""What a person may use, and why."""

from memberships.models.grant import AccessGrant

__all__ = ["AccessGrant"]
