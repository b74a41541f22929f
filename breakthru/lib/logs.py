"""JSON logs with a request id; never message text, addresses or bodies."""

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest

request_id: ContextVar[str] = ContextVar("request_id", default="-")


def route_of(request: HttpRequest) -> str:
    """Return the pattern that the request's address fits, "-" for none; never the address itself."""
    return request.resolver_match.route if request.resolver_match else "-"


class RequestIdFilter(logging.Filter):
    """Puts the current request's id on every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


class RequestWordsFilter(logging.Filter):
    """Says a request's status and route in place of Django's own words about it.

    Those hold its path, with the keys of secret links, and parts of what was sent. The logger's name still
    tells the kind of trouble.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest):
            record.msg = "answered %s at %s"
            record.args = (getattr(record, "status_code", "-"), route_of(request))
        return True


class JsonFormatter(logging.Formatter):
    """One JSON object a line; in ASCII: every kind of line break is escaped, so a line can't be forged.

    A record's `fields`, a dict given as `extra`, become keys of their own.
    Of an exception it keeps the kind and the places, not the text: that may hold what a person wrote.
    """

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": getattr(record, "request_id", "-"),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            entry["exception"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])
            entry["frames"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        return json.dumps(entry)


def logging_of(level: str) -> dict[str, Any]:
    """Return Django's LOGGING: everything from `level` on, as JSON lines on standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "request_id": {"()": "breakthru.lib.logs.RequestIdFilter"},
            "request_words": {"()": "breakthru.lib.logs.RequestWordsFilter"},
        },
        "formatters": {"json": {"()": "breakthru.lib.logs.JsonFormatter"}},
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "json",
                "filters": ["request_id", "request_words"],
            }
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # One line for each delivered row would drown the rest.
            "celery": {"level": "WARNING"},
            # Named, it loses the handlers of its own that write plain lines, with paths, next to ours.
            "django": {"level": "INFO"},
            # What a request got is said by breakthru.access; only faults are worth a second line.
            "django.request": {"level": "ERROR"},
            "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
        },
    }
