"""Report something, say more about it, and appeal."""

from datetime import timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError

from accounts.models.safety import CLOCKS, ReportReason
from accounts.services.reports import MAX_TEXT
from accounts.services.sanctions import MAX_APPEAL
from breakthru.lib.fields import FormToken

_PROMISES = {
    timedelta(hours=1): "We decide within an hour.",
    timedelta(days=1): "We decide within a day.",
    timedelta(days=2): "We decide within two days.",
    timedelta(days=5): "We decide within five days.",
}
_MEANINGS = {
    ReportReason.SAFETY: "Somebody may be hurt, or may hurt themselves.",
    ReportReason.SEXUAL: "Flirting, pictures, remarks about a body, or anything like it.",
    ReportReason.UNCOMFORTABLE: "You need no better reason than that.",
    ReportReason.OFF_PLATFORM: "To another app, a phone number, or a meeting alone.",
    ReportReason.HARASSMENT: "Insults, threats, or contempt for who somebody is.",
    ReportReason.PRIVACY: "It shows who a patient or another person is.",
    ReportReason.HARMFUL_ADVICE: "It could cost somebody their health, their money or a place.",
    ReportReason.WRITE_FOR_ME: "An essay, an application, a test.",
    ReportReason.MONEY: "Asks for money, sells something, or advertises.",
    ReportReason.CONFLICT: "Somebody gains from their advice and does not say so.",
    ReportReason.IMPERSONATION: "Somebody says that they are who they are not.",
    ReportReason.SPAM: "The same again and again, or nothing to do with medicine.",
    ReportReason.OTHER: "Please say below what it is.",
}


def _reasons() -> list[tuple[str, str]]:
    """Return each reason with a second line: what it means, and how fast we look."""
    return [
        (reason.value, f"{reason.label}\n{_MEANINGS[reason]} {_PROMISES[CLOCKS[reason]]}")
        for reason in ReportReason
    ]


class WordsField(forms.CharField):
    """A few paragraphs of plain text; a line break counts once, as the browser counts it."""

    def __init__(self, *, max_length: int, rows: int = 5, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


class _SafetyForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class ReportForm(_SafetyForm):
    """Why, and in the reporter's own words; what is reported comes from the address."""

    token = FormToken()
    reason = forms.ChoiceField(
        label="What is it about?",
        help_text="If several fit, choose the one that worries you most.",
        choices=_reasons,
        widget=forms.RadioSelect(attrs={"data-look": "choice"}),
        error_messages={"required": "Please choose what comes closest."},
    )
    text = WordsField(
        label="Is there anything we should know?",
        help_text="A sentence is plenty, and you may leave it empty. Only those who look at it read it.",
        required=False,
        max_length=MAX_TEXT,
    )

    def clean_reason(self) -> ReportReason:
        """Return the reason itself."""
        return ReportReason(self.cleaned_data["reason"])

    def clean(self) -> dict[str, Any]:
        """Something else needs a word about what."""
        data = super().clean() or {}
        if data.get("reason") == ReportReason.OTHER and not data.get("text") and "text" not in self.errors:
            self.add_error("text", ValidationError("Please say in a sentence what it is."))
        return data


class AddWordsForm(_SafetyForm):
    """More about something that was reported."""

    text = WordsField(label="Add something", max_length=MAX_TEXT)
    is_urgent = forms.BooleanField(label="Somebody may be in danger now", required=False)


class AppealForm(_SafetyForm):
    """Why a decision should be looked at again."""

    text = WordsField(
        label="What should we look at again?",
        help_text="What happened as you see it, or what we did not know. Somebody new to it reads it.",
        max_length=MAX_APPEAL,
        rows=8,
    )
