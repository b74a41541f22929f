"""Leaf helpers around requests and responses."""

import logging
import secrets
import time
from collections.abc import Callable

from csp.constants import HEADER as CSP_HEADER
from csp.utils import build_policy
from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.defaults import bad_request, page_not_found

from breakthru.lib.logs import request_id, route_of

GetResponse = Callable[[HttpRequest], HttpResponseBase]

PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "microphone",
        "payment",
        "usb",
    )
)
# Unfold's Alpine builds functions and writes styles; staff pages alone allow that (ARCHITECTURE §4). Inline
# scripts stay refused there too: the editor's import map carries a nonce.
ADMIN_POLICY = {"script-src": ["'unsafe-eval'"], "style-src": ["'unsafe-inline'"]}
ADMIN_PREFIX = "/admin/"
# Asked every few seconds by what watches the site.
QUIET_ROUTES = {"healthz", "readyz"}
# What stands on Django's technical pages, and on none of ours.
TECHNICAL_PAGE = b"<code>DEBUG = True</code>"

access_log = logging.getLogger("breakthru.access")


class RequestIdMiddleware:
    """Gives each request an id of our own making, for the logs and for the person who reports a fault."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # Not reset afterwards: Django logs a 404 or a 500 when all middleware is done, and must know the id.
        request_id.set(secrets.token_hex(8))
        response = self.get_response(request)
        response["X-Request-ID"] = request_id.get()
        return response


class AccessLogMiddleware:
    """One line for each request: what kind of address, and how it went.

    The path and the query stay out: they hold keys that confirm an address, reset a password or stop mails.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        response = self.get_response(request)
        route = route_of(request)
        fields = {
            "method": request.method,
            "route": route,
            "status": response.status_code,
            "milliseconds": round((time.perf_counter() - started) * 1000, 1),
        }
        level = logging.DEBUG if route in QUIET_ROUTES else logging.INFO
        access_log.log(level, "request", extra={"fields": fields})
        return response


class OwnErrorPagesMiddleware:
    """Under DEBUG too, a wrong address (404) or unreadable request (400) gets the site's own page.

    Django decides on its technical pages by DEBUG alone; the one for a fault of ours (500) stays. Innermost,
    where Django makes these pages in production, so that sessions and form tokens see the same page.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not settings.DEBUG or response.status_code not in {400, 404}:
            return response
        if TECHNICAL_PAGE not in getattr(response, "content", b""):
            return response
        if response.status_code == 404:
            return page_not_found(request, Http404())
        return bad_request(request, BadRequest())


class SecurityHeadersMiddleware:
    """Headers that Django and django-csp do not set, and no storing of pages made for one person."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if request.path.startswith(ADMIN_PREFIX):
            nonce = getattr(request, "_csp_nonce", None)
            response[CSP_HEADER] = build_policy(update=ADMIN_POLICY, nonce=nonce)
        if (_read_a_session(request) or response.cookies) and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
            patch_vary_headers(response, ["Cookie"])
        return response


class TextGZipMiddleware(GZipMiddleware):
    """Packs pages and other texts; pictures are packed already."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        kind = response.get("Content-Type", "").partition(";")[0]
        is_text = kind.startswith("text/") or kind.endswith(("json", "xml", "javascript"))
        return super().process_response(request, response) if is_text else response


def _read_a_session(request: HttpRequest) -> bool:
    """Say whether the page may show what belongs to one person: no shared or browser cache keeps such a page.

    Who came without a session cookie has no session to read, whatever the page asked.
    """
    was_asked = bool(getattr(getattr(request, "session", None), "accessed", False))
    return was_asked and settings.SESSION_COOKIE_NAME in request.COOKIES


def safe_next(request: HttpRequest, value: str | None, default: str) -> str:
    """Return `value` when it is a path on this site, otherwise `default`."""
    # What does not begin with a slash would be taken by `redirect` for the name of a view.
    if (
        value
        and value.startswith("/")
        and url_has_allowed_host_and_scheme(value, allowed_hosts=None, require_https=request.is_secure())
    ):
        return value
    return default


def is_longer_than(request: HttpRequest, size: int) -> bool:
    """Say whether the body has more than `size` bytes; it is not read beyond what Django takes."""
    try:
        return len(request.body) > size
    except RequestDataTooBig:
        return True


def unprocessable(response: HttpResponse) -> HttpResponse:
    """Mark a page that shows an invalid form (422), which htmx swaps in all the same."""
    response.status_code = 422
    return response
