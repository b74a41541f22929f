"""Log lines: one JSON object each, nothing private in them."""

import json
import logging
import sys
from typing import Any

import pytest

from breakthru.lib.logs import JsonFormatter, RequestIdFilter, request_id


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
