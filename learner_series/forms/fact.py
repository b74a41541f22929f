"""Staff form of a fact card."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminURLInputWidget

from learner_series.models import FactCard

SECURE = "Please give an address that begins with https://."


class SourceField(forms.URLField):
    """Where a fact stands: an address that readers follow, encrypted on its way."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="Address of the source",
            max_length=500,
            assume_scheme="https",
            widget=UnfoldAdminURLInputWidget(),
            **kwargs,
        )

    def clean(self, value: Any) -> str:
        """Return the address; raises ValidationError for one that is not encrypted."""
        url = str(super().clean(value))
        if not url.startswith("https://"):
            raise forms.ValidationError(SECURE, code="insecure")
        return url


class ShortText(UnfoldAdminTextareaWidget):  # type: ignore[misc]  # unfold ships no types
    """Room for two or three sentences on one line of the database."""

    def __init__(self) -> None:
        super().__init__({"rows": 3})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        """Return what was typed, without its breaks."""
        return " ".join(str(data.get(name, "")).split())


class FactCardForm(forms.ModelForm):  # type: ignore[type-arg]  # no subscript at run time
    """The rules of the database, told beside their fields."""

    source_url = SourceField()

    class Meta:
        model = FactCard
        fields = ["key", "rule", "value", "source_name", "source_url", "checked_on", "review_on", "owner"]
        widgets = {"value": ShortText()}
        help_texts = {
            "key": "Texts name the card by it, so it stays. Lower-case letters, numbers and hyphens."
        }

    def clean_checked_on(self) -> date:
        """Nobody has checked tomorrow."""
        return past_day(self.cleaned_data["checked_on"])

    def clean(self) -> dict[str, Any]:
        """The next check comes after the last."""
        cleaned: dict[str, Any] = super().clean() or {}
        checked, due = cleaned.get("checked_on"), cleaned.get("review_on")
        if checked is not None and due is not None and due <= checked:
            self.add_error("review_on", "The next check comes after the day on which the fact was checked.")
        return cleaned


def past_day(day: date) -> date:
    """Return `day`; raises ValidationError for one that has not come."""
    if day > timezone.localdate():
        message = "That day has not come yet."
        raise forms.ValidationError(message, code="future")
    return day
