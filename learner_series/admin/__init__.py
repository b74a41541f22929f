"""Staff pages of the Learner Series."""

from learner_series.admin import article, facts, next_steps, page, revision, series

__all__ = ["article", "facts", "next_steps", "page", "revision", "series"]
