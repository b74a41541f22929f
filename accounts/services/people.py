"""Use cases around a person's own account."""

import secrets
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.text import slugify

from accounts.models import Experience, PersonExperience, User
from accounts.models.experience import Kind, Privacy
from accounts.permissions import is_adult

# No vowels and no look-alikes: the random end of a public name spells no word.
ALPHABET = "bcdfghjkmnpqrstvwxz23456789"
# Groups that ask for the few that matter most.
MOST = {"values_now": 3}


class ExperienceChoiceError(ValueError):
    """The keys do not fit the group: unknown, retired, too many, or not for this table or this age."""

    def __init__(self, message: str, *, group: str) -> None:
        super().__init__(message)
        self.group = group


@dataclass(frozen=True)
class ProfileDraft:
    """What a person chose: their name, keys of the vocabulary by group, and their IANA time zone."""

    display_name: str
    choices: dict[str, list[str]]
    time_zone: str


def new_public_slug(display_name: str) -> str:
    """Return a public name such as "jordan-x7kq2p": readable, and no hint to the e-mail address."""
    word = slugify(display_name)[:40].strip("-") or "member"
    return f"{word}-{''.join(secrets.choice(ALPHABET) for _ in range(6))}"


@transaction.atomic
def choose_experiences(*, by: User, group: str, keys: list[str], today: date) -> None:
    """Make `keys` the person's whole choice in `group`; raises ExperienceChoiceError.

    Only classes P0 to P2 are kept here, of minors P0 and P1: P3 needs its own opt-in and is stored
    encrypted, P4 is never collected from learners.
    """
    terms = list(Experience.objects.in_use().for_group(group).filter(key__in=keys))
    fault = _fault(group, terms, keys, may_be_private=is_adult(by, today))
    if fault:
        raise ExperienceChoiceError(fault, group=group)
    # Lock the person, so that two tabs do not leave a mix of both choices.
    User.objects.select_for_update().get(pk=by.pk)
    held = PersonExperience.objects.for_group(group).filter(user=by)
    if not (terms and terms[0].kind == Kind.SINGLE):
        # A retired term stays with who holds it: no form offers it, so no form can mean to drop it.
        held = held.filter(experience__retired_at=None)
    held.exclude(experience__in=terms).delete()
    PersonExperience.objects.bulk_create(
        [PersonExperience(user=by, experience=term) for term in terms], ignore_conflicts=True
    )


def _fault(group: str, terms: list[Experience], keys: list[str], *, may_be_private: bool) -> str:
    classes = {term.learner_privacy for term in terms}
    most = 1 if terms and terms[0].kind == Kind.SINGLE else MOST.get(group, len(terms))
    if len(terms) != len(set(keys)):
        return "One of the choices is not available any more."
    if classes & {Privacy.P3, Privacy.P4}:
        return "This is asked with its own consent."
    if Privacy.P2 in classes and not may_be_private:
        return "We ask this from 18 on."
    if len(terms) > most:
        return "Please choose one." if most == 1 else f"Please choose up to {most}."
    return ""


@transaction.atomic
def choose_several(*, by: User, choices: dict[str, list[str]], today: date) -> None:
    """Keep choices in several groups, all or nothing; groups that are not named stay as they are.

    Raises ExperienceChoiceError.
    """
    for group, keys in choices.items():
        choose_experiences(by=by, group=group, keys=keys, today=today)


@transaction.atomic
def change_profile(*, by: User, draft: ProfileDraft, today: date) -> None:
    """Keep a person's name, time zone and choices; groups that `draft` does not name stay as they are.

    Raises ExperienceChoiceError. The public name in addresses stays: links to a person must not break.
    """
    choose_several(by=by, choices=draft.choices, today=today)
    by.display_name, by.time_zone = draft.display_name, draft.time_zone
    by.save(update_fields=["display_name", "time_zone"])
