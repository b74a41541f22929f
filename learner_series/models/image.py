"""Pictures inside articles."""

from django.db import models
from django.urls import reverse


class ArticleImage(models.Model):
    """One re-encoded picture, named by the hash of its bytes."""

    name = models.CharField(max_length=80, primary_key=True)
    content_type = models.CharField(max_length=20)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    file = models.FileField(upload_to="articles", max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the picture's address; it never changes its bytes."""
        return reverse("learner_series:image_detail", args=[self.name])
