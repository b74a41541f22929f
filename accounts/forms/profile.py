"""A person's own profile: name, time zone, and what they tell of their road."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from crispy_forms.utils import TEMPLATE_PACK
from django import forms

from accounts.forms.vocabulary import chosen_in, group_field, initial_for, keys_by_group
from accounts.models import Experience, ExperienceGroup, PersonExperience, User
from accounts.models.experience import AskedIn
from accounts.models.user import VISIBLE_LINE
from accounts.services.people import ProfileDraft
from breakthru.lib.layout import Fold

# The rest of the database are old names and fixed offsets.
AREAS = ("America", "Pacific", "Africa", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Antarctica")
# Most people here are in one of these.
COMMON_ZONES = (
    ("America/New_York", "Eastern"),
    ("America/Chicago", "Central"),
    ("America/Denver", "Mountain"),
    ("America/Phoenix", "Arizona"),
    ("America/Los_Angeles", "Pacific"),
    ("America/Anchorage", "Alaska"),
    ("Pacific/Honolulu", "Hawaii"),
    ("America/Puerto_Rico", "Puerto Rico"),
)


Zones = list[tuple[str, list[tuple[str, str]]]]


@cache
def time_zones() -> Zones:
    """Return IANA time zones by area, those of the United States first."""
    common = {zone for zone, _ in COMMON_ZONES}
    names = sorted(available_timezones() - common)
    areas = [
        (
            area,
            [
                (name, name.partition("/")[2].replace("_", " "))
                for name in names
                if name.startswith(f"{area}/")
            ],
        )
        for area in AREAS
    ]
    return [("United States", list(COMMON_ZONES)), *areas, ("Other", [("UTC", "UTC")])]


def zones_with(own: str) -> Zones:
    """Return the time zones, with `own` on top when it is none of them, such as an old name."""
    known = {zone for _, zones in time_zones() for zone, _ in zones}
    return time_zones() if own in known else [("Mine", [(own, own)]), *time_zones()]


class GroupFold(Fold):
    """A fold whose line names its one field, so that the field need not do so again."""

    def render(
        self, form: forms.BaseForm, context: Any, template_pack: str = TEMPLATE_PACK, **kwargs: Any
    ) -> Any:
        """Render the fold with the field's name for screen readers only."""
        with context.push(form_show_labels=False):
            return super().render(form, context, template_pack=template_pack, **kwargs)


class ProfileForm(forms.Form):
    """The name beside a post, the time zone, and a fold for each group of the vocabulary. Only the name is
    required. A group's field has the group's key as its name.
    """

    display_name = forms.CharField(
        label="First name",
        max_length=40,
        validators=[VISIBLE_LINE],
        help_text="Shown beside what you post. A nickname is fine.",
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    time_zone = forms.ChoiceField(label="Time zone", help_text="So that times and quiet hours are yours.")

    def __init__(self, data: Any = None, *, user: User, is_adult: bool) -> None:
        known = keys_by_group(PersonExperience.objects.all_of(user))
        self.groups = list(
            ExperienceGroup.objects.asked_of_learners(AskedIn.ONBOARDING, AskedIn.PROFILE).with_terms(
                Experience.objects.offered_to(is_adult=is_adult)
            )
        )
        initial = {group.key: initial_for(group, known) for group in self.groups}
        super().__init__(
            data, initial={"display_name": user.display_name, "time_zone": user.time_zone, **initial}
        )
        self.fields["time_zone"].choices = zones_with(user.time_zone)  # type: ignore[attr-defined]
        for group in self.groups:
            self.fields[group.key] = group_field(group, single="select", several="chips")
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        folds = [GroupFold(group.label, group.key) for group in self.groups]
        self.helper.layout = Layout("display_name", "time_zone", *folds)

    def draft(self) -> ProfileDraft:
        """Return what was chosen, for the service."""
        data = self.cleaned_data
        return ProfileDraft(
            display_name=" ".join(data["display_name"].split()),
            choices={group.key: chosen_in(data[group.key]) for group in self.groups},
            time_zone=data["time_zone"],
        )


class SensitiveForm(forms.Form):
    """Sensitive terms, each ticked by itself. A term that left the vocabulary can still be taken back."""

    def __init__(self, data: Any = None, *, held: list[Experience]) -> None:
        known = keys_by_group(held)
        offered = Experience.objects.sensitive_for([term.pk for term in held])
        asked = ExperienceGroup.objects.asked_of_learners(AskedIn.ONBOARDING, AskedIn.PROFILE)
        self.groups = list(asked.with_terms(offered))
        super().__init__(data, initial={group.key: initial_for(group, known) for group in self.groups})
        for group in self.groups:
            self.fields[group.key] = group_field(group, single="check", several="check")
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(*[group.key for group in self.groups])

    def choices(self) -> dict[str, list[str]]:
        """Return the ticked keys by group, for the service."""
        return {group.key: chosen_in(self.cleaned_data[group.key]) for group in self.groups}
