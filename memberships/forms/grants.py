"""The staff forms that give Premium, let it run longer, and end it."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminSingleDateWidget, UnfoldAdminTextareaWidget

from accounts.models import User
from accounts.models.audit import LONGEST_REASON
from memberships.models import AccessGrant
from memberships.models.grant import STAFF_MAY_GIVE

SOURCES = [(source.value, source.label) for source in STAFF_MAY_GIVE]
# Nobody plans further; beyond it stands a slip of the keyboard.
LONGEST = timedelta(days=3653)


class PersonSelect(AutocompleteSelect):
    """The select that asks admin.people.PersonSearch."""

    url_name = "%s:memberships_accessgrant_people"


class ReasonForm(forms.Form):
    """Why a step is taken."""

    reason = forms.CharField(
        max_length=LONGEST_REASON,
        help_text="It goes to the audit log. The person may ask for it, so write what you would say to them,"
        " and nothing about their health, family or money.",
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
        error_messages={"required": "Please give a reason; the person may ask for it."},
    )


class UntilForm(ReasonForm):
    """A last day beside the reason. `today` is the day the step is taken on."""

    until = forms.DateField(
        label="Last day",
        help_text="Premium holds until the end of this day.",
        widget=UnfoldAdminSingleDateWidget(),
        error_messages={"required": "Please choose the last day."},
    )
    field_order = ["user", "source", "until", "reason"]

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_until(self) -> date | None:
        """The last day is ahead, and not far beyond what anybody plans."""
        until: date | None = self.cleaned_data["until"]
        if until is not None and not self.today <= until <= self.today + LONGEST:
            message = "Please choose a day from today on, within ten years."
            raise forms.ValidationError(message, code="range")
        return until

    @property
    def ends_at(self) -> datetime | None:
        """The end of the last day, of a valid form; None where none was chosen."""
        until: date | None = self.cleaned_data["until"]
        if until is None:
            return None
        return datetime.combine(until + timedelta(days=1), time.min, timezone.get_current_timezone())


class GiveForm(UntilForm):
    """To whom, and as what."""

    user = forms.ModelChoiceField(
        label="Person",
        queryset=User.objects.filter(is_active=True),
        help_text="Type a name, or the whole e-mail address.",
        widget=PersonSelect(AccessGrant._meta.get_field("user"), admin.site),
        error_messages={"required": "Please choose a person."},
    )
    source = forms.ChoiceField(label="As", choices=SOURCES, widget=UnfoldAdminSelectWidget(choices=SOURCES))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].required = False
        self.fields["until"].help_text += " Leave it empty to let it hold until somebody ends it."
