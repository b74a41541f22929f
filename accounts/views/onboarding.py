"""Three short steps after sign-up."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.forms.onboarding import STEPS, OnboardingForm, step_to_show, steps_around
from accounts.models import PersonExperience
from accounts.permissions import is_adult
from accounts.services.people import ExperienceChoiceError, choose_several
from accounts.session import person
from breakthru.lib.http import unprocessable


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def onboarding(request: HttpRequest) -> HttpResponse:
    """Show one step, or keep what it asked and go on; after the last, to the dashboard."""
    user, today = person(request), timezone.localdate()
    step = step_to_show(request.GET.get("step", ""), PersonExperience.objects.all_of(user))
    before, after = (_address(one.key) if one else None for one in steps_around(step))
    onward = after or reverse("dashboard")
    data, grown_up = request.POST if request.method == "POST" else None, is_adult(user, today)
    form = OnboardingForm(data, step=step, user=user, is_adult=grown_up)
    if form.is_valid():
        try:
            choose_several(by=user, choices=form.choices(), today=today)
        except ExperienceChoiceError as error:
            form.add_error(error.group, str(error))
        else:
            if after is None:
                messages.success(request, "Thank you. You can change all of it in your profile.")
            return redirect(onward)
    context = {
        "form": form,
        "step": step,
        "steps": STEPS,
        "number": STEPS.index(step) + 1,
        "here": _address(step.key),
        "back": before,
        "onward": onward,
        "is_last": after is None,
        "is_adult": grown_up,
    }
    response = render(request, "accounts/onboarding.html", context)
    return unprocessable(response) if form.is_bound else response


def _address(step: str) -> str:
    return f"{reverse('accounts:onboarding')}?step={step}"
