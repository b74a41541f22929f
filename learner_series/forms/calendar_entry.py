"""Staff form of a date of the application year."""

from datetime import date
from typing import Any

from django import forms

from learner_series.forms.fact import SourceField, past_day
from learner_series.models import CalendarEntry


class CalendarEntryForm(forms.ModelForm):  # type: ignore[type-arg]  # no subscript at run time
    """The rules of the database, told beside their fields."""

    source_url = SourceField()

    class Meta:
        model = CalendarEntry
        fields = [
            "key", "kind", "service", "title", "starts_on", "ends_on", "cycle_year", "source_name",
            "source_url", "checked_on", "is_estimate",
        ]  # fmt: skip

    def clean_checked_on(self) -> date:
        """Nobody has checked tomorrow."""
        return past_day(self.cleaned_data["checked_on"])

    def clean(self) -> dict[str, Any]:
        """It ends on its first day or after."""
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first is not None and last is not None and last < first:
            self.add_error("ends_on", "The last day comes before the first.")
        return cleaned
