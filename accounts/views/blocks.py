"""Keep somebody out of sight, and take it back."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.services.blocks import block, has_blocked, unblock
from accounts.session import person


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def block_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what a block does, and make it or take it back.

    The page is the same for who was blocked by that person: nobody learns of it here.
    """
    user = person(request)
    other = get_object_or_404(User, slug=slug, erased_at=None)
    if other == user:
        raise Http404
    if request.method == "POST" and "undo" in request.POST:
        unblock(by=user, other=other)
        messages.success(request, f"You have unblocked {other.display_name}.")
        return redirect("accounts:block_edit", slug=slug)
    if request.method == "POST":
        block(by=user, other=other, now=timezone.now())
        messages.success(request, f"You have blocked {other.display_name}. You can take it back here.")
        return redirect(f"{reverse('accounts:privacy')}#blocked")
    context = {"other": other, "is_blocked": has_blocked(by=user, other=other)}
    return render(request, "accounts/block_confirm.html", context)
