"""A person's own choices and public name."""

import re

import pytest
from django.utils import timezone

from accounts.models import PersonExperience, User
from accounts.models.experience import Kind, Privacy
from accounts.services.people import ExperienceChoiceError, choose_experiences, new_public_slug
from tests.factories.people import UserFactory, experience


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Jordan", "jordan"),
        ("Ana-Lucía Núñez", "ana-lucia-nunez"),
        ("李小龍", "member"),
        ("!!!", "member"),
        ("x" * 40, "x" * 40),
        ("a" * 39 + " bc", "a" * 39),
    ],
)
def test_public_slug_is_readable_and_ends_at_random(name: str, word: str) -> None:
    slug = new_public_slug(name)
    assert re.fullmatch(rf"{word}-[bcdfghjkmnpqrstvwxz2-9]{{6}}", slug)
    assert len(slug) <= 60
    assert new_public_slug(name) != slug


@pytest.fixture
def learner() -> User:
    """A learner without choices."""
    user: User = UserFactory.create()
    return user


def chosen(user: User) -> list[str]:
    return list(PersonExperience.objects.filter(user=user).values_list("experience__key", flat=True))


pytestmark = pytest.mark.django_db


def test_choice_replaces_the_former_one_in_its_group_only(learner: User) -> None:
    for key in ("a", "b", "c"):
        experience("road", key)
    experience("stage", "year_1")
    choose_experiences(by=learner, group="stage", keys=["year_1"])
    choose_experiences(by=learner, group="road", keys=["a", "b"])
    kept = PersonExperience.objects.get(user=learner, experience__key="b")
    choose_experiences(by=learner, group="road", keys=["b", "c", "c"])
    assert sorted(chosen(learner)) == ["b", "c", "year_1"]
    assert PersonExperience.objects.get(user=learner, experience__key="b") == kept


def test_choice_of_nothing_clears_the_group(learner: User) -> None:
    experience("road", "a")
    choose_experiences(by=learner, group="road", keys=["a"])
    choose_experiences(by=learner, group="road", keys=[])
    assert chosen(learner) == []


def test_choice_leaves_other_people_alone(learner: User) -> None:
    experience("road", "a")
    other = UserFactory.create()
    choose_experiences(by=other, group="road", keys=["a"])
    choose_experiences(by=learner, group="road", keys=[])
    assert chosen(other) == ["a"]


@pytest.mark.parametrize("keys", [["unknown"], ["a", "unknown"], ["retired"], ["of_another_group"]])
def test_choice_that_is_not_offered_is_refused_and_changes_nothing(keys: list[str], learner: User) -> None:
    experience("road", "a")
    experience("road", "retired", retired_at=timezone.now())
    experience("stage", "of_another_group")
    choose_experiences(by=learner, group="road", keys=["a"])
    with pytest.raises(ExperienceChoiceError, match="not available any more"):
        choose_experiences(by=learner, group="road", keys=keys)
    assert chosen(learner) == ["a"]


@pytest.mark.parametrize("privacy", [Privacy.P3, Privacy.P4])
def test_choice_of_sensitive_terms_is_refused(privacy: Privacy, learner: User) -> None:
    experience("health", "a", learner_privacy=privacy)
    with pytest.raises(ExperienceChoiceError, match="own consent"):
        choose_experiences(by=learner, group="health", keys=["a"])
    assert chosen(learner) == []


@pytest.mark.parametrize("privacy", [Privacy.P0, Privacy.P1, Privacy.P2])
def test_choice_of_other_terms_is_kept(privacy: Privacy, learner: User) -> None:
    experience("road", "a", learner_privacy=privacy)
    choose_experiences(by=learner, group="road", keys=["a"])
    assert chosen(learner) == ["a"]


def test_choice_of_two_is_refused_where_one_is_asked(learner: User) -> None:
    for key in ("a", "b"):
        experience("stage", key, kind=Kind.SINGLE)
    choose_experiences(by=learner, group="stage", keys=["a"])
    with pytest.raises(ExperienceChoiceError, match="choose one"):
        choose_experiences(by=learner, group="stage", keys=["a", "b"])
    assert chosen(learner) == ["a"]
