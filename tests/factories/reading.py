"""What readers leave behind."""

import factory

from learner_series.models import ArticleFeedback, ReadingProgress, SavedArticle
from tests.factories.library import published
from tests.factories.people import UserFactory


class ProgressFactory(factory.django.DjangoModelFactory[ReadingProgress]):
    """Somebody is in the middle of a published article."""

    class Meta:
        model = ReadingProgress

    user = factory.SubFactory(UserFactory)
    article = factory.LazyFunction(published)
    percent = 40


class SavedArticleFactory(factory.django.DjangoModelFactory[SavedArticle]):
    """Somebody keeps a published article."""

    class Meta:
        model = SavedArticle

    user = factory.SubFactory(UserFactory)
    article = factory.LazyFunction(published)


class FeedbackFactory(factory.django.DjangoModelFactory[ArticleFeedback]):
    """Somebody found a published article helpful."""

    class Meta:
        model = ArticleFeedback

    user = factory.SubFactory(UserFactory)
    article = factory.LazyFunction(published)
    is_helpful = True
