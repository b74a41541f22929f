"""Was it helpful?"""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms


class FeedbackForm(forms.Form):
    """Yes, or no with what was missing. Only editors read it."""

    helpful = forms.ChoiceField(
        label="Did this article help you?",
        choices=[("yes", "Yes, it helped"), ("no", "Not really")],
        widget=forms.RadioSelect,
        error_messages={"required": "Please choose yes or no."},
    )
    missing = forms.CharField(
        label="What was missing?",
        help_text="A sentence is plenty. Only the editors read it.",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout("helpful", "missing")
