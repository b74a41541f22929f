"""What mail providers tell of mails that came back: the one place that knows django-anymail.

It verifies and reads the webhooks; mails leave by SMTP all the same (docs/operations.md). Amazon SES is not
here: its webhook needs boto3, and asks us to fetch an address.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType
from django.http import HttpRequest
from django.utils.module_loading import import_string

Raw = Mapping[str, Any]


class HookRefusedError(ValueError):
    """Not signed as it should be, or not readable."""


@dataclass(frozen=True)
class Trouble:
    """An address that takes no mail for good, or whose owner called one of ours spam."""

    address: str
    is_complaint: bool


@dataclass(frozen=True)
class Provider:
    """How to read the webhook of one provider."""

    # In anymail.webhooks; loaded only where it is used.
    view: str
    # What MAIL_WEBHOOK_SECRET is to it: a key that signs; with basic auth ("webhook_secret") "name:password".
    secret: str
    # Whether a bounce, as the provider wrote it, is for good. Everything else may pass by itself.
    is_hard: Callable[[Raw], bool]


def _sparkpost_is_hard(raw: Raw) -> bool:
    # Their table of classes: invalid recipient, no recipient.
    return any(event.get("bounce_class") in ("10", "30") for event in raw["msys"].values())


PROVIDERS = {
    "brevo": Provider(
        "brevo.BrevoTrackingWebhookView", "webhook_secret", lambda raw: raw["event"] == "hard_bounce"
    ),
    "mailersend": Provider(
        "mailersend.MailerSendTrackingWebhookView",
        "signing_secret",
        lambda raw: raw["data"]["type"] == "hard_bounced",
    ),
    "mailgun": Provider(
        "mailgun.MailgunTrackingWebhookView",
        "webhook_signing_key",
        lambda raw: raw["event-data"].get("reason") in ("bounce", "suppress-bounce"),
    ),
    "mailjet": Provider(
        "mailjet.MailjetTrackingWebhookView", "webhook_secret", lambda raw: raw.get("hard_bounce") is True
    ),
    "mailtrap": Provider(
        "mailtrap.MailtrapTrackingWebhookView", "tracking_secret", lambda raw: raw["event"] == "bounce"
    ),
    "postmark": Provider(
        "postmark.PostmarkTrackingWebhookView",
        "webhook_secret",
        lambda raw: "HardBounce" in (raw.get("Type"), raw.get("SuppressionReason")),
    ),
    "resend": Provider(
        "resend.ResendTrackingWebhookView",
        "webhook_secret",
        lambda raw: raw["data"]["bounce"].get("type") == "Permanent",
    ),
    "sendgrid": Provider(
        "sendgrid.SendGridTrackingWebhookView",
        "tracking_webhook_verification_key",
        lambda raw: raw.get("type") == "bounce",
    ),
    "sparkpost": Provider("sparkpost.SparkPostTrackingWebhookView", "webhook_secret", _sparkpost_is_hard),
}


def has_webhook(name: str, secret: str) -> bool:
    """Say whether there is somebody to listen to, and something that proves who it is."""
    return name in PROVIDERS and bool(secret)


def read_troubles(request: HttpRequest, *, name: str, secret: str) -> list[Trouble]:
    """Return what a provider's webhook tells of addresses; raises HookRefusedError."""
    provider = PROVIDERS[name]
    view = import_string(f"anymail.webhooks.{provider.view}")(**{provider.secret: secret})
    try:
        view.run_validators(request)
        return [
            Trouble(event.recipient.strip(), event.event_type == EventType.COMPLAINED)
            for event in view.parse_events(request)
            if _is_trouble(event, provider)
        ]
    # Whatever somebody sends: broken JSON, lists for objects, bytes that are no UTF-8.
    except Exception as error:
        raise HookRefusedError from error


def _is_trouble(event: AnymailTrackingEvent, provider: Provider) -> bool:
    if not event.recipient:
        return False
    if event.event_type == EventType.BOUNCED:
        return provider.is_hard(event.esp_event)
    return bool(event.event_type == EventType.COMPLAINED)
