"""Leaf helpers around requests and responses."""

import secrets
from collections.abc import Callable

from csp.constants import HEADER as CSP_HEADER
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme

from breakthru.lib.logs import request_id

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


def _read_a_session(request: HttpRequest) -> bool:
    """Say whether the page may show what belongs to one person: no shared or browser cache keeps such a page.

    Who came without a session cookie has no session to read, whatever the page asked.
    """
    was_asked = bool(getattr(getattr(request, "session", None), "accessed", False))
    return was_asked and settings.SESSION_COOKIE_NAME in request.COOKIES


def safe_next(request: HttpRequest, value: str | None, default: str) -> str:
    """Return `value` when it is a path on this site, otherwise `default`."""
    if value and url_has_allowed_host_and_scheme(
        value, allowed_hosts=None, require_https=request.is_secure()
    ):
        return value
    return default


def unprocessable(response: HttpResponse) -> HttpResponse:
    """Mark a page that shows an invalid form (422), which htmx swaps in all the same."""
    response.status_code = 422
    return response
