"""A form posted twice does its work once."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class IdempotencyToken(models.Model):
    """One creating form that was shown to a person, and what its first posting made."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    token = models.UUIDField()
    purpose = models.CharField(max_length=60)
    result = models.CharField(max_length=200)
    created_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "purpose", "token"], name="idempotency_token_once"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.token}"
