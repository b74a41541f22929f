"""The development mailbox: what was sent, as text and as HTML."""

from csp.decorators import csp
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from breakthru.lib.mailbox import StoredMail, stored_mail, stored_mails

# Mails carry their styles inline, as mail programs want them; scripts and forms do nothing here either.
MAIL_POLICY = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["'self'", "data:"],
    "form-action": ["'none'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}


def _mail(name: str) -> StoredMail:
    mail = stored_mail(name)
    if mail is None:
        raise Http404
    return mail


@login_not_required
@require_safe
def mail_list(request: HttpRequest) -> HttpResponse:
    """Every mail, newest first."""
    return render(request, "pages/dev_mail_list.html", {"mails": stored_mails()})


@login_not_required
@require_safe
def mail_detail(request: HttpRequest, name: str) -> HttpResponse:
    """One mail: headers and text part."""
    return render(request, "pages/dev_mail_detail.html", {"mail": _mail(name)})


@login_not_required
@require_safe
@csp(MAIL_POLICY)  # type: ignore[arg-type]  # typed for views without arguments
def mail_html(request: HttpRequest, name: str) -> HttpResponse:
    """One mail's HTML part, as a mail program shows it."""
    return HttpResponse(_mail(name).html)
