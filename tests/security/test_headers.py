"""Headers that every answer carries, whatever kind it is (RELIABILITY §2.7)."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests.factories.library import published
from tests.factories.people import UserFactory, staff
from tests.factories.questions import QuestionFactory
from tests.security.answers import closing

pytestmark = pytest.mark.django_db
STRICT = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
}
FIXED = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def policy_of(response: Any) -> dict[str, str]:
    """The Content-Security-Policy, directive by directive."""
    return dict(part.split(" ", 1) for part in response["Content-Security-Policy"].split("; "))


def assert_security_headers(response: Any, *, may_have_nonce: bool = False) -> None:
    """Check what every answer outside /admin/ carries.

    With `may_have_nonce` scripts may be allowed by a nonce: pages with the editor's import map.
    """
    assert {name: response.get(name) for name in FIXED} == FIXED
    assert "camera=()" in response["Permissions-Policy"]
    policy = policy_of(response)
    assert "unsafe" not in response["Content-Security-Policy"]
    if may_have_nonce:
        policy["script-src"] = policy["script-src"].partition(" 'nonce-")[0]
    assert policy == STRICT
    assert "Server" not in response
    assert "X-Powered-By" not in response


Ask = Callable[[Client], Any]


def too_many(client: Client) -> Any:
    cache.clear()
    for _ in range(31):
        response = client.post("/accounts/login/", {"login": "x", "password": "y"})
    cache.clear()
    return response


KINDS: dict[str, tuple[int, Ask]] = {
    "home": (200, lambda client: client.get("/")),
    "feed": (200, lambda client: client.get("/feed/")),
    "library": (200, lambda client: client.get("/learn/")),
    "form": (200, lambda client: client.get("/accounts/login/")),
    "text": (200, lambda client: client.get("/robots.txt")),
    "json": (200, lambda client: client.get("/readyz")),
    "head": (200, lambda client: client.head("/feed/")),
    "style": (200, lambda client: client.get("/static/css/base.css")),
    "script": (200, lambda client: client.get("/static/js/enhance.js")),
    "image": (200, lambda client: client.get("/static/img/mark.svg")),
    "style not modified": (
        304,
        lambda client: client.get("/static/css/base.css", headers={"if-modified-since": FUTURE}),
    ),
    "redirect": (302, lambda client: client.get("/dashboard/")),
    "slash added": (301, lambda client: client.get("/feed")),
    "not found": (404, lambda client: client.get("/nothing/")),
    "style not found": (404, lambda client: client.get("/static/css/nothing.css")),
    "wrong method": (405, lambda client: client.post("/feed/")),
    "without token": (403, lambda client: Client(enforce_csrf_checks=True).post("/theme/")),
    "unknown host": (400, lambda client: client.get("/", headers={"host": "evil.example"})),
    "too many": (429, too_many),
}
FUTURE = "Sat, 22 Nov 2036 12:00:00 GMT"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_answer_is_safe(kind: str, client: Client) -> None:
    status, ask = KINDS[kind]
    with closing(ask(client)) as response:
        assert response.status_code == status
        assert_security_headers(response)


def test_answer_to_a_fault_is_safe_and_says_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(now: object) -> None:
        message = "secret in a fault"
        raise RuntimeError(message)

    monkeypatch.setattr("breakthru.views.readiness", fail)
    client.raise_request_exception = False
    response = client.get("/readyz")
    assert response.status_code == 500
    assert_security_headers(response)
    assert "secret" not in response.content.decode()


@pytest.mark.parametrize("kind", ["article", "question", "question form", "dashboard"])
def test_pages_for_a_person_are_safe_and_never_stored(kind: str, client: Client) -> None:
    client.force_login(UserFactory.create())
    path = {
        "article": published().get_absolute_url(),
        "question": QuestionFactory.create().get_absolute_url(),
        "question form": "/feed/ask/",
        "dashboard": "/dashboard/",
    }[kind]
    response = client.get(path)
    assert response.status_code == 200
    assert_security_headers(response)
    assert "no-store" in response["Cache-Control"]
    assert "Cookie" in response["Vary"]


@pytest.mark.parametrize("path", ["/admin/", "/admin/accounts/topic/"])
def test_staff_pages_alone_have_their_own_policy(path: str, client: Client) -> None:
    client.force_login(staff("editor"))
    response = client.get(path)
    assert response.status_code == 200
    policy = policy_of(response)
    # No inline scripts there either: a nonce lets the editor's import map through.
    policy["script-src"] = re.sub(r" 'nonce-[\w+/=]+'", "", policy["script-src"])
    assert policy == {
        **STRICT,
        "script-src": "'self' 'unsafe-eval'",
        "style-src": "'self' 'unsafe-inline'",
    }
    assert {name: response.get(name) for name in FIXED} == FIXED


def test_https_is_asked_for_once_and_for_all(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 63_072_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    assert Client().get("/robots.txt")["Location"] == "https://testserver/robots.txt"
    response = Client().get("/robots.txt", secure=True)
    assert response["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains; preload"
    assert Client().get("/healthz").status_code == 200


def test_every_answer_has_an_id_of_ours(client: Client) -> None:
    ids = [client.get("/robots.txt", headers={"x-request-id": "mine"})["X-Request-ID"] for _ in range(2)]
    assert len(set(ids)) == 2
    assert "mine" not in ids
