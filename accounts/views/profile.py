"""A person's own profile."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.forms.profile import ProfileForm
from accounts.services.people import change_profile
from accounts.session import person
from breakthru.lib.http import unprocessable


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def profile_edit(request: HttpRequest) -> HttpResponse:
    """Show the profile, or keep what was changed."""
    user = person(request)
    form = ProfileForm(request.POST or None, user=user)
    if form.is_valid():
        change_profile(by=user, draft=form.draft())
        messages.success(request, "Your profile is saved.")
        return redirect("accounts:profile_edit")
    response = render(request, "accounts/profile_edit.html", {"form": form})
    return unprocessable(response) if form.is_bound else response
