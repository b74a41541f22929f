"""Staff pages of the Feed."""

from feed.admin import posts

__all__ = ["posts"]
