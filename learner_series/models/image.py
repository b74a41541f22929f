"""Pictures inside articles, and who may see them."""

import re
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef
from django.urls import reverse

_ADDRESS = re.compile(r"/learn/images/([\w.-]+)")


def image_names(html: str) -> frozenset[str]:
    """Return the names of the pictures that a text shows or links to."""
    return frozenset(_ADDRESS.findall(html))


class ImageQuerySet(models.QuerySet["ArticleImage"]):
    """Pictures by who may see them."""

    def named(self, names: frozenset[str]) -> Self:
        """The pictures of these names."""
        return self.filter(name__in=names)

    def with_audience(self) -> Self:
        """Each with `is_open` (stands in what everybody may read) and `is_live` (stands in a live text)."""
        live = ImageUse.objects.filter(image=OuterRef("pk"), revision__live_article__isnull=False)
        return self.annotate(is_open=Exists(live.filter(is_open=True)), is_live=Exists(live))


class ArticleImage(models.Model):
    """One re-encoded picture, named by the hash of its bytes."""

    name = models.CharField(max_length=80, primary_key=True)
    content_type = models.CharField(max_length=20)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    file = models.FileField(upload_to="articles", max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    # Of `with_audience()` only.
    is_open: bool
    is_live: bool

    objects = ImageQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the picture's address; it never changes its bytes."""
        return reverse("learner_series:image_detail", args=[self.name])


class ImageUse(models.Model):
    """A revision shows a picture; `is_open` when it stands in what everybody may read."""

    revision = models.ForeignKey("learner_series.Revision", on_delete=models.CASCADE, related_name="images")
    image = models.ForeignKey(ArticleImage, on_delete=models.PROTECT, related_name="uses")
    is_open = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["revision", "image"], name="image_use_once")]

    def __str__(self) -> str:
        return f"{self.revision_id}: {self.image_id}"
