"""The library: series, articles, revisions, images, facts, reading, next steps."""

from learner_series.models.article import Article, ArticleAuthor, RelatedArticle, Series
from learner_series.models.fact import FactCard, FactUse
from learner_series.models.image import ArticleImage, ImageUse
from learner_series.models.next_step import CalendarEntry, NextStep
from learner_series.models.page import PageVersion, PlainPage
from learner_series.models.reading import ArticleFeedback, ReadingProgress, SavedArticle
from learner_series.models.revision import Credit, Revision, RevisionEvent

__all__ = [
    "Article",
    "ArticleAuthor",
    "ArticleFeedback",
    "ArticleImage",
    "CalendarEntry",
    "Credit",
    "FactCard",
    "FactUse",
    "ImageUse",
    "NextStep",
    "PageVersion",
    "PlainPage",
    "ReadingProgress",
    "RelatedArticle",
    "Revision",
    "RevisionEvent",
    "SavedArticle",
    "Series",
]
