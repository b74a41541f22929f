"""Write the audit log."""

from django.db.models import Model

from accounts.models import AuditEntry, User


def record_action(*, by: User | None, action: str, target: Model, reason: str = "") -> None:
    """Append one row: who did what to which object. Call it in the transaction of the action."""
    AuditEntry.objects.create(
        actor=by, action=action, target=f"{target._meta.label_lower}:{target.pk}", reason=reason
    )
