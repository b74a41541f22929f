"""Write the audit log."""

from datetime import datetime

from django.db.models import Model

from accounts.models import AuditEntry, User


def record_action(*, by: User | None, action: str, target: Model, reason: str = "") -> None:
    """Append one row: who did what to which object. Call it in the transaction of the action."""
    AuditEntry.objects.create(actor=by, action=action, target=_name_of(target), reason=reason)


def has_acted(*, by: User, action: str, target: Model) -> bool:
    """Say whether `by` did `action` to this object before, as the log has it."""
    return AuditEntry.objects.filter(actor=by, action=action, target=_name_of(target)).exists()


def record_opening(*, by: User, action: str, target: Model, since: datetime | None = None) -> None:
    """Append that `by` opened something private, unless the log has it already, or has it after `since`."""
    rows = AuditEntry.objects.filter(actor=by, action=action, target=_name_of(target))
    if since is not None:
        rows = rows.filter(at__gt=since)
    if not rows.exists():
        record_action(by=by, action=action, target=target)


def _name_of(target: Model) -> str:
    return f"{target._meta.label_lower}:{target.pk}"
