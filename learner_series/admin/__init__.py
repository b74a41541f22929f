"""Staff pages of the Learner Series."""

from learner_series.admin import article, revision, series

__all__ = ["article", "revision", "series"]
