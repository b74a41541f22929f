"""The library: series, articles, revisions, images."""

from learner_series.models.article import Article, ArticleAuthor, Series
from learner_series.models.image import ArticleImage
from learner_series.models.revision import Revision, RevisionEvent

__all__ = ["Article", "ArticleAuthor", "ArticleImage", "Revision", "RevisionEvent", "Series"]
