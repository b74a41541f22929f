"""Log lines: one JSON object each, nothing private in them."""

import json
import logging
import sys
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from django.urls import resolve

from breakthru.lib.logs import JsonFormatter, RequestIdFilter, RequestWordsFilter, request_id, route_of


def record(message: str, *args: object, **fields: Any) -> logging.LogRecord:
    return logging.LogRecord("feed", logging.INFO, "x.py", 1, message, args, fields.get("exc_info"))


def line(entry: logging.LogRecord) -> dict[str, Any]:
    written: dict[str, Any] = json.loads(JsonFormatter().format(entry))
    return written


def test_line_holds_instant_level_logger_message_and_request() -> None:
    entry = record("%s rows", 3)
    entry.created = 0.5
    assert line(entry) == {
        "at": "1970-01-01T00:00:00.500+00:00",
        "level": "INFO",
        "logger": "feed",
        "message": "3 rows",
        "request_id": "-",
    }


def test_filter_puts_the_request_on_each_record() -> None:
    token = request_id.set("abc123")
    entry = record("x")
    assert RequestIdFilter().filter(entry) is True
    request_id.reset(token)
    assert line(entry)["request_id"] == "abc123"


@pytest.mark.parametrize("end", ["\n", "\r", "\x0b", "\x1c", "\x85", "\u2028", "\u2029"])
def test_line_can_not_be_forged(end: str) -> None:
    text = f"quiet{end}{{}}"
    written = JsonFormatter().format(record("%s", text))
    assert len(written.splitlines()) == 1
    assert json.loads(written)["message"] == text


def test_line_can_be_written_whatever_the_message_holds() -> None:
    written = JsonFormatter().format(record("broken \udcff"))
    assert written.encode("utf-8").startswith(b"{")


def raised() -> Any:
    try:
        message = "Key (email)=(jordan@example.test) already exists"
        raise ValueError(message)
    except ValueError:
        return sys.exc_info()


def test_exception_is_told_by_kind_and_place_not_by_its_words() -> None:
    entry = record("failed", exc_info=raised())
    assert line(entry)["exception"] == "ValueError"
    assert line(entry)["frames"] == [f"{__file__}:{raised()[2].tb_lineno} raised"]
    assert "jordan" not in JsonFormatter().format(entry)


def test_no_exception_where_none_was() -> None:
    assert "exception" not in line(record("x", exc_info=(None, None, None)))


def test_fields_become_keys() -> None:
    entry = record("request")
    entry.fields = {"route": "feed/", "status": 200}
    written = line(entry)
    assert (written["message"], written["route"], written["status"]) == ("request", "feed/", 200)


def test_route_is_the_pattern_or_a_dash() -> None:
    request = RequestFactory().get("/feed/7/")
    before = route_of(request)
    request.resolver_match = resolve("/theme/")
    assert (before, route_of(request)) == ("-", "theme/")


@pytest.mark.parametrize(("fields", "status"), [({"status_code": 500}, "500"), ({}, "-")])
def test_what_is_said_of_a_request_holds_no_path(fields: dict[str, int], status: str) -> None:
    entry = record("%s: %s", "Internal Server Error", "/accounts/confirm-email/secret/")
    vars(entry).update(fields, request=RequestFactory().get("/accounts/confirm-email/secret/"))
    assert RequestWordsFilter().filter(entry) is True
    assert line(entry)["message"] == f"answered {status} at -"


@pytest.mark.parametrize("fields", [{}, {"request": "a socket"}])
def test_what_is_said_of_other_things_stays(fields: dict[str, str]) -> None:
    entry = record("%s rows", 3)
    vars(entry).update(fields)
    assert RequestWordsFilter().filter(entry) is True
    assert line(entry)["message"] == "3 rows"


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """What the site's handler writes."""
    stream = StringIO()
    ours = [entry for entry in logging.getLogger().handlers if isinstance(entry.formatter, JsonFormatter)]
    assert [type(entry) for entry in ours] == [logging.StreamHandler]
    monkeypatch.setattr(ours[0], "stream", stream)
    return stream


def said(console: StringIO) -> list[tuple[str, str, str]]:
    lines = [json.loads(text) for text in console.getvalue().splitlines()]
    return [(entry["logger"], entry["level"], entry["message"]) for entry in lines]


def test_django_writes_through_our_handler_alone() -> None:
    configured: dict[str, Any] = settings.LOGGING
    named = [name for name in configured["loggers"] if name.startswith("django")]
    others = [name for name in named if name != "django.server" and logging.getLogger(name).handlers]
    assert "django" in named
    assert others == []


def test_wrong_address_is_one_line_without_the_address(console: StringIO, client: Client) -> None:
    client.get("/secret%0Aforged/")
    assert said(console) == [("breakthru.access", "INFO", "request")]
    assert "secret" not in console.getvalue()


def test_fault_is_told_with_the_route(
    console: StringIO, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise ValueError

    monkeypatch.setattr("breakthru.views.render", fail)
    client.raise_request_exception = False
    client.get("/theme/?next=/secret/")
    assert said(console) == [
        ("django.request", "ERROR", "answered 500 at theme/"),
        ("breakthru.access", "INFO", "request"),
    ]


def test_refused_form_is_told_without_the_page_it_came_from(console: StringIO) -> None:
    client = Client(enforce_csrf_checks=True)
    client.post("/theme/", headers={"origin": "https://secret.example"})
    assert said(console)[0] == ("django.security.csrf", "WARNING", "answered 403 at theme/")
    assert "secret" not in console.getvalue()
