"""Staff pages of people and of what many apps share.

Blocks, notifications and what belongs to them, exports and deletions have none: they are between a person
and the site. What staff need to know, such as that somebody asked to be deleted, stands on the person's page.
"""

from accounts.admin import audit, cases, people, sanctions, suppressions, topics, vocabulary

__all__ = ["audit", "cases", "people", "sanctions", "suppressions", "topics", "vocabulary"]
