"""What people agreed to, and the sensitive terms that they agreed to keep here."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models.user import User


class ConsentEntryQuerySet(models.QuerySet["ConsentEntry"]):
    """The log of consents."""

    def of(self, user: User) -> Self:
        """What `user` agreed to and took back, newest first."""
        return self.filter(user=user).order_by("-at", "-pk")


class ConsentEntry(models.Model):
    """Somebody agreed to something, or took it back. Append-only."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="consents")
    # Such as terms, sensitive:first_generation, sharing of read articles.
    subject = models.CharField(max_length=80)
    version = models.CharField(max_length=20, blank=True)
    is_given = models.BooleanField()
    at = models.DateTimeField(default=timezone.now)

    objects = ConsentEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["user", "subject", "-at"], name="consent_latest")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.subject}: {'yes' if self.is_given else 'no'}"


class SensitiveExperience(models.Model):
    """A term of class P3 that somebody opted in to keep; which one stands encrypted in `sealed`.

    `digest` is a keyed hash of person and term: it makes a second row impossible and tells nothing.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sensitive_experiences"
    )
    sealed = models.BinaryField()
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="sensitive_experience_once")]

    def __str__(self) -> str:
        return f"sensitive experience {self.pk}"
