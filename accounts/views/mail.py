"""Stop mails by the link in them, and hear from the mail provider what came back."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.services.addresses import note_troubles
from accounts.services.mail import (
    UnsubscribeTokenError,
    gets_mails,
    read_unsubscribe_token,
    resume_mails,
    stop_mails,
    subject_label,
)
from breakthru.lib.http import is_longer_than
from breakthru.lib.mail_providers import HookRefusedError, has_webhook, read_troubles

MAX_WEBHOOK_BYTES = 512 * 1024


@login_not_required
@csrf_exempt  # one-click unsubscribe (RFC 8058): mail programs post without our cookie; the token is signed
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mail_unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask on GET, since mail scanners open links; stop the mails on POST. Works signed out."""
    try:
        user, subject = read_unsubscribe_token(token)
    except UnsubscribeTokenError as error:
        raise Http404 from error
    if request.method == "POST":
        choose = resume_mails if "again" in request.POST else stop_mails
        choose(user=user, subject=subject)
    context = {
        "label": subject_label(subject),
        "is_wanted": gets_mails(user=user, subject=subject),
        "is_done": request.method == "POST",
        "asked_again": "again" in request.POST,
    }
    return render(request, "accounts/mail_unsubscribe.html", context)


@login_not_required
@csrf_exempt  # the provider has no cookie of ours: it signs what it posts, or knows a password
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mail_webhook(request: HttpRequest) -> HttpResponse:
    """Hear which mails came back for good or were called spam."""
    name, secret = settings.MAIL_PROVIDER, settings.MAIL_WEBHOOK_SECRET
    if not has_webhook(name, secret):
        raise Http404
    if request.method != "POST":
        # Some providers look first whether somebody is there.
        return HttpResponse("This address is for our mail provider.\n", content_type="text/plain")
    if is_longer_than(request, MAX_WEBHOOK_BYTES):
        return HttpResponse(status=413)
    try:
        troubles = read_troubles(request, name=name, secret=secret)
    except HookRefusedError:
        return HttpResponse(status=400)
    note_troubles(troubles=troubles, now=timezone.now())
    return HttpResponse()
