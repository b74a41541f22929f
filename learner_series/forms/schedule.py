"""Staff form that says when a revision goes to readers: a day and an hour in a time zone."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminSingleDateWidget, UnfoldAdminSingleTimeWidget

EASTERN = "America/New_York"
ZONES = [
    (EASTERN, "Eastern Time (New York)"),
    ("America/Chicago", "Central Time (Chicago)"),
    ("America/Denver", "Mountain Time (Denver)"),
    ("America/Phoenix", "Mountain Time all year (Phoenix)"),
    ("America/Los_Angeles", "Pacific Time (Los Angeles)"),
    ("America/Anchorage", "Alaska Time (Anchorage)"),
    ("Pacific/Honolulu", "Hawaii Time (Honolulu)"),
    ("America/Puerto_Rico", "Atlantic Time all year (San Juan)"),
    ("UTC", "UTC"),
]
# Nobody plans further; beyond it stands a slip of the keyboard.
LONGEST = timedelta(days=366)
DAY = timedelta(days=1)


class ScheduleForm(forms.Form):
    """A day, an hour and a zone. Valid, it has `at`, and `is_twice` where the clocks repeat that hour."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    day = forms.DateField(
        widget=UnfoldAdminSingleDateWidget(),
        error_messages={"required": "Please choose a day."},
    )
    hour = forms.TimeField(
        widget=UnfoldAdminSingleTimeWidget(),
        help_text="Such as 09:00 or 17:30.",
        error_messages={"required": "Please choose an hour."},
    )
    zone = forms.ChoiceField(
        label="Time zone", choices=ZONES, initial=EASTERN, widget=UnfoldAdminSelectWidget(choices=ZONES)
    )

    at: datetime
    is_twice: bool

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def clean_day(self) -> date:
        """Within a year; what is past by the hour is told by `clean`."""
        day: date = self.cleaned_data["day"]
        if not self.now.date() - DAY <= day <= self.now.date() + LONGEST:
            message = "Please choose a day from today on, within a year."
            raise forms.ValidationError(message, code="range")
        return day

    def clean(self) -> dict[str, Any]:
        """The hour exists on that day in that zone, and is still ahead."""
        cleaned: dict[str, Any] = self.cleaned_data
        day, hour, zone = (cleaned.get(name) for name in ("day", "hour", "zone"))
        if day is None or hour is None or not zone:
            return cleaned
        self.at, self.is_twice, exists = _instant(day, hour, zone)
        if not exists:
            self.add_error("hour", "That hour does not exist on that day, because the clocks change.")
        elif self.at <= self.now:
            self.add_error("hour", "That hour has passed. Please choose one in the future.")
        return cleaned


def _instant(day: date, hour: time, zone: str) -> tuple[datetime, bool, bool]:
    """Return the instant in UTC, whether the hour comes twice on that day, and whether it comes at all.

    Of two, the first is taken. An hour that the clocks skip does not come back from UTC as it went (PEP 495).
    """
    local = datetime.combine(day, hour, ZoneInfo(zone))
    instant = local.astimezone(UTC)
    exists = instant.astimezone(local.tzinfo).replace(tzinfo=None) == local.replace(tzinfo=None)
    is_twice = exists and local.utcoffset() != local.replace(fold=1).utcoffset()
    return instant, is_twice, exists
