"""Middleware and small helpers around requests and responses."""

import logging
import re
from typing import Any

import pytest
from django.conf import LazySettings, settings
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.test import Client, RequestFactory

from breakthru.lib.http import (
    PERMISSIONS_POLICY,
    TECHNICAL_PAGE,
    AccessLogMiddleware,
    GetResponse,
    OwnErrorPagesMiddleware,
    RequestIdMiddleware,
    SecurityHeadersMiddleware,
    TextGZipMiddleware,
    safe_next,
    unprocessable,
)
from breakthru.lib.logs import request_id
from tests.factories.people import UserFactory


def answer_of(get_response: GetResponse, path: str = "/", cookie: str | None = None) -> HttpResponseBase:
    request = RequestFactory().get(path)
    if cookie:
        request.COOKIES[settings.SESSION_COOKIE_NAME] = cookie
    return SecurityHeadersMiddleware(get_response)(request)


def reads_session(request: HttpRequest) -> HttpResponse:
    request.session = SessionStore()
    request.session.get("anything")
    return HttpResponse()


def leaves_session_alone(request: HttpRequest) -> HttpResponse:
    request.session = SessionStore()
    return HttpResponse()


def test_request_id_is_ours_whatever_the_request_says() -> None:
    seen: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request_id.get())
        return HttpResponse()

    response = RequestIdMiddleware(view)(RequestFactory().get("/", headers={"x-request-id": "forged\nline"}))
    assert re.fullmatch(r"[0-9a-f]{16}", seen[0])
    assert response["X-Request-ID"] == seen[0]


def test_request_id_outlives_the_middleware_for_what_django_logs_last() -> None:
    first = RequestIdMiddleware(lambda request: HttpResponse(status=404))(RequestFactory().get("/"))
    known_after_first = request_id.get()
    second = RequestIdMiddleware(lambda request: HttpResponse())(RequestFactory().get("/"))

    assert known_after_first == first["X-Request-ID"]
    assert request_id.get() == second["X-Request-ID"] != first["X-Request-ID"]


def access_lines(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str, dict[str, Any]]]:
    """Level, message and fields of each access line, the duration left out."""
    records = [entry for entry in caplog.records if entry.name == "breakthru.access"]
    fields: list[dict[str, Any]] = [dict(vars(entry)["fields"]) for entry in records]
    assert all(entry.pop("milliseconds") >= 0 for entry in fields)
    pairs = zip(records, fields, strict=True)
    return [(entry.levelno, entry.getMessage(), given) for entry, given in pairs]


@pytest.mark.parametrize(
    ("path", "level", "route", "status"),
    [
        ("/theme/?next=/secret-query/", logging.INFO, "theme/", 200),
        ("/secret-path/", logging.INFO, "-", 404),
        ("/healthz", logging.DEBUG, "healthz", 200),
    ],
)
def test_access_line_tells_the_route_not_the_path(
    path: str, level: int, route: str, status: int, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="breakthru.access")
    client.get(path)
    assert access_lines(caplog) == [
        (level, "request", {"method": "GET", "route": route, "status": status}),
    ]
    assert "secret" not in caplog.text


def test_access_line_goes_with_the_answer_unchanged() -> None:
    response = HttpResponse(status=204)
    assert AccessLogMiddleware(lambda request: response)(RequestFactory().post("/")) is response


@pytest.mark.parametrize("path", ["/no/such/page/", "/static/no-such.css", "/learn/images/no-such.png"])
@pytest.mark.django_db
def test_wrong_address_gets_our_page_under_debug(path: str, client: Client, settings: LazySettings) -> None:
    settings.DEBUG = True
    response = client.get(path)
    assert response.status_code == 404
    assert b"This road ends here" in response.content
    assert TECHNICAL_PAGE not in response.content


@pytest.mark.django_db
def test_wrong_staff_address_gets_our_page_under_debug(client: Client, settings: LazySettings) -> None:
    settings.DEBUG = True
    client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    response = client.get("/admin/no/such/page/")
    assert response.status_code == 404
    assert b"This road ends here" in response.content


def test_address_without_its_slash_is_still_mended_under_debug(
    client: Client, settings: LazySettings
) -> None:
    settings.DEBUG = True
    response = client.get("/theme")
    assert (response.status_code, response["Location"]) == (301, "/theme/")


