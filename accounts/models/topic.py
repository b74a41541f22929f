"""What a text or question is about."""

from django.db import models
from django.urls import reverse


class Topic(models.Model):
    """A topic shared by articles, questions and mentors."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=60, unique=True)
    description = models.CharField(max_length=240, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the Feed's page of this topic."""
        return f"{reverse('feed:question_list')}?topic={self.slug}"
