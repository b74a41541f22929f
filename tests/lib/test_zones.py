"""Time zones by name."""

from zoneinfo import ZoneInfo

import pytest
from django.test import RequestFactory
from django.utils import timezone

from breakthru.lib.zones import staff_label, zone_or_default


@pytest.mark.parametrize("name", ["Asia/Kolkata", "America/New_York", "UTC"])
def test_zone_is_the_one_of_that_name(name: str) -> None:
    assert zone_or_default(name) == ZoneInfo(name)


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "America", "../etc/passwd", "\x00", "x" * 5000])
def test_name_of_no_zone_means_that_of_the_site(name: str) -> None:
    assert zone_or_default(name) == timezone.get_default_timezone()


def test_staff_pages_name_their_zone() -> None:
    with timezone.override("America/New_York"):
        assert staff_label(RequestFactory().get("/admin/")) == ["Times: America/New York", "default"]
