"""How allauth does things here."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal.ratelimit import get_ip
from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string

from accounts.models import User
from accounts.services.mail import queue_account_mail
from accounts.services.people import new_public_slug


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Fills our fields at sign-up and sends every mail through the outbox."""

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Copy the form to the new person; the public name is made here, once."""
        user.email = form.cleaned_data["email"].lower()
        user.display_name = form.cleaned_data["display_name"]
        user.slug = new_public_slug(user.display_name)
        user.set_password(form.cleaned_data["password1"])
        if commit:
            user.save()
        return user

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Render now, send from a worker: a slow mail server delays nobody and betrays nobody."""
        full = {"site_url": settings.SITE_URL, "email": email, **context}
        full.pop("request", None)
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


def _on_our_site(url: str) -> str:
    return settings.SITE_URL + urlsplit(url).path
