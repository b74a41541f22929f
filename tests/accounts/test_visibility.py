"""Who sees which of a learner's terms."""

from datetime import UTC, date, datetime

import pytest

from accounts import registries
from accounts.models import PersonExperience, User
from accounts.models.experience import Privacy, Viewer
from accounts.services.sensitive import choose_sensitive
from accounts.services.visibility import is_introduced, viewer_of, visible_terms
from tests.factories.people import UserFactory, experience

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_introductions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registries, "_introductions", [])


def introduce(one: User, other: User) -> None:
    pair = {one.pk, other.pk}
    registries.register_introductions(lambda first, second: {first, second} == pair)


def keep_sensitive(user: User, *keys: str) -> None:
    choose_sensitive(by=user, choices={"sensitive": list(keys)}, now=NOON, today=date(2026, 11, 22))


@pytest.fixture
def owner() -> User:
    """A learner with an open term of each class and two sensitive ones."""
    made: User = UserFactory.create()
    for order, privacy in enumerate((Privacy.P2, Privacy.P1, Privacy.P0)):
        term = experience("open", privacy.lower(), learner_privacy=privacy, order=9 - order)
        PersonExperience.objects.create(user=made, experience=term)
    for key in ("p3", "p3_alone"):
        experience("sensitive", key, learner_privacy=Privacy.P3)
    keep_sensitive(made, "p3", "p3_alone")
    return made


def seen(owner: User, viewer: User | None) -> list[str]:
    return [term.key for term in visible_terms(owner=owner, viewer=viewer)]


def test_nobody_is_introduced_until_a_part_says_so() -> None:
    one, other = UserFactory.create(), UserFactory.create()
    assert is_introduced(one=one, other=other) is False

    introduce(one, other)

    assert is_introduced(one=one, other=other) is True
    assert is_introduced(one=one, other=UserFactory.create()) is False


def test_visitors_see_the_first_class_only(owner: User) -> None:
    assert seen(owner, None) == ["p0"]


def test_somebody_signed_in_sees_the_first_two_classes(owner: User) -> None:
    assert seen(owner, UserFactory.create()) == ["p0", "p1"]


def test_the_other_side_sees_the_third_class_once_introduced(owner: User) -> None:
    other = UserFactory.create()
    assert seen(owner, other) == ["p0", "p1"]

    introduce(owner, other)

    assert (seen(owner, other), seen(other, owner)) == (["p0", "p1", "p2"], [])


def test_a_sensitive_term_shows_only_where_both_keep_it_and_both_are_introduced(owner: User) -> None:
    other = UserFactory.create()
    keep_sensitive(other, "p3")
    assert seen(owner, other) == ["p0", "p1"]

    introduce(owner, other)

    assert (seen(owner, other), seen(other, owner)) == (["p0", "p1", "p2", "p3"], ["p3"])


def test_a_sensitive_term_that_was_taken_back_shows_no_more(owner: User) -> None:
    other = UserFactory.create()
    keep_sensitive(other, "p3")
    introduce(owner, other)

    keep_sensitive(other)

    assert seen(owner, other) == ["p0", "p1", "p2"]


def test_staff_see_no_sensitive_term(owner: User) -> None:
    staff = UserFactory.create(is_staff=True)
    keep_sensitive(staff, "p3")

    assert seen(owner, staff) == ["p0", "p1", "p2"]


def test_staff_who_are_introduced_look_as_the_other_side(owner: User) -> None:
    staff = UserFactory.create(is_staff=True)
    introduce(owner, staff)

    assert viewer_of(owner=owner, viewer=staff) == Viewer.INTRODUCED


def test_somebody_told_something_once_a_term_is_held(owner: User) -> None:
    told = PersonExperience.objects.has_any
    assert (told(owner), told(UserFactory.create())) == (True, False)
