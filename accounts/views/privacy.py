"""My privacy in one place, and the log of what I agreed to."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Block, ConsentEntry
from accounts.permissions import is_leaving
from accounts.services.consents import in_words
from accounts.session import person
from breakthru.lib.pagination import newest_first

BLOCKS = 20
CONSENTS = 20
LATEST = 3


@never_cache
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Who sees what, whom I blocked, what I agreed to, and the ways to a copy and to an end."""
    user = person(request)
    blocks = newest_first(
        Block.objects.made_by(user),
        field="created_at",
        cursor=request.GET.get("cursor", ""),
        size=BLOCKS,
    )
    context = {
        "blocks": blocks,
        "consents": in_words(user=user, entries=ConsentEntry.objects.of(user)[:LATEST]),
        "is_leaving": is_leaving(user),
    }
    return render(request, "accounts/privacy.html", context)


@never_cache
@require_safe
def consent_list(request: HttpRequest) -> HttpResponse:
    """Everything I agreed to and took back, newest first."""
    user = person(request)
    page = newest_first(
        ConsentEntry.objects.of(user), field="at", cursor=request.GET.get("cursor", ""), size=CONSENTS
    )
    context = {"page": page, "consents": in_words(user=user, entries=page.items)}
    return render(request, "accounts/consent_list.html", context)
