"""What happens around each request of somebody signed in."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from accounts.access import lacks_second_step, may_go_on_without_second_step
from accounts.session import note_seen, person_or_none

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class SeenMiddleware:
    """Notes once an hour that a session is in use, for the list of devices."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        note_seen(request, now=timezone.now())
        return self.get_response(request)


class SecondStepMiddleware:
    """Leads staff and mentors without a second step to setting one up, and to nothing else."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        """Redirect instead of calling the view, as long as the second step is missing."""
        user = person_or_none(request)
        if user is None or not lacks_second_step(user, is_writing=request.method not in ("GET", "HEAD")):
            return None
        match = request.resolver_match
        if match is not None and may_go_on_without_second_step(match.view_name):
            return None
        messages.info(request, "Your role needs a second step when you sign in. Please set one up first.")
        return redirect("mfa_index")
