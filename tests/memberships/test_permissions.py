"""Who may give Premium and take it back."""

import pytest
from django.contrib.auth.models import Group

from memberships.models import AccessGrant
from memberships.permissions import can_change_grant, can_give_grant
from tests.factories.people import UserFactory, staff

pytestmark = pytest.mark.django_db
RIGHTS = {"add_accessgrant", "change_accessgrant", "view_accessgrant"}


@pytest.mark.parametrize("name", ["billing", "coordinator"])
def test_group_has_the_rights_and_may_not_delete(name: str) -> None:
    group = Group.objects.get(name=name)
    found = group.permissions.filter(content_type__app_label="memberships")
    assert set(found.values_list("codename", flat=True)) == RIGHTS


def test_no_other_group_has_any_of_them() -> None:
    groups = Group.objects.filter(permissions__content_type__app_label="memberships").distinct()
    assert set(groups.values_list("name", flat=True)) == {"billing", "coordinator"}


@pytest.mark.parametrize(
    ("group", "changes", "expected"),
    [
        ("billing", {}, True),
        ("coordinator", {}, True),
        ("billing", {"is_active": False}, False),
        ("billing", {"is_staff": False}, False),
        ("editor", {}, False),
        ("moderator", {}, False),
        ("analyst", {}, False),
    ],
)
def test_grants_are_for_active_staff_of_two_groups(
    group: str, changes: dict[str, bool], expected: bool
) -> None:
    by, user = staff(group), UserFactory.create()
    for name, value in changes.items():
        setattr(by, name, value)
    assert (can_give_grant(by, user), can_change_grant(by, AccessGrant(user=user))) == (expected, expected)


def test_nobody_gives_or_changes_their_own() -> None:
    superuser = UserFactory.create(is_staff=True, is_superuser=True)
    for by in (staff("billing"), superuser):
        assert (can_give_grant(by, by), can_change_grant(by, AccessGrant(user=by))) == (False, False)
