"""Stop a kind of mail by the link in it."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.services.mail import UnsubscribeTokenError, choose_mail, is_chosen, read_unsubscribe_token


@login_not_required
@csrf_exempt  # one-click unsubscribe (RFC 8058): mail programs post without our cookie; the token is signed
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mail_unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask on GET, since mail scanners open links; stop the mails on POST. Works signed out."""
    try:
        user, kind = read_unsubscribe_token(token)
    except UnsubscribeTokenError as error:
        raise Http404 from error
    if request.method == "POST":
        choose_mail(user=user, kind=kind, is_wanted="again" in request.POST)
    context = {
        "kind": kind,
        "is_wanted": is_chosen(user=user, kind=kind),
        "is_done": request.method == "POST",
    }
    return render(request, "accounts/mail_unsubscribe.html", context)
