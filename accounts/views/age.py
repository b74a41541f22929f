"""How old somebody is: asked once where it is missing, and a kind page for who is too young."""

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms.age import BirthForm
from accounts.services.age import AgeKnownError, TooYoungError, tell_birth
from accounts.session import person, remember_too_young
from breakthru.lib.http import unprocessable


@login_not_required
@never_cache
@require_safe
def too_young(request: HttpRequest) -> HttpResponse:
    """Say kindly that there is no account yet, and what is open without one."""
    return render(request, "accounts/too_young.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def birth_edit(request: HttpRequest) -> HttpResponse:
    """Ask once; afterwards, or on "not now", go where the person was going."""
    goal = _goal(request)
    if person(request).birth_year is not None:
        return redirect(goal)
    form = BirthForm(request.POST or None)
    if form.is_valid():
        return _tell(form, goal, request)
    response = render(request, "accounts/birth_edit.html", {"form": form, "goal": goal})
    return unprocessable(response) if form.is_bound else response


def _tell(form: BirthForm, goal: str, request: HttpRequest) -> HttpResponse:
    try:
        tell_birth(by=person(request), birth=form.cleaned_data["birth"], today=timezone.localdate())
    except TooYoungError:
        logout(request)
        return remember_too_young(redirect("accounts:too_young"))
    except AgeKnownError:
        # Told in another tab; what was told first counts.
        return redirect(goal)
    messages.success(request, "Thank you.")
    return redirect(goal)


def _goal(request: HttpRequest) -> str:
    asked = request.POST.get("next") or request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if is_ours else reverse("dashboard")
