"""What each plan gives."""

from email.utils import parseaddr

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.session import person_or_none
from memberships.models import AccessGrant


@login_not_required
@require_safe
def plan_list(request: HttpRequest) -> HttpResponse:
    """Free, Premium and Personal Mentor, and what the person who is signed in has now."""
    user = person_or_none(request)
    context = {
        "is_signed_in": user is not None,
        "grant": AccessGrant.objects.of(user).longest_current(timezone.now()) if user else None,
        # Answers to the site's own mails arrive here too.
        "contact": parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
    }
    return render(request, "memberships/plan_list.html", context)
