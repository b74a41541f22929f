"""Who somebody is, what they chose and agreed to, and what they decided about their data."""

from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.postgres.functions import RandomUUID
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat

from accounts.models import Experience
from accounts.models.user import FORMER_MEMBER
from accounts.registries.personal_data import (
    OURS,
    YOURS,
    OnErase,
    Table,
    about_nobody,
    gone,
)
from breakthru.lib.sealing import unseal


def _sensitive_label(sealed: Any) -> str:
    return Experience.objects.values_list("label", flat=True).get(pk=int(unseal(sealed)))


_USER = Table(
    "accounts.user",
    OnErase.KEEP,
    owner="id",
    title="Your account",
    exported=(
        "email", "display_name", "slug", "birth_month", "birth_year", "time_zone", "joined_at", "last_login",
        "groups", "suspended_until", "leaves_at",
    ),
    left_out={
        "id": OURS,
        "password": "a hash: it can be read by nobody, and could be attacked by whoever has it",
        "is_active": "yes, or there would be no export",
        "is_staff": "follows from the groups",
        "is_superuser": "follows from the role at work",
        "user_permissions": "rights at work, given one by one",
        "unread_count": "counted from the notifications",
        "erased_at": "none, or there would be no export",
    },
    labels={"groups": "name"},
    called={"display_name": "name", "groups": "roles at work", "leaves_at": "to be deleted at"},
    why="what was posted stays, as a former member's",
    blanked={
        "email": Concat(Value("erased-"), Cast("pk", CharField()), Value("@former.invalid")),
        "display_name": FORMER_MEMBER,
        "slug": Concat(Value("former-member-"), Cast(RandomUUID(), CharField())),
        "password": make_password(None),
        "last_login": None,
        "birth_year": None,
        "birth_month": None,
        "time_zone": "America/New_York",
        "is_active": False,
        "is_staff": False,
        "is_superuser": False,
        "unread_count": 0,
        "suspended_until": None,
        "leaves_at": None,
    },
)  # fmt: skip

PEOPLE = (
    _USER,
    Table(
        "accounts.personexperience",
        OnErase.DELETE,
        owner="user",
        title="What you told about your road",
        exported=("experience", "created_at"),
        left_out={"id": OURS, "user": YOURS},
        labels={"experience": "label"},
    ),
    Table(
        "accounts.sensitiveexperience",
        OnErase.DELETE,
        owner="user",
        title="Sensitive things you chose to keep here",
        exported=("sealed", "created_at"),
        left_out={"id": OURS, "user": YOURS, "digest": "a mark of the same, that tells nothing"},
        shown={"sealed": _sensitive_label},
        called={"sealed": "experience"},
    ),
    Table(
        "accounts.consententry",
        OnErase.DELETE,
        owner="user",
        title="What you agreed to, or took back",
        exported=("subject", "version", "is_given", "at"),
        left_out={"id": OURS, "user": YOURS},
    ),
    Table(
        "accounts.block",
        OnErase.DELETE,
        owner="blocker",
        title="People you blocked",
        exported=("blocked", "created_at"),
        left_out={"id": OURS, "blocker": YOURS},
        labels={"blocked": "display_name"},
        others={"blocked": gone("there is nobody left to be kept apart from; who is blocked is never told")},
    ),
    Table(
        "accounts.dataexport",
        OnErase.DELETE,
        owner="user",
        title="Copies of your data you asked for",
        exported=("requested_at", "ready_at", "expires_at"),
        left_out={"id": OURS, "user": YOURS, "file": "a copy inside a copy"},
    ),
    Table(
        "accounts.deletion",
        OnErase.KEEP,
        owner="user",
        title="Deletions you asked for",
        exported=("requested_at", "due_at", "undone_at"),
        left_out={"id": OURS, "user": YOURS, "erased_at": "none, or there would be no export"},
        why="shows that it was done, and when; holds dates alone",
    ),
    Table(
        "accounts.idempotencytoken",
        OnErase.DELETE,
        owner="user",
        left_out={
            "id": OURS,
            "user": YOURS,
            "token": "a mark that keeps a form from being posted twice",
            "purpose": "which form it was",
            "result": "the number of what it made, which stands under its own heading",
            "created_at": "a week's memory",
        },
    ),
    about_nobody("accounts.topic", "id slug name description order"),
    about_nobody(
        "accounts.experiencegroup",
        "key label why_we_ask asked_in applies_to is_facet order changed_by_staff_at",
    ),
    about_nobody(
        "accounts.experience",
        "id group key label help kind learner_privacy mentor_privacy mentor_opts_in weight is_identity order "
        "retired_at is_staff_made changed_by_staff_at",
    ),
    Table(
        "accounts.user_groups",
        OnErase.DELETE,
        owner="user",
        left_out={"id": OURS, "user": YOURS, "group": "named with the account"},
    ),
    Table(
        "accounts.user_user_permissions",
        OnErase.DELETE,
        owner="user",
        left_out={"id": OURS, "user": YOURS, "permission": "a right at work"},
    ),
    about_nobody("auth.permission", "id name content_type codename"),
    about_nobody("auth.group", "id name permissions"),
    about_nobody("auth.group_permissions", "id group permission"),
)
