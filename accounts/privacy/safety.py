"""Reports, cases, sanctions, and the log of what staff did.

Who reported somebody, and that they were, is never exported. What stays of a case after erasure names
nobody any more, so the words about that person would serve nobody either.
"""

from django.db.models import Case, F, Value, When

from accounts.registries.personal_data import OURS, YOURS, OnErase, Table, kept

_STAFF = kept("who decided at work stays answerable")
_RECORD = "a record of staff, in which others stand too"
_ERASED = "Erased with the account."


def _words_gone(field: str) -> Case:
    """Return a value in place of words where there were some: constraints ask whether any were said."""
    return Case(When(**{field: "", "then": F(field)}), default=Value(_ERASED))


SAFETY = (
    Table(
        "accounts.report",
        OnErase.KEEP,
        owner="reporter",
        title="What you reported",
        exported=("case", "reason", "text", "reported_at"),
        left_out={"id": OURS, "reporter": YOURS},
        labels={"case": "target_kind"},
        called={"case": "about"},
        why="the case it belongs to protects others",
        blanked={"text": _words_gone("text")},
    ),
    Table(
        "accounts.case",
        OnErase.KEEP,
        owner="about",
        left_out={
            "id": OURS,
            "about": YOURS,
            **dict.fromkeys(
                (
                    "target_kind", "target_id", "state", "is_serious", "assignee", "outcome", "opened_at",
                    "due_at", "closed_at",
                ),
                "would tell that somebody reported, and with it who",
            ),
        },
        why="that something was reported and how it ended protects others; it holds no words",
        others={"assignee": _STAFF},
    ),
    Table(
        "accounts.caseevent",
        OnErase.KEEP,
        owner="case__about",
        left_out=dict.fromkeys(("id", "case", "by", "source", "target", "note", "at"), _RECORD),
        why="the steps of a case stay, without the notes of staff",
        blanked={"note": ""},
        others={"by": _STAFF},
    ),
    Table(
        "accounts.sanction",
        OnErase.KEEP,
        owner="user",
        title="Decisions of staff about your account",
        exported=(
            "kind", "reason", "starts_at", "until", "lifted_at", "appeal", "appealed_at", "appeal_decided_at",
            "appeal_answer",
        ),
        left_out={
            "id": OURS,
            "user": YOURS,
            "case": "would tell that somebody reported, and with it who",
            "by": "somebody else",
            "appeal_decided_by": "somebody else",
        },
        why="staff answer for what they decided, without the words about whom",
        blanked={
            "reason": _ERASED,
            "appeal": _words_gone("appeal"),
            "appeal_answer": _words_gone("appeal_answer"),
        },
        others={"by": _STAFF, "appeal_decided_by": _STAFF},
    ),
    Table(
        "accounts.auditentry",
        OnErase.KEEP,
        owner="actor",
        left_out=dict.fromkeys(("id", "actor", "action", "target", "reason", "at"), _RECORD),
        why="what staff did stays on record; it holds ids and words of ours",
    ),
    Table(
        "admin.logentry",
        OnErase.KEEP,
        owner="user",
        left_out=dict.fromkeys(
            (
                "id", "action_time", "user", "content_type", "object_id", "object_repr", "action_flag",
                "change_message",
            ),
            _RECORD,
        ),
        why="what staff did stays on record; what it says of an erased person's rows is blanked with them",
    ),
)  # fmt: skip
