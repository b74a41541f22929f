"""Staff pages of people and of what many apps share."""

from accounts.admin import audit, people, topics, vocabulary

__all__ = ["audit", "people", "topics", "vocabulary"]
