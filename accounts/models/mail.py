"""Account mails waiting to be sent."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class AccountMail(models.Model):
    """A mail of sign-up, verification or reset, rendered in the request and sent by a worker.

    Its words hold links that open an account, so they are deleted the moment it is sent, or refused for good.
    """

    to = models.EmailField(max_length=254)
    subject = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now(), db_index=True)
    sent_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at=None) | Q(text="", html=""), name="account_mail_words_gone_when_sent"
            ),
            models.CheckConstraint(
                condition=Q(refused_at=None) | Q(sent_at=None, text="", html=""),
                name="account_mail_refused_is_not_sent_and_words_gone",
            ),
        ]

    def __str__(self) -> str:
        return f"account mail {self.pk}"

    @property
    def has_ended(self) -> bool:
        """Whether nothing is left to be done with it."""
        return self.sent_at is not None or self.refused_at is not None