@pytest.mark.parametrize("limit", ["DATA_UPLOAD_MAX_MEMORY_SIZE", "DATA_UPLOAD_MAX_NUMBER_FIELDS"])
def test_too_much_at_once_gets_our_page_under_debug(limit: str, settings: LazySettings) -> None:
    settings.DEBUG = True
    setattr(settings, limit, 1)
    body = "a=long+words&b=more"
    client = Client(enforce_csrf_checks=True)
    # With it, the form is first read where its token is checked, as in a browser.
    client.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
    response = client.post("/theme/", body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 400
    assert b"what you sent may have been too large" in response.content
    assert TECHNICAL_PAGE not in response.content


def test_fault_of_ours_keeps_the_technical_page_under_debug(
    client: Client, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise ValueError

    settings.DEBUG = True
    monkeypatch.setattr("breakthru.views.render", fail)
    client.raise_request_exception = False
    response = client.get("/theme/")
    assert response.status_code == 500
    assert TECHNICAL_PAGE in response.content


@pytest.mark.parametrize(
    ("debug", "response"),
    [
        (False, HttpResponse(TECHNICAL_PAGE, status=404)),
        (True, HttpResponse(TECHNICAL_PAGE)),
        (True, HttpResponse("a page of ours", status=404)),
        (True, StreamingHttpResponse([TECHNICAL_PAGE], status=404)),
    ],
)
def test_other_answers_pass_unchanged(
    debug: bool,
    response: HttpResponseBase,
    settings: LazySettings,
) -> None:
    settings.DEBUG = debug
    assert OwnErrorPagesMiddleware(lambda request: response)(RequestFactory().get("/")) is response


def test_security_headers_are_added() -> None:
    response = answer_of(lambda request: HttpResponse())
    assert response["Permissions-Policy"] == PERMISSIONS_POLICY
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"


def test_security_headers_leave_what_a_view_chose() -> None:
    response = answer_of(lambda request: HttpResponse(headers={"Cross-Origin-Resource-Policy": "same-site"}))
    assert response["Cross-Origin-Resource-Policy"] == "same-site"


def test_security_policy_of_staff_pages_is_their_own() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        # What django-csp has set by then.
        return HttpResponse(headers={"Content-Security-Policy": "script-src 'self' 'nonce-x'"})

    ours = answer_of(view, "/administration/")["Content-Security-Policy"]
    policy = answer_of(view, "/admin/login/")["Content-Security-Policy"]
    assert ours == "script-src 'self' 'nonce-x'"
    directives = dict(part.split(" ", 1) for part in policy.split("; "))
    assert directives["script-src"] == "'self' 'unsafe-eval'"
    assert directives["style-src"] == "'self' 'unsafe-inline'"
    assert directives["frame-ancestors"] == "'none'"


def sets_a_cookie(request: HttpRequest) -> HttpResponse:
    response = HttpResponse()
    response.set_cookie("theme", "dark")
    return response


@pytest.mark.parametrize(
    ("view", "cookie", "is_private"),
    [
        (reads_session, "abc", True),
        (reads_session, None, False),
        (leaves_session_alone, "abc", False),
        (sets_a_cookie, None, True),
        (lambda request: HttpResponse(), "abc", False),
    ],
)
def test_pages_made_for_one_person_are_not_stored(
    view: GetResponse, cookie: str | None, *, is_private: bool
) -> None:
    response = answer_of(view, cookie=cookie)
    assert ("no-store" in response.get("Cache-Control", "")) is is_private
    assert (response.get("Vary") == "Cookie") is is_private


def test_pages_that_say_how_to_store_them_are_left_alone() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        reads_session(request)
        return HttpResponse(headers={"Cache-Control": "private, max-age=60"})

    response = answer_of(view, cookie="abc")
    assert response["Cache-Control"] == "private, max-age=60"


@pytest.mark.parametrize("value", ["/feed/", "/feed/?show=unanswered#x", "/a%20b/"])
def test_safe_next_follows_paths_of_this_site(value: str) -> None:
    assert safe_next(RequestFactory().get("/"), value, "/home/") == value


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "///evil.example",
        "http:///evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "\x00/feed/",
        "\n//evil.example",
        "https://testserver/feed/",
        "feed/",
        "?show=unanswered",
        "home",
        "nowhere",
    ],
)
def test_safe_next_refuses_everything_else(value: str | None) -> None:
    assert safe_next(RequestFactory().get("/"), value, "/home/") == "/home/"


def test_unprocessable_marks_a_page_with_an_invalid_form() -> None:
    response: Any = HttpResponse("form")
    assert unprocessable(response) is response
    assert response.status_code == 422


@pytest.mark.parametrize(
    ("kind", "packed"),
    [
        ("text/html; charset=utf-8", True),
        ("application/json", True),
        ("application/atom+xml", True),
        ("image/svg+xml", True),
        ("image/webp", False),
        ("application/zip", False),
    ],
)
def test_texts_are_packed_and_pictures_are_not(kind: str, packed: bool) -> None:
    middleware = TextGZipMiddleware(lambda request: HttpResponse(b"words " * 100, content_type=kind))

    response = middleware(RequestFactory().get("/", headers={"accept-encoding": "gzip"}))
    assert isinstance(response, HttpResponse)

    assert (response.get("Content-Encoding") == "gzip", response.get("Vary", "")) == (
        packed,
        "Accept-Encoding" if packed else "",
    )
