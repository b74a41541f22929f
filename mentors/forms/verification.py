"""The staff form that changes whether a mentor counts as verified."""

from datetime import date
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminSingleDateWidget, UnfoldAdminTextareaWidget

from mentors.models.profile import Verification


class VerificationForm(forms.Form):
    """New verification, its end, and why. `today` is the day it is changed on."""

    verification = forms.ChoiceField(
        choices=Verification.choices, widget=UnfoldAdminSelectWidget(choices=Verification.choices)
    )
    until = forms.DateField(
        label="Verified until",
        required=False,
        help_text="The last day it holds, usually the end of the academic year. Needed for “Verified” only.",
        widget=UnfoldAdminSingleDateWidget(),
    )
    reason = forms.CharField(
        max_length=300,
        help_text="It goes to the audit log. The mentor may ask for it, so write what you would say to them.",
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
        error_messages={"required": "Please give a reason; the mentor may ask for it."},
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self) -> dict[str, Any]:
        """A verification ends on a day that lies ahead."""
        cleaned: dict[str, Any] = self.cleaned_data
        is_verified, until = cleaned.get("verification") == Verification.VERIFIED, cleaned.get("until")
        if is_verified and "until" in cleaned and (until is None or until < self.today):
            self.add_error("until", "A verification needs an end that lies ahead.")
        return cleaned
