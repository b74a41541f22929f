"""Time zones by name."""

from datetime import tzinfo
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone


def zone_or_default(name: str) -> tzinfo:
    """Return the zone of that name; for a name that means none, the site's own (TIME_ZONE)."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        # A folder or a path instead of a zone, letters that no zone has, and a zone that does not exist.
        return timezone.get_default_timezone()


def staff_label(request: HttpRequest) -> list[str]:
    """Name the zone in which staff pages tell times, for their head: its words and its color."""
    return [f"Times: {str(timezone.get_current_timezone()).replace('_', ' ')}", "default"]
