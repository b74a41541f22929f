"""Which rights each staff group has: the least it needs, written down group by group."""

import pytest
from django.contrib.auth.models import Permission

pytestmark = pytest.mark.django_db

# What is about people and their safety; the rest of an editor's rights is tested with the library.
RIGHTS = {
    "editor": ["accounts.add_topic", "accounts.change_topic", "accounts.view_topic"],
    "moderator": [
        "accounts.change_case",
        "accounts.view_case",
        "feed.change_answer",
        "feed.change_question",
        "feed.view_answer",
        "feed.view_question",
    ],
    "coordinator": ["accounts.view_sanction", "accounts.view_topic", "accounts.view_user"],
    "safeguarding lead": [
        "account.view_emailaddress",
        "accounts.add_sanction",
        "accounts.change_case",
        "accounts.view_auditentry",
        "accounts.view_case",
        "accounts.view_sanction",
        "accounts.view_suppression",
        "accounts.view_user",
        "feed.change_answer",
        "feed.change_question",
        "feed.view_answer",
        "feed.view_question",
    ],
    "billing": [],
    "analyst": ["feed.view_question"],
}


@pytest.mark.parametrize("group", RIGHTS)
def test_group_has_the_least_it_needs(group: str) -> None:
    held = Permission.objects.filter(
        group__name=group, content_type__app_label__in=["account", "accounts", "feed"]
    )
    found = sorted(
        f"{right.content_type.app_label}.{right.codename}" for right in held.select_related("content_type")
    )
    assert found == RIGHTS[group]
