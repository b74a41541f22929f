"""Pages for machines, the theme, and the page after a form without a token."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.conf import LazySettings
from django.test import Client

from breakthru.readiness import Readiness


def test_healthz_answers_without_the_database(client: Client) -> None:
    # No django_db mark: a query would fail this test.
    response = client.get("/healthz")
    assert (response.status_code, response.content, response["Content-Type"]) == (200, b"ok\n", "text/plain")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(
    ("state", "status", "body"),
    [
        (Readiness(), 200, {"ready": True, "problems": [], "degraded": []}),
        (Readiness(degraded=["broker"]), 200, {"ready": True, "problems": [], "degraded": ["broker"]}),
        (Readiness(problems=["database"]), 503, {"ready": False, "problems": ["database"], "degraded": []}),
    ],
)
def test_readyz_tells_what_is_wrong(
    state: Readiness, status: int, body: object, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("breakthru.views.readiness", lambda now: state)
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (status, body)
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_readyz_asks_the_real_parts(client: Client) -> None:
    assert client.get("/readyz").json() == {"ready": True, "problems": [], "degraded": ["worker"]}


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/robots.txt", "/.well-known/security.txt"])
def test_pages_for_machines_only_answer_reads(path: str, client: Client) -> None:
    assert client.post(path).status_code == 405


def test_robots_leaves_out_forms_and_staff_pages(client: Client) -> None:
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain"
    assert response.content.decode().splitlines() == [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /accounts/",
        "Disallow: /feed/ask/",
        "Disallow: /learn/preview/",
        "Disallow: /theme/",
        "",
        "Sitemap: http://testserver/sitemap.xml",
    ]


def test_security_txt_says_whom_to_tell(client: Client, settings: LazySettings) -> None:
    settings.SECURITY_CONTACT, settings.SITE_URL = "mailto:safe@site.example", "https://site.example"
    with time_machine.travel(datetime(2026, 11, 22, 12, 34, tzinfo=UTC), tick=False):
        response = client.get("/.well-known/security.txt")
    assert response.content.decode().splitlines() == [
        "Contact: mailto:safe@site.example",
        "Expires: 2027-05-21T00:00:00Z",
        "Preferred-Languages: en",
        "Canonical: https://site.example/.well-known/security.txt",
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_theme_is_kept_in_a_cookie_for_a_year(theme: str, client: Client) -> None:
    response = client.post("/theme/", {"theme": theme, "next": "/feed/"})
    cookie = response.cookies["theme"]
    assert (response.status_code, response["Location"]) == (302, "/feed/")
    assert (cookie.value, cookie["max-age"], cookie["samesite"], cookie["secure"]) == (
        theme, 31_536_000, "Lax", "",
    )  # fmt: skip


def test_theme_cookie_is_secure_where_the_site_is(client: Client, settings: LazySettings) -> None:
    settings.SECURE_TRANSPORT = True
    assert client.post("/theme/", {"theme": "dark"}).cookies["theme"]["secure"] is True


@pytest.mark.parametrize("theme", ["auto", "", "<script>", "x" * 5000])
def test_theme_that_is_none_of_ours_means_as_the_system(theme: str, client: Client) -> None:
    client.cookies["theme"] = "dark"
    response = client.post("/theme/", {"theme": theme})
    assert (response.status_code, response["Location"]) == (302, "/")
    assert (response.cookies["theme"].value, response.cookies["theme"]["max-age"]) == ("", 0)


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_theme_never_leads_to_another_site(target: str, client: Client) -> None:
    assert client.post("/theme/", {"theme": "dark", "next": target})["Location"] == "/"
    assert client.get("/theme/", {"next": target}).context["next"] == "/"


@pytest.mark.parametrize(
    ("query", "cookie", "chosen"),
    [({}, None, "auto"), ({}, "dark", "dark"), ({"theme": "light"}, "dark", "light")],
)
def test_theme_page_shows_the_choice(
    query: dict[str, str], cookie: str | None, chosen: str, client: Client
) -> None:
    if cookie:
        client.cookies["theme"] = cookie
    response = client.get("/theme/", {**query, "next": "/learn/"})
    assert response.status_code == 200
    assert (response.context["chosen"], response.context["next"]) == (chosen, "/learn/")
    assert "no-store" in response["Cache-Control"]


def test_theme_needs_a_token() -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/theme/", {"theme": "dark"})
    assert response.status_code == 403
    assert response.templates[0].name == "403_csrf.html"
    assert "theme" not in response.cookies


def test_theme_takes_the_token_of_its_page() -> None:
    client = Client(enforce_csrf_checks=True)
    token = client.get("/theme/").context["csrf_token"]
    response = client.post("/theme/", {"theme": "dark", "csrfmiddlewaretoken": str(token)})
    assert response.cookies["theme"].value == "dark"
