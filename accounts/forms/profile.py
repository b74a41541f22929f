"""A person's own profile: name, stage, service, roads."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms

from accounts.models import Experience, PersonExperience, User
from accounts.models.user import VISIBLE_LINE
from accounts.services.people import ProfileDraft
from breakthru.lib.layout import Fold

# Field of the form → group of the vocabulary.
GROUPS = {"stage": "education_stage", "service": "application_service", "roads": "road"}


class ProfileForm(forms.Form):
    """The name beside a post, and what fills in the form to ask. Only the name is required."""

    display_name = forms.CharField(
        label="First name",
        max_length=40,
        validators=[VISIBLE_LINE],
        help_text="Shown beside what you post. A nickname is fine.",
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    stage = forms.ModelChoiceField(
        label="Where are you now?",
        help_text="Good advice changes with where you are. It fills in the form when you ask.",
        queryset=Experience.objects.none(),
        to_field_name="key",
        required=False,
        empty_label="I would rather not say",
    )
    service = forms.ModelMultipleChoiceField(
        label="How will you apply?",
        help_text="Each application service has its own forms and dates. This is not shown to others.",
        queryset=Experience.objects.none(),
        to_field_name="key",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    roads = forms.ModelMultipleChoiceField(
        label="Choose what fits",
        help_text="How you came here, or are coming. It fills in the form when you ask.",
        queryset=Experience.objects.none(),
        to_field_name="key",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data, initial=_initial(user))
        for name, group in GROUPS.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = Experience.objects.in_use().kept_openly().for_group(group)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout("display_name", "stage", "service", Fold("Your road", "roads"))

    def draft(self) -> ProfileDraft:
        """Return what was chosen, for the service."""
        data = self.cleaned_data
        return ProfileDraft(
            display_name=" ".join(data["display_name"].split()),
            choices={
                "education_stage": [data["stage"].key] if data["stage"] else [],
                "application_service": [term.key for term in data["service"]],
                "road": [term.key for term in data["roads"]],
            },
        )


def _initial(user: User) -> dict[str, Any]:
    known = PersonExperience.objects.all_of(user)
    return {
        "display_name": user.display_name,
        "stage": next((term.key for term in known if term.group_id == "education_stage"), None),
        "service": [term.key for term in known if term.group_id == "application_service"],
        "roads": [term.key for term in known if term.group_id == "road"],
    }
