"""Delete my account, or keep it after all."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.forms.leaving import LeavingForm
from accounts.models import User
from accounts.permissions import is_on_staff
from accounts.services.leaving import GRACE, LeavingError, request_deletion, undo_deletion
from accounts.session import person
from breakthru.lib.http import unprocessable


def _asks_to_leave(request: HttpRequest) -> bool:
    # To read what happens, and to stay, takes no password.
    return request.method == "POST" and "keep" not in request.POST


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(enabled=_asks_to_leave)  # type: ignore[untyped-decorator]  # allauth ships no types
def delete(request: HttpRequest) -> HttpResponse:
    """Say what becomes of what, and have the account deleted after the grace; within it, undo that."""
    user, now = person(request), timezone.now()
    if request.method == "POST" and "keep" in request.POST:
        return _keep(user, request)
    if request.method != "POST" and user.leaves_at is not None:
        return render(request, "accounts/leaving.html", {"is_due": user.leaves_at <= now})
    form = LeavingForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            request_deletion(by=user, keep=request.session.session_key or "", now=now)
        except LeavingError as error:
            form.add_error(None, str(error))
        else:
            return redirect("accounts:delete")
    context = {"form": form, "due_at": now + GRACE, "days": GRACE.days, "is_staff": is_on_staff(user)}
    response = render(request, "accounts/delete.html", context)
    return unprocessable(response) if form.is_bound else response


def _keep(user: User, request: HttpRequest) -> HttpResponse:
    # Undone in another tab already, or erased a moment ago: then there is nothing more to say here.
    if undo_deletion(by=user, now=timezone.now()):
        messages.success(request, "Your account stays, and everything in it is as it was.")
    return redirect("accounts:privacy")
