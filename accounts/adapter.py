"""How allauth does things here."""

from io import BytesIO
from typing import Any
from urllib.parse import urlencode, urlsplit

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.ratelimit import get_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from qrcode.image.svg import SvgPathFillImage

from accounts.access import needs_second_step
from accounts.models import User
from accounts.services.consents import accept_texts
from accounts.services.mail import queue_account_mail
from accounts.services.people import new_public_slug
from accounts.session import begin_to_note, is_remembered_too_young
from breakthru.lib.sealing import seal, unseal
from breakthru.lib.zones import zone_or_default

# What changed → how the mail about it begins and what it says.
_NOTICES = {
    "account/email/password_changed": (
        "Your password is changed",
        "The password of your account was changed.",
    ),
    "account/email/password_reset": ("Your password is changed", "The password of your account was changed."),
    "account/email/password_set": ("Your account has a password", "A password was set for your account."),
    "account/email/email_changed": (
        "Your e-mail address is changed",
        "The e-mail address of your account was changed. From now on we write to the new one.",
    ),
    "account/email/email_deleted": (
        "An e-mail address is removed",
        "An e-mail address was removed from your account.",
    ),
    "mfa/email/totp_activated": (
        "An authenticator app is added",
        "From now on, signing in to your account asks for a code from your authenticator app.",
    ),
    "mfa/email/totp_deactivated": (
        "The authenticator app is removed",
        "Signing in to your account no longer asks for a code from an authenticator app.",
    ),
    "mfa/email/webauthn_added": ("A passkey is added", "A passkey was added to your account."),
    "mfa/email/webauthn_removed": ("A passkey is removed", "A passkey was removed from your account."),
    "mfa/email/recovery_codes_generated": (
        "You have new recovery codes",
        "New recovery codes were made for your account. The old ones no longer work.",
    ),
    "socialaccount/email/account_connected": (
        "Google is connected",
        "From now on you can sign in to your account with Google.",
    ),
    "socialaccount/email/account_disconnected": (
        "Google is disconnected",
        "Your account is no longer connected with Google.",
    ),
}


