"""The page of my copy, and the way to the file."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from accounts.models import DataExport, User
from accounts.services.exporting import make_export, request_export, tell_of_export
from breakthru.outbox.models import Outbox
from tests.factories.people import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
URL = "/accounts/export/"
DAY = timedelta(days=1)
PAGE_QUERIES = 3


@pytest.fixture
def user(client: Client) -> User:
    """Somebody who is signed in, and gave their password a while ago."""
    made: User = UserFactory.create()
    client.force_login(made)
    return made


def give_password(client: Client, then: str = URL) -> Any:
    return client.post(f"/accounts/reauthenticate/?next={then}", {"password": PASSWORD, "next": then})


def made(user: User, ago: timedelta = timedelta(0)) -> DataExport:
    now = timezone.now() - ago
    export = DataExport.objects.create(user=user, requested_at=now)
    make_export(export_id=export.pk, now=now)
    export.refresh_from_db()
    return export


def words(client: Client) -> str:
    page = client.get(URL)
    assert page.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


BEGINNINGS = ("Make my copy", "Make a new copy", "We are making your copy", "Download my copy", "is deleted")


def shown(client: Client) -> list[str]:
    found = words(client)
    return [part for part in BEGINNINGS if part in found]


# --- The page


def test_page_offers_a_copy(client: Client, user: User) -> None:
    assert shown(client) == ["Make my copy"]


def test_page_says_that_one_is_being_made(client: Client, user: User) -> None:
    request_export(by=user, now=timezone.now())
    assert shown(client) == ["We are making your copy"]


def test_page_leads_to_the_file(client: Client, user: User) -> None:
    export = made(user)
    assert shown(client) == ["Download my copy"]
    assert f'href="/accounts/export/{export.pk}/"' in client.get(URL).content.decode()
    assert "once a day" in words(client)


def test_page_offers_another_on_the_next_day(client: Client, user: User) -> None:
    made(user, ago=2 * DAY)
    assert shown(client) == ["Make a new copy", "Download my copy"]


def test_page_says_that_the_last_one_is_gone(client: Client, user: User) -> None:
    made(user, ago=8 * DAY)
    assert shown(client) == ["Make a new copy", "is deleted"]


def test_page_offers_again_what_never_came_about(client: Client, user: User) -> None:
    request_export(by=user, now=timezone.now() - 2 * DAY)
    assert shown(client) == ["Make a new copy", "We are making your copy"]


@pytest.mark.parametrize("count", [1, 3])
def test_page_has_a_fixed_number_of_queries(
    client: Client, user: User, count: int, django_assert_num_queries: Any
) -> None:
    for days in range(count):
        made(user, ago=days * DAY)
    with django_assert_num_queries(PAGE_QUERIES):
        client.get(URL)


def test_page_counts_as_seen_what_led_to_it(client: Client, user: User) -> None:
    tell_of_export(export_id=made(user).pk, now=timezone.now())
    user.refresh_from_db()
    assert user.unread_count == 1
    client.get(URL)
    user.refresh_from_db()
    assert user.unread_count == 0


def test_page_leads_back(client: Client, user: User) -> None:
    assert 'href="/accounts/privacy/">Back to privacy' in client.get(URL).content.decode()


# --- Asking


def test_password_is_asked_first_and_then_it_goes_on(client: Client, user: User) -> None:
    asked = client.post(URL)
    assert asked.headers["Location"] == "/accounts/reauthenticate/?next=%2Faccounts%2Fexport%2F"
    assert DataExport.objects.count() == 0
    after = give_password(client)
    assert (after.status_code, after.headers["Location"]) == (302, URL)
    assert DataExport.objects.get().user == user
    assert Outbox.objects.get().kind == "accounts.make_export"


def test_second_one_is_refused_in_words(client: Client, user: User) -> None:
    give_password(client)
    assert [client.post(URL).status_code for _ in range(2)] == [302, 302]
    assert (DataExport.objects.count(), "being made already" in words(client)) == (1, True)


def test_page_is_kept_nowhere(client: Client, user: User) -> None:
    assert "no-store" in client.get(URL).headers["Cache-Control"]


# --- Fetching


def test_file_is_sent_to_its_owner_after_the_password(client: Client, user: User) -> None:
    path = f"{URL}{made(user).pk}/"
    assert client.get(path).headers["Location"].startswith("/accounts/reauthenticate/")
    give_password(client, path)
    response: Any = client.get(path)
    # The day as it is where the person lives.
    today = timezone.localdate(timezone=ZoneInfo(user.time_zone)).isoformat()
    assert {name: response.headers[name] for name in ("Content-Type", "Content-Disposition")} == {
        "Content-Type": "application/zip",
        "Content-Disposition": f'attachment; filename="breakthru-data-{today}.zip"',
    }
    assert "no-store" in response.headers["Cache-Control"]
    archive = ZipFile(BytesIO(b"".join(response.streaming_content)))
    assert archive.namelist() == ["data.json", "index.html"]


def not_there(client: Client, export_id: object) -> int:
    give_password(client)
    return client.get(f"{URL}{export_id}/").status_code


def test_file_of_somebody_else_is_not_there(client: Client, user: User) -> None:
    assert not_there(client, made(UserFactory.create()).pk) == 404


def test_file_that_expired_is_not_there(client: Client, user: User) -> None:
    assert not_there(client, made(user, ago=8 * DAY).pk) == 404


def test_file_under_way_is_not_there(client: Client, user: User) -> None:
    assert not_there(client, request_export(by=user, now=timezone.now()).pk) == 404


def test_file_that_was_lost_is_not_there(client: Client, user: User) -> None:
    export = made(user)
    default_storage.delete(str(export.file.name))
    assert not_there(client, export.pk) == 404


def test_file_that_never_was_is_not_there_and_asks_no_password(client: Client, user: User) -> None:
    assert client.get(f"{URL}{uuid4()}/").status_code == 404
