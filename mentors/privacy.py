"""What this app's tables hold about people."""

from django.contrib.postgres.functions import RandomUUID
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat

from accounts.registries.personal_data import OURS, YOURS, OnErase, Table
from mentors.models.profile import Verification

TABLES = (
    Table(
        "mentors.mentorprofile",
        OnErase.KEEP,
        owner="user",
        title="Your mentor profile",
        exported=(
            "slug", "school", "program_year", "headline", "topics", "verification", "verified_until",
        ),
        left_out={"id": OURS, "user": YOURS},
        labels={"topics": "name"},
        why="answers hang on it, and stay as a former member's; it says no more than that",
        blanked={
            "slug": Concat(Value("former-member-"), Cast(RandomUUID(), CharField())),
            # With the year it could be one person.
            "school": "a health school",
            "headline": "",
            "verification": Verification.ENDED,
            "verified_until": None,
        },
    ),
    Table(
        "mentors.mentorprofile_topics",
        OnErase.DELETE,
        owner="mentorprofile__user",
        left_out={"id": OURS, "mentorprofile": YOURS, "topic": "named with the profile"},
    ),
)  # fmt: skip
