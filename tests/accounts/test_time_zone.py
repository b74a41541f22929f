"""Pages and mails tell times in the zone of who reads them."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts.middleware import TimeZoneMiddleware
from accounts.models import User
from tests.accounts.conftest import Worker, html_of
from tests.factories.people import PASSWORD, UserFactory, staff
from tests.factories.questions import QuestionFactory

pytestmark = pytest.mark.django_db
# Already Sunday in UTC and still Saturday in New York.
NIGHT = datetime(2026, 11, 22, 2, 30, tzinfo=UTC)
MONTHS_LATER = datetime(2027, 3, 1, tzinfo=UTC)
DAYS_AND_HOURS = re.compile(r"""\|(?:date|time):["']([^"']*)["']""")


def page_of(client: Client) -> str:
    question = QuestionFactory.create(asked_at=NIGHT)
    with time_machine.travel(MONTHS_LATER, tick=False):
        return client.get(question.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("America/New_York", "November 21, 2026"),
        ("Asia/Kolkata", "November 22, 2026"),
        ("UTC", "November 22, 2026"),
        # A zone that was renamed or never was: the site's own.
        ("Mars/Olympus", "November 22, 2026"),
    ],
)
def test_days_are_those_of_who_reads(zone: str, day: str) -> None:
    with time_machine.travel(MONTHS_LATER, tick=False):
        client = Client()
        client.force_login(UserFactory.create(time_zone=zone))
    assert f">{day}</time>" in page_of(client)


def test_visitor_reads_the_days_of_the_site(client: Client) -> None:
    assert ">November 22, 2026</time>" in page_of(client)


def test_zone_ends_with_the_request(client: Client) -> None:
    client.force_login(UserFactory.create(time_zone="Asia/Kolkata"))
    client.get("/dashboard/")
    assert timezone.get_current_timezone() == timezone.get_default_timezone()


def test_zone_ends_with_a_request_that_fails(client: Client) -> None:
    client.force_login(UserFactory.create(time_zone="Asia/Kolkata"))
    seen: list[str] = []

    def fail(request: Any) -> Any:
        seen.append(str(timezone.get_current_timezone()))
        raise RuntimeError

    request = RequestFactory().get("/")
    request.user = User.objects.get()
    request.COOKIES["session"] = "x"
    with pytest.raises(RuntimeError):
        TimeZoneMiddleware(fail)(request)
    assert (seen, str(timezone.get_current_timezone())) == (["Asia/Kolkata"], "UTC")


def test_zone_costs_no_query(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        client.get("/accounts/password/reset/done/")
    client.force_login(UserFactory.create(time_zone="Asia/Kolkata"))
    # The session, and who it belongs to.
    with django_assert_num_queries(2):
        client.get("/accounts/birth/")


def test_staff_pages_name_the_zone_of_their_times(client: Client) -> None:
    client.force_login(staff("editor", time_zone="America/Los_Angeles"))
    assert "Times: America/Los Angeles" in client.get("/admin/").content.decode()


@pytest.mark.parametrize(
    ("zone", "told"), [("Asia/Kolkata", "8:00 a.m. (IST)"), ("Nowhere", "2:30 a.m. (UTC)")]
)
def test_mail_about_a_change_names_hour_and_zone(zone: str, told: str, work_off: Worker) -> None:
    with time_machine.travel(NIGHT, tick=False):
        user, client = UserFactory.create(time_zone=zone), Client()
        client.force_login(user)
        new = {"password1": "another-long-password", "password2": "another-long-password"}
        client.post("/accounts/password/change/", {"oldpassword": PASSWORD, **new})
        (sent,) = work_off()
    sentence = f"It was done on November 22, 2026 at {told}."
    assert sentence in str(sent.body)
    assert sentence in " ".join(html_of(sent).split())


def test_every_hour_in_a_template_names_its_zone() -> None:
    pages = (Path(__file__).resolve().parents[2] / "templates").rglob("*.*")
    told = [words for page in pages for words in DAYS_AND_HOURS.findall(page.read_text(encoding="utf-8"))]
    with_hour = [words for words in told if set(words) & set("gGhHPfi")]
    assert with_hour
    assert [words for words in with_hour if not set(words) & set("Te")] == []
