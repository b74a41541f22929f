"""Who may write, approve and publish articles."""

import pytest

from accounts.models import User
from learner_series.lifecycle import RevisionState
from learner_series.models import Revision
from learner_series.permissions import can_approve_revision, can_edit_articles, can_edit_revision
from tests.factories.people import UserFactory, staff

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("group", "changes", "expected"),
    [
        ("editor", {}, True),
        ("editor", {"is_active": False}, False),
        ("editor", {"is_staff": False}, False),
        ("moderator", {}, False),
        ("coordinator", {}, False),
        ("analyst", {}, False),
    ],
)
def test_can_edit_articles_is_for_active_editors(
    group: str, changes: dict[str, bool], expected: bool
) -> None:
    person = staff(group)
    for name, value in changes.items():
        setattr(person, name, value)
    assert can_edit_articles(person) is expected


def test_can_edit_articles_is_not_for_learners() -> None:
    assert can_edit_articles(UserFactory.create()) is False


@pytest.mark.parametrize("state", list(RevisionState))
def test_can_edit_revision_while_it_is_a_draft(state: RevisionState) -> None:
    revision = Revision(state=state)
    assert can_edit_revision(staff("editor"), revision) is (state == RevisionState.DRAFT)
    assert can_edit_revision(UserFactory.create(), revision) is False


def test_can_approve_revision_of_somebody_else_only() -> None:
    author, other, learner = staff("editor"), staff("editor"), UserFactory.create()
    revision = Revision(created_by=author)
    people: list[User] = [author, other, learner]
    assert [can_approve_revision(person, revision) for person in people] == [False, True, False]
