"""The inbox, and what a person wants to be told of."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms.notifications import NotificationSettingsForm
from accounts.models import Notification
from accounts.pages.notifications import find_inbox
from accounts.services.addresses import AddressTrouble, address_trouble
from accounts.services.mail import lift_suppression
from accounts.services.notification_settings import change_settings
from accounts.services.notifications import mark_all_read, mark_seen
from accounts.session import person
from breakthru.lib.http import unprocessable


@never_cache
@require_safe
def notification_list(request: HttpRequest) -> HttpResponse:
    """Show what happened, newest first, in one of the tabs."""
    tab, cursor = request.GET.get("tab", ""), request.GET.get("cursor", "")
    inbox = find_inbox(user=person(request), tab=tab, cursor=cursor, now=timezone.now())
    return render(request, "accounts/notification_list.html", {"inbox": inbox})


@never_cache
@require_safe
def notification_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to what a notification is about, and note that it was seen.

    A GET may do so: that this person opened it is all it records, it harms nobody when a browser fetches the
    page ahead, and a link that opens in a new tab stays a link.
    """
    user = person(request)
    notification = get_object_or_404(Notification.objects.visible_to(user), pk=pk)
    mark_seen(by=user, path=notification.path, now=timezone.now())
    return HttpResponseRedirect(notification.path)


@require_POST
def notifications_read(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    mark_all_read(by=person(request), now=timezone.now())
    messages.success(request, "Everything is marked as read.")
    return redirect("accounts:notification_list")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def notification_settings(request: HttpRequest) -> HttpResponse:
    """Show what a person is told of, how and when, or keep what they changed."""
    user = person(request)
    form = NotificationSettingsForm(request.POST if request.method == "POST" else None, user=user)
    if form.is_valid():
        change_settings(by=user, draft=form.draft())
        messages.success(request, "Your notification settings are saved.")
        return redirect("accounts:notification_settings")
    context = {"form": form, "trouble": address_trouble(user=user), "troubles": AddressTrouble}
    response = render(request, "accounts/notification_settings.html", context)
    return unprocessable(response) if form.is_bound else response


@require_POST
def address_retry(request: HttpRequest) -> HttpResponse:
    """Send mails again to an address that mails came back from."""
    lift_suppression(by=person(request), now=timezone.now())
    messages.success(request, "We send e-mails to you again. If one comes back, we tell you here.")
    return redirect("accounts:notification_settings")
