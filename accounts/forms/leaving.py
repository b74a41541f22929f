"""Ask for one's account to be deleted."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms


class LeavingForm(forms.Form):
    """One tick, so that nobody leaves by a slip."""

    is_sure = forms.BooleanField(
        label="Yes, delete my account",
        error_messages={"required": "Please tick this, or keep your account."},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
