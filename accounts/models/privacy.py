"""What people decide about others and about their data: blocks, export, deletion."""

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models.user import User


class BlockQuerySet(models.QuerySet["Block"]):
    """Blocks, which are silent and mutual."""

    def between(self, one: User, other: User) -> Self:
        """Blocks of either direction."""
        return self.filter(Q(blocker=one, blocked=other) | Q(blocker=other, blocked=one))

    def made_by(self, user: User) -> Self:
        """Whom `user` blocked, latest first."""
        return self.filter(blocker=user).select_related("blocked").order_by("-created_at", "-pk")


class Block(models.Model):
    """One person wants nothing to do with another; neither sees the other."""

    blocker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blocks")
    blocked = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blocked_by")
    created_at = models.DateTimeField(default=timezone.now)

    objects = BlockQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["blocker", "blocked"], name="block_once"),
            models.CheckConstraint(condition=~Q(blocker=F("blocked")), name="block_of_another"),
        ]
        indexes = [models.Index(fields=["blocked"], name="block_reverse")]

    def __str__(self) -> str:
        return f"{self.blocker_id} blocks {self.blocked_id}"


def apart_from(user: User, *, field: str) -> Q:
    """Return what is true of rows whose `field`, a path to a person, names somebody apart from `user`.

    For `exclude`: it costs no query of its own, whoever blocked whom.
    """
    blocked = Block.objects.filter(blocker=user).values("blocked")
    blockers = Block.objects.filter(blocked=user).values("blocker")
    return Q(**{f"{field}__in": blocked}) | Q(**{f"{field}__in": blockers})


class DataExport(models.Model):
    """A person's data as one file, made by a worker, there for a while."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="exports")
    requested_at = models.DateTimeField(default=timezone.now)
    ready_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    file = models.FileField(upload_to="exports", max_length=200, blank=True)

    class Meta:
        ordering = ["-requested_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ready_at=None, expires_at=None)
                | Q(ready_at__isnull=False, expires_at__isnull=False, expires_at__gt=F("ready_at")),
                name="export_ready_expires",
            ),
            models.UniqueConstraint(fields=["user"], condition=Q(ready_at=None), name="export_one_underway"),
        ]
        indexes = [
            models.Index(fields=["user", "-requested_at"], name="export_latest"),
            models.Index(
                fields=["expires_at"], name="export_expiring", condition=Q(expires_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"export {self.pk}"


class DeletionQuerySet(models.QuerySet["Deletion"]):
    """Deletions by how far they are."""

    def underway(self) -> Self:
        """Asked for, neither undone nor done."""
        return self.filter(undone_at=None, erased_at=None)

    def due(self, now: datetime) -> Self:
        """Under way, with the grace over."""
        return self.underway().filter(due_at__lte=now)

    def of(self, user: User) -> Self:
        """What `user` asked for."""
        return self.filter(user=user)


class Deletion(models.Model):
    """Somebody asked to be deleted: due after the grace, undone before it, or done."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="deletions")
    requested_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = DeletionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at=None) | Q(erased_at=None), name="deletion_undone_or_done"
            ),
            models.CheckConstraint(condition=Q(due_at__gt=F("requested_at")), name="deletion_has_a_grace"),
            models.UniqueConstraint(
                fields=["user"], condition=Q(undone_at=None, erased_at=None), name="deletion_one_underway"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="deletion_due", condition=Q(undone_at=None, erased_at=None))
        ]

    def __str__(self) -> str:
        return f"deletion of {self.user_id}"