# Methods that change nothing.
_LOOKING = ("GET", "HEAD")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Fills our fields at sign-up and sends every mail through the outbox."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "This account is not active.",
        "email_password_mismatch": "That e-mail and password do not match. Check for capital letters, or "
        "ask for a sign-in code.",
        "incorrect_code": "That code does not fit. Please look again, or ask for a new one.",
        "incorrect_password": "That is not your password. Please try again.",
        "enter_current_password": "That is not your current password. Please try again.",
        "too_many_login_attempts": "That was tried too often just now. Wait five minutes, or ask for a "
        "sign-in code by e-mail.",
        "rate_limited": "That was tried too often just now. Please wait a few minutes.",
        "same_as_current": "This is the address you have now.",
        "duplicate_email": "This is the address you have now.",
        "invalid_password_reset": "This link no longer works. Please ask for a new one.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Open to everybody, except to who just told us that they are too young."""
        if is_remembered_too_young(request):
            raise ImmediateHttpResponse(redirect("accounts:too_young"))
        return True

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Copy the form to the new person; the public name is made here, once."""
        user.email = form.cleaned_data["email"].lower()
        user.display_name = form.cleaned_data["display_name"]
        user.slug = new_public_slug(user.display_name)
        birth = form.cleaned_data["birth"]
        user.birth_year, user.birth_month = birth.year, birth.month
        # Who joins with Google has none.
        user.set_password(form.cleaned_data.get("password1"))
        if commit:
            user.save()
            accept_texts(by=user, now=timezone.now())
        return user

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Go on; older accounts are asked for birth month and year on the way."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        begin_to_note(request, now=timezone.now())
        if user.birth_year is None:
            query = urlencode({"next": response["Location"]})
            return redirect(f"{reverse('accounts:birth_edit')}?{query}")
        return response

    def logout(self, request: HttpRequest) -> None:
        """Sign out on a press of a button alone: following a link that somebody sent signs nobody out."""
        if request.method not in _LOOKING:
            super().logout(request)

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """Say what happened; `logout` may have kept somebody signed in."""
        if message_template != "account/messages/logged_out.txt" or request.method not in _LOOKING:
            super().add_message(request, level, message_template, *args, **kwargs)

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, **kwargs: Any
    ) -> None:
        """Tell of a change; the mail names its time in the zone of `user`."""
        super().send_notification_mail(template_prefix, user, {**(context or {}), "user": user}, **kwargs)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Render now, send from a worker: a slow mail server delays nobody and betrays nobody."""
        full = {"site_url": settings.SITE_URL, "email": email, **context}
        full.pop("request", None)
        if template_prefix in _NOTICES:
            full["title"], full["sentence"] = _NOTICES[template_prefix]
            template_prefix = "account/email/notice"
        with timezone.override(zone_or_default(full["user"].time_zone) if "user" in full else None):
            queue_account_mail(
                to=email,
                subject=" ".join(render_to_string(f"{template_prefix}_subject.txt", full).split())[:200],
                text=render_to_string(f"{template_prefix}_message.txt", full),
                html=render_to_string(f"{template_prefix}_message.html", full),
            )

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """Build the link on our own address, whatever Host the request claimed."""
        return _on_our_site(super().get_email_confirmation_url(request, emailconfirmation))

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Build the link on our own address, whatever Host the request claimed."""
        return _on_our_site(super().get_reset_password_from_key_url(key))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count failed logins by account and network: nobody elsewhere can lock a person out."""
        return f"{credentials.get('email', '').lower()}:{get_ip(request)}"


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps the secrets of second steps sealed, and a last one where a role needs it."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "That code does not fit. Each code works once and only for a short time.",
        "cannot_delete_authenticator": "Your role needs a second step, and this is your last one. Add "
        "another before you remove it.",
        "cannot_generate_recovery_codes": "Recovery codes come with an authenticator app or a passkey.",
        "unverified_email": "Please confirm your e-mail address first.",
        "add_email_blocked": "Please confirm your e-mail address first.",
    }

    def encrypt(self, text: str) -> str:
        """Seal a secret for the database."""
        return seal(text).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open what `encrypt` sealed."""
        return unseal(encrypted_text.encode())

    def build_totp_svg(self, url: str) -> str:
        """Draw the square code on white: on a dark page cameras would find nothing."""
        drawn = BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage).save(drawn)
        return drawn.getvalue().decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Refuse to remove the last second step of somebody whose role needs one."""
        others = Authenticator.objects.filter(user=authenticator.user, type__in=("totp", "webauthn"))
        return not needs_second_step(authenticator.user) or others.exclude(pk=authenticator.pk).exists()

    def generate_authenticator_name(self, user: User, type: Any) -> str:
        """Return the name that a new passkey has until its owner gives another."""
        count = Authenticator.objects.filter(user=user, type=type).count()
        return "My passkey" if count == 0 else f"My passkey {count + 1}"

    def _get_site_name(self) -> str:
        return "Project BreakThru"


class GoogleAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Joins a Google sign-in with an account of ours only when both have seen the address confirmed."""

    error_messages = {
        **DefaultSocialAccountAdapter.error_messages,
        "no_password": "Please choose a password first, so that you can still sign in.",
        "no_verified_email": "Please confirm your e-mail address first, so that you can still sign in.",
        "disconnect_last": "Please choose a password first, so that you can still sign in.",
        "connected_other": "That Google account belongs to another account here.",
    }

    def can_authenticate_by_email(self, login: Any, email: str) -> bool:
        """Refuse addresses that nobody confirmed here: whoever typed one first may not be its owner."""
        is_ours = EmailAddress.objects.filter(email__iexact=email, verified=True).exists()
        return is_ours and bool(super().can_authenticate_by_email(login, email))

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """Return Google's keys from the environment, and ask no table for others."""
        if not settings.GOOGLE_ENABLED:
            return []
        keys = {"client_id": settings.GOOGLE_CLIENT_ID, "secret": settings.GOOGLE_CLIENT_SECRET}
        return [SocialApp(provider="google", name="Google", **keys)]

    def get_app(self, request: HttpRequest, provider: Any, client_id: Any = None) -> SocialApp:
        """Return Google's keys; without them there is no such page."""
        if not settings.GOOGLE_ENABLED:
            raise Http404
        app: SocialApp = super().get_app(request, provider, client_id=client_id)
        return app


def _on_our_site(url: str) -> str:
    return settings.SITE_URL + urlsplit(url).path
