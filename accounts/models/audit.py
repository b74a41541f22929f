"""What staff did to whom: ids and words of ours, never anybody's text."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

LONGEST_REASON = 300


class AuditEntry(models.Model):
    """One staff action. Append-only."""

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    action = models.CharField(max_length=60)
    target = models.CharField(max_length=80)
    reason = models.CharField(max_length=LONGEST_REASON, blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["-at"], name="audit_newest"),
            models.Index(fields=["target", "-at"], name="audit_target"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target}"
