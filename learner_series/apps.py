"""The Learner Series."""

from django.apps import AppConfig


class LearnerSeriesConfig(AppConfig):
    """Nothing to register yet."""

    name = "learner_series"
    verbose_name = "Learner Series"
