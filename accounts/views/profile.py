"""A person's own profile."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms.profile import ProfileForm, SensitiveForm
from accounts.models import PersonExperience
from accounts.models.experience import Viewer
from accounts.permissions import is_adult
from accounts.services.people import ExperienceChoiceError, change_profile
from accounts.services.sensitive import choose_sensitive, sensitive_terms
from accounts.session import person
from breakthru.lib.http import unprocessable

# As whom the preview looks, and what its tabs are called.
PREVIEWS = {
    Viewer.VISITOR: "A visitor",
    Viewer.LEARNER: "Somebody signed in",
    Viewer.INTRODUCED: "A matched mentor",
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def profile_edit(request: HttpRequest) -> HttpResponse:
    """Show the profile, or keep what was changed."""
    user, today = person(request), timezone.localdate()
    grown_up = is_adult(user, today)
    form = ProfileForm(request.POST if request.method == "POST" else None, user=user, is_adult=grown_up)
    if form.is_valid():
        try:
            change_profile(by=user, draft=form.draft(), today=today)
        except ExperienceChoiceError as error:
            form.add_error(error.group, str(error))
        else:
            messages.success(request, "Your profile is saved.")
            return redirect("accounts:profile_edit")
    response = render(request, "accounts/profile_edit.html", {"form": form, "is_adult": grown_up})
    return unprocessable(response) if form.is_bound else response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sensitive_edit(request: HttpRequest) -> HttpResponse:
    """Show which sensitive things a person keeps here, or keep what was ticked. Minors have no such page."""
    user, now = person(request), timezone.now()
    if not is_adult(user, timezone.localdate()):
        raise Http404
    held = sensitive_terms(user=user)
    form = SensitiveForm(request.POST if request.method == "POST" else None, held=held)
    if form.is_valid():
        try:
            choose_sensitive(by=user, choices=form.choices(), now=now, today=timezone.localdate())
        except ExperienceChoiceError as error:
            form.add_error(error.group, str(error))
        else:
            messages.success(request, "Saved. You can take back any of it here, at any time.")
            return redirect("accounts:sensitive_edit")
    response = render(request, "accounts/profile_sensitive.html", {"form": form})
    return unprocessable(response) if form.is_bound else response


@never_cache
@require_safe
def profile_preview(request: HttpRequest) -> HttpResponse:
    """Show what others see of the person who is signed in."""
    user = person(request)
    named, tabs = request.GET.get("as", ""), dict(PREVIEWS)
    if not is_adult(user, timezone.localdate()):
        # Nobody is introduced before 18.
        del tabs[Viewer.INTRODUCED]
    chosen = Viewer(named) if named in tabs else Viewer.VISITOR
    is_match = chosen == Viewer.INTRODUCED
    context = {
        "tabs": tabs.items(),
        "chosen": chosen,
        "is_match": is_match,
        "terms": PersonExperience.objects.seen_of(user, Viewer.LEARNER if is_match else chosen),
        "later": PersonExperience.objects.private_of(user) if is_match else [],
    }
    return render(request, "accounts/preview.html", context)
