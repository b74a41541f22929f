"""Use cases around a person's own account."""

import secrets
from dataclasses import dataclass

from django.db import transaction
from django.utils.text import slugify

from accounts.models import Experience, PersonExperience, User
from accounts.models.experience import Kind, Privacy

# No vowels and no look-alikes: the random end of a public name spells no word.
ALPHABET = "bcdfghjkmnpqrstvwxz23456789"


class ExperienceChoiceError(ValueError):
    """The keys do not fit the group: unknown, retired, too many, or of a class this table may not hold."""


@dataclass(frozen=True)
class ProfileDraft:
    """What a person chose: their name, and keys of the vocabulary by group."""

    display_name: str
    choices: dict[str, list[str]]


def new_public_slug(display_name: str) -> str:
    """Return a public name such as "jordan-x7kq2p": readable, and no hint to the e-mail address."""
    word = slugify(display_name)[:40].strip("-") or "member"
    return f"{word}-{''.join(secrets.choice(ALPHABET) for _ in range(6))}"


@transaction.atomic
def choose_experiences(*, by: User, group: str, keys: list[str]) -> None:
    """Make `keys` the person's whole choice in `group`; raises ExperienceChoiceError.

    Only classes P0 to P2 are kept here: P3 needs its own opt-in and is stored encrypted, P4 is never
    collected from learners.
    """
    terms = list(Experience.objects.in_use().for_group(group).filter(key__in=keys))
    if len(terms) != len(set(keys)):
        message = "One of the choices is not available any more."
        raise ExperienceChoiceError(message)
    if any(term.learner_privacy in (Privacy.P3, Privacy.P4) for term in terms):
        message = "This is asked with its own consent."
        raise ExperienceChoiceError(message)
    if len(terms) > 1 and terms[0].kind == Kind.SINGLE:
        message = "Please choose one."
        raise ExperienceChoiceError(message)
    # Lock the person, so that two tabs do not leave a mix of both choices.
    User.objects.select_for_update().get(pk=by.pk)
    # A retired term stays with who holds it: no form offers it, so no form can mean to drop it.
    held = PersonExperience.objects.for_group(group).filter(user=by, experience__retired_at=None)
    held.exclude(experience__in=terms).delete()
    PersonExperience.objects.bulk_create(
        [PersonExperience(user=by, experience=term) for term in terms], ignore_conflicts=True
    )


@transaction.atomic
def change_profile(*, by: User, draft: ProfileDraft) -> None:
    """Keep a person's name and choices; groups that `draft` does not name stay as they are.

    Raises ExperienceChoiceError. The public name in addresses stays: links to a person must not break.
    """
    for group, keys in draft.choices.items():
        choose_experiences(by=by, group=group, keys=keys)
    by.display_name = draft.display_name
    by.save(update_fields=["display_name"])
