"""What this app's tables hold about people."""

from accounts.registries.personal_data import OURS, YOURS, OnErase, Table, kept

_STAFF = kept("who decided at work stays answerable")

TABLES = (
    Table(
        "memberships.accessgrant",
        OnErase.DELETE,
        owner="user",
        title="Your Premium access",
        exported=("source", "starts_at", "ends_at", "ended_at", "created_at"),
        left_out={
            "id": OURS,
            "user": YOURS,
            "reason": "a note of staff",
            "granted_by": "somebody else",
            "ended_by": "somebody else",
        },
        others={"granted_by": _STAFF, "ended_by": _STAFF},
    ),
)
