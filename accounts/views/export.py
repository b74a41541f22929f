"""Ask for a copy of my data, and get it."""

import uuid

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import DataExport
from accounts.services.exporting import (
    KEEP_FILES,
    ExportError,
    downloadable_export,
    export_state,
    request_export,
)
from accounts.services.notifications import mark_seen
from accounts.session import person


def _asks(request: HttpRequest) -> bool:
    # To see how far it is takes no password.
    return request.method == "POST"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(enabled=_asks)  # type: ignore[untyped-decorator]  # allauth ships no types
def export(request: HttpRequest) -> HttpResponse:
    """Say what is in a copy and how far the last one is; have one made."""
    user, now = person(request), timezone.now()
    if request.method == "POST":
        try:
            request_export(by=user, now=now)
        except ExportError as error:
            messages.info(request, str(error))
        return redirect("accounts:export")
    if user.unread_count:
        # Whatever way somebody came here, what they were told of this page is seen now.
        mark_seen(by=user, path=request.path, now=now)
    context = {"state": export_state(user=user, now=now), "days": KEEP_FILES.days}
    return render(request, "accounts/export.html", context)


@never_cache
@require_safe
def export_download(request: HttpRequest, export_id: uuid.UUID) -> HttpResponseBase:
    """Send the file to its owner, after their password; for everybody else there is none."""
    found = downloadable_export(user=person(request), export_id=export_id, now=timezone.now())
    if found is None:
        raise Http404
    response: HttpResponseBase = _send(request, found)
    return response


@require_safe
@reauthentication_required  # type: ignore[untyped-decorator]
def _send(request: HttpRequest, found: DataExport) -> FileResponse:
    try:
        content = found.file.open()
    except FileNotFoundError as error:
        raise Http404 from error
    name = f"breakthru-data-{timezone.localdate(found.ready_at):%Y-%m-%d}.zip"
    response = FileResponse(content, as_attachment=True, filename=name, content_type="application/zip")
    response["Cache-Control"] = "private, no-store"
    return response
