"""The three short steps after sign-up; each may be skipped."""

from typing import Any, NamedTuple

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms

from accounts.forms.vocabulary import chosen_in, group_field, initial_for, keys_by_group
from accounts.models import Experience, ExperienceGroup, PersonExperience, User
from accounts.models.experience import AskedIn


class Step(NamedTuple):
    """One page of the onboarding: its address, its name in the progress line, its words."""

    key: str
    name: str
    title: str
    lead: str
    groups: tuple[str, ...]


STEPS = (
    Step(
        "stage",
        "Where I am",
        "Where are you right now?",
        "Good advice changes with the year you are in. All of it can change later.",
        ("education_stage", "target_profession", "application_status"),
    ),
    Step(
        "road",
        "My road",
        "Which road are you on?",
        "Every road here has been walked by somebody. Choose what fits, or nothing at all.",
        ("road", "community_college"),
    ),
    Step(
        "help",
        "Help I want",
        "What would help now?",
        "So that the first thing you see is the thing you came for.",
        ("help_topic",),
    ),
)


# What staff added to the questions of the onboarding is asked with the road.
OTHERS = STEPS[1]


def step_of(group: str) -> Step:
    """Return the step that asks `group`."""
    return next((step for step in STEPS if group in step.groups), OTHERS)


def step_to_show(named: str, known: list[Experience]) -> Step:
    """Return the step of that name, otherwise the first that nothing in `known` answers, or the first."""
    told = {term.group_id for term in known}
    answered = {step.key for step in STEPS if told.intersection(step.groups)}
    asked_for = [step for step in STEPS if step.key == named]
    still_open = [step for step in STEPS if step.key not in answered]
    return [*asked_for, *still_open, *STEPS][0]


def steps_around(step: Step) -> tuple[Step | None, Step | None]:
    """Return the steps before and after, None where there is none."""
    around = (None, *STEPS, None)
    place = around.index(step)
    return around[place - 1], around[place + 1]


class OnboardingForm(forms.Form):
    """The groups of one step. A field has its group's key as its name."""

    def __init__(self, data: Any = None, *, step: Step, user: User, is_adult: bool) -> None:
        known = keys_by_group(PersonExperience.objects.all_of(user))
        asked = ExperienceGroup.objects.asked_of_learners(AskedIn.ONBOARDING).with_terms(
            Experience.objects.offered_to(is_adult=is_adult)
        )
        self.groups = sorted((g for g in asked if step_of(g.key) == step), key=lambda g: _place(step, g.key))
        super().__init__(data, initial={group.key: initial_for(group, known) for group in self.groups})
        for group in self.groups:
            self.fields[group.key] = group_field(group, single="choice", several="chips")
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(*[group.key for group in self.groups])

    def choices(self) -> dict[str, list[str]]:
        """Return the chosen keys by group, for the service."""
        return {group.key: chosen_in(self.cleaned_data[group.key]) for group in self.groups}


def _place(step: Step, group: str) -> int:
    return step.groups.index(group) if group in step.groups else len(step.groups)
