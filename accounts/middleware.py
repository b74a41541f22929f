"""What happens around each request of somebody signed in."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from accounts.access import lacks_second_step, may_do_while_suspended, may_go_on_without_second_step
from accounts.session import note_seen, person_or_none, was_left
from breakthru.lib.http import safe_next, unprocessable
from breakthru.lib.zones import zone_or_default

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class SeenMiddleware:
    """Notes now and then that a session is in use, and ends one that staff left open."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        now = timezone.now()
        if was_left(request, now=now):
            return _end_left_session(request)
        note_seen(request, now=now)
        return self.get_response(request)


class TimeZoneMiddleware:
    """Has pages tell times in the zone of who is signed in; visitors read the site's own."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = person_or_none(request)
        if user is None:
            return self.get_response(request)
        with timezone.override(zone_or_default(user.time_zone)):
            return self.get_response(request)


class EntranceMiddleware:
    """Gives allauth's pages the manners of ours."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_template_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Answer 422 where a form comes back with what is wrong in it."""
        if not isinstance(response, TemplateResponse) or not _is_of_allauth(request):
            return response
        return unprocessable(response) if _shows_what_is_wrong(response) else response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Show who presses "confirm" a second time the page that says how to go on."""
        match = request.resolver_match
        if isinstance(exception, Http404) and match and match.view_name == "account_confirm_email":
            return redirect(request.path)
        return None


class SecondStepMiddleware:
    """Leads staff and mentors without a second step to setting one up, and to nothing else."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        """Redirect instead of calling the view, as long as the second step is missing."""
        user = person_or_none(request)
        if user is None or not lacks_second_step(user, is_writing=_is_writing(request)):
            return None
        match = request.resolver_match
        if match is not None and may_go_on_without_second_step(match.view_name):
            return None
        messages.info(request, "Your role needs a second step when you sign in. Please set one up first.")
        return redirect("mfa_index")


class StandingMiddleware:
    """Leads somebody who is suspended from what they would post to the page that says why."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        """Redirect instead of calling the view."""
        user, match = person_or_none(request), request.resolver_match
        if user is None or match is None or not user.is_suspended(timezone.now()):
            return None
        if not _is_writing(request) or may_do_while_suspended(match.view_name):
            return None
        messages.info(request, "Your account is suspended, so nothing can be posted or changed from it now.")
        if "HX-Request" in request.headers:
            return HttpResponseClientRedirect(reverse("accounts:standing"))
        return redirect("accounts:standing")


def _end_left_session(request: HttpRequest) -> HttpResponse:
    """Sign out, and lead back to the same page by the door."""
    goal = request.get_full_path()
    if request.method not in ("GET", "HEAD") or "HX-Request" in request.headers:
        # Not an address of a page: the one it was sent from is.
        sent_from = urlsplit(request.headers.get("Referer", ""))
        goal = f"{sent_from.path}?{sent_from.query}" if sent_from.query else sent_from.path
    logout(request)
    messages.info(
        request,
        f"Staff pages were left alone for {settings.STAFF_IDLE_MINUTES} minutes, so we signed you out. "
        "Sign in, and you are back where you were.",
    )
    return redirect_to_login(safe_next(request, goal, reverse("dashboard")))


def _is_writing(request: HttpRequest) -> bool:
    """Say whether something is sent, or an empty form opened: nobody shall write in vain."""
    match = request.resolver_match
    return request.method not in ("GET", "HEAD") or (
        match is not None and match.view_name.endswith("_create")
    )


def _is_of_allauth(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and match.func.__module__.startswith("allauth.")


def _shows_what_is_wrong(response: TemplateResponse) -> bool:
    context = response.context_data or {}
    forms = (context.get("form"), context.get("webauthn_form"))
    return any(isinstance(form, BaseForm) and form.is_bound and bool(form.errors) for form in forms)
