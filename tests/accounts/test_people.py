"""A person's own choices and public name."""

import re
from datetime import date

import pytest
from django.utils import timezone

from accounts.models import PersonExperience, User
from accounts.models.experience import Kind, Privacy
from accounts.services.people import (
    ExperienceChoiceError,
    choose_experiences,
    choose_several,
    new_public_slug,
)
from tests.factories.people import UserFactory, experience

TODAY = date(2026, 11, 22)


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
    choose_experiences(by=learner, group="stage", keys=["year_1"], today=TODAY)
    choose_experiences(by=learner, group="road", keys=["a", "b"], today=TODAY)
    kept = PersonExperience.objects.get(user=learner, experience__key="b")
    choose_experiences(by=learner, group="road", keys=["b", "c", "c"], today=TODAY)
    assert sorted(chosen(learner)) == ["b", "c", "year_1"]
    assert PersonExperience.objects.get(user=learner, experience__key="b") == kept


def test_choice_of_nothing_clears_the_group(learner: User) -> None:
    experience("road", "a")
    choose_experiences(by=learner, group="road", keys=["a"], today=TODAY)
    choose_experiences(by=learner, group="road", keys=[], today=TODAY)
    assert chosen(learner) == []


def test_choice_leaves_other_people_alone(learner: User) -> None:
    experience("road", "a")
    other = UserFactory.create()
    choose_experiences(by=other, group="road", keys=["a"], today=TODAY)
    choose_experiences(by=learner, group="road", keys=[], today=TODAY)
    assert chosen(other) == ["a"]


@pytest.mark.parametrize("keys", [["unknown"], ["a", "unknown"], ["retired"], ["of_another_group"]])
def test_choice_that_is_not_offered_is_refused_and_changes_nothing(keys: list[str], learner: User) -> None:
    experience("road", "a")
    experience("road", "retired", retired_at=timezone.now())
    experience("stage", "of_another_group")
    choose_experiences(by=learner, group="road", keys=["a"], today=TODAY)
    with pytest.raises(ExperienceChoiceError, match="not available any more"):
        choose_experiences(by=learner, group="road", keys=keys, today=TODAY)
    assert chosen(learner) == ["a"]


@pytest.mark.parametrize("privacy", [Privacy.P3, Privacy.P4])
def test_choice_of_sensitive_terms_is_refused(privacy: Privacy, learner: User) -> None:
    experience("health", "a", learner_privacy=privacy)
    with pytest.raises(ExperienceChoiceError, match="own consent"):
        choose_experiences(by=learner, group="health", keys=["a"], today=TODAY)
    assert chosen(learner) == []


@pytest.mark.parametrize("privacy", [Privacy.P0, Privacy.P1, Privacy.P2])
def test_choice_of_other_terms_is_kept(privacy: Privacy, learner: User) -> None:
    experience("road", "a", learner_privacy=privacy)
    choose_experiences(by=learner, group="road", keys=["a"], today=TODAY)
    assert chosen(learner) == ["a"]


def test_choice_of_two_is_refused_where_one_is_asked(learner: User) -> None:
    for key in ("a", "b"):
        experience("stage", key, kind=Kind.SINGLE)
    choose_experiences(by=learner, group="stage", keys=["a"], today=TODAY)
    with pytest.raises(ExperienceChoiceError, match="choose one"):
        choose_experiences(by=learner, group="stage", keys=["a", "b"], today=TODAY)
    assert chosen(learner) == ["a"]


def test_choice_of_several_groups_is_kept_whole_or_not_at_all(learner: User) -> None:
    for group, key in (("road", "a"), ("stage", "b"), ("help", "c")):
        experience(group, key)
    choose_experiences(by=learner, group="help", keys=["c"], today=TODAY)
    choose_several(by=learner, choices={"road": ["a"], "stage": ["b"]}, today=TODAY)
    assert sorted(chosen(learner)) == ["a", "b", "c"]
    with pytest.raises(ExperienceChoiceError) as caught:
        choose_several(by=learner, choices={"road": [], "stage": ["unknown"]}, today=TODAY)
    assert (caught.value.group, sorted(chosen(learner))) == ("stage", ["a", "b", "c"])


@pytest.mark.parametrize(("count", "is_kept"), [(3, True), (4, False)])
def test_choice_of_what_matters_most_is_of_three(learner: User, count: int, is_kept: bool) -> None:
    keys = [experience("values_now", f"value_{number}").key for number in range(count)]
    if is_kept:
        choose_experiences(by=learner, group="values_now", keys=keys, today=TODAY)
    else:
        with pytest.raises(ExperienceChoiceError, match=r"^Please choose up to 3\.$"):
            choose_experiences(by=learner, group="values_now", keys=keys, today=TODAY)
    assert len(chosen(learner)) == (count if is_kept else 0)


@pytest.mark.parametrize(
    ("year", "month"),
    [(2013, 1), (2008, 11), (None, None)],
    ids=["13", "17 until the month is over", "not told"],
)
def test_choice_of_private_terms_is_not_stored_of_minors(year: int | None, month: int | None) -> None:
    minor = UserFactory.create(birth_year=year, birth_month=month)
    experience("road", "open", learner_privacy=Privacy.P1)
    experience("status", "private", learner_privacy=Privacy.P2)
    choose_experiences(by=minor, group="road", keys=["open"], today=TODAY)
    with pytest.raises(ExperienceChoiceError, match="from 18 on"):
        choose_experiences(by=minor, group="status", keys=["private"], today=TODAY)
    assert chosen(minor) == ["open"]


def test_choice_of_private_terms_is_kept_from_18_on() -> None:
    adult = UserFactory.create(birth_year=2008, birth_month=10)
    experience("status", "private", learner_privacy=Privacy.P2)
    choose_experiences(by=adult, group="status", keys=["private"], today=TODAY)
    assert chosen(adult) == ["private"]


def test_choice_of_one_replaces_a_retired_one(learner: User) -> None:
    old = experience("stage", "old", kind=Kind.SINGLE)
    experience("stage", "new", kind=Kind.SINGLE)
    choose_experiences(by=learner, group="stage", keys=["old"], today=TODAY)
    old.retired_at = timezone.now()
    old.save()
    choose_experiences(by=learner, group="stage", keys=[], today=TODAY)
    assert chosen(learner) == ["old"]
    choose_experiences(by=learner, group="stage", keys=["new"], today=TODAY)
    assert chosen(learner) == ["new"]
