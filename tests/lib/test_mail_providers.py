"""What each mail provider means by a bounce: for good, or for now."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from anymail.exceptions import AnymailNotSupportedWarning
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.http import HttpRequest
from django.test import RequestFactory

from breakthru.lib.mail_providers import PROVIDERS, HookRefusedError, Trouble, read_troubles
from tests.accounts.mail_events import (
    ADDRESS,
    SECRET,
    basic,
    mailgun_event,
    postmark_bounce,
    postmark_complaint,
    written,
)

HARD, SPAM = [Trouble(ADDRESS, is_complaint=False)], [Trouble(ADDRESS, is_complaint=True)]
NONE: list[Trouble] = []


def brevo(event: str) -> dict[str, Any]:
    return {"event": event, "email": ADDRESS, "id": 26224, "ts_epoch": 1604933623000, "tags": []}


def mailersend(kind: str) -> dict[str, Any]:
    email = {"recipient": {"email": ADDRESS}, "message": {"id": "62fb66bef54a112e920b5493"}}
    return {"type": f"activity.{kind}", "data": {"type": kind, "id": "1", "email": email, "morph": None}}


def mailjet(event: str, *, is_hard: bool = False) -> dict[str, Any]:
    return {
        "event": event,
        "time": 1430812195,
        "email": ADDRESS,
        "hard_bounce": is_hard,
        "error": "user unknown",
    }


def mailtrap(event: str) -> dict[str, Any]:
    one = {"event": event, "email": ADDRESS, "message_id": "x", "event_id": "y", "timestamp": 1730000000}
    return {"events": [one]}


def resend(kind: str) -> dict[str, Any]:
    bounce = {"message": "a hard bounce message", "subType": "General", "type": kind}
    data = {"to": [ADDRESS], "email_id": "1", "bounce": bounce, "created_at": "2026-11-22T23:41:12.126Z"}
    return {"type": "email.bounced", "created_at": "2026-11-22T23:41:12.126Z", "data": data}


def sparkpost(kind: str, bounce_class: str = "10") -> list[dict[str, Any]]:
    event = {"type": kind, "raw_rcpt_to": ADDRESS, "timestamp": "1460989507", "bounce_class": bounce_class}
    return [{"msys": {"message_event": event}}, {"msys": {}}]


def sendgrid(event: str, kind: str = "bounce") -> list[dict[str, Any]]:
    return [{"event": event, "email": ADDRESS, "timestamp": 1461095246, "type": kind, "status": "5.0.0"}]


BY_PASSWORD: list[tuple[str, object, list[Trouble]]] = [
    ("brevo", brevo("hard_bounce"), HARD),
    ("brevo", brevo("soft_bounce"), NONE),
    ("brevo", brevo("spam"), SPAM),
    ("brevo", brevo("delivered"), NONE),
    ("mailjet", [mailjet("bounce", is_hard=True)], HARD),
    ("mailjet", mailjet("bounce"), NONE),
    ("mailjet", mailjet("spam"), SPAM),
    ("postmark", postmark_bounce(), HARD),
    ("postmark", postmark_bounce("SoftBounce"), NONE),
    ("postmark", postmark_complaint(), SPAM),
    ("resend", resend("Permanent"), HARD),
    ("resend", resend("Transient"), NONE),
    ("sparkpost", sparkpost("bounce"), HARD),
    ("sparkpost", sparkpost("out_of_band", "30"), HARD),
    ("sparkpost", sparkpost("bounce", "22"), NONE),
    ("sparkpost", sparkpost("spam_complaint"), SPAM),
]


def request_with(body: bytes, headers: dict[str, str]) -> HttpRequest:
    return RequestFactory().post("/", body, content_type="application/json", headers=headers)


@pytest.mark.parametrize(("name", "event", "troubles"), BY_PASSWORD)
def test_a_provider_with_a_password_is_understood(name: str, event: object, troubles: list[Trouble]) -> None:
    request = request_with(written(event), basic())
    assert read_troubles(request, name=name, secret=SECRET) == troubles


@pytest.mark.parametrize(
    ("event", "troubles"),
    [
        (mailgun_event(), HARD),
        (mailgun_event(reason="suppress-bounce"), HARD),
        (mailgun_event(reason="generic"), NONE),
        (mailgun_event(severity="temporary"), NONE),
        (mailgun_event("complained"), SPAM),
        (mailgun_event("delivered"), NONE),
    ],
)
def test_mailgun_is_understood(event: object, troubles: list[Trouble]) -> None:
    assert read_troubles(request_with(written(event), {}), name="mailgun", secret=SECRET) == troubles


def hmac_header(name: str, body: bytes) -> dict[str, str]:
    return {name: hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}


@pytest.mark.parametrize(
    ("name", "header", "event", "troubles"),
    [
        ("mailersend", "Signature", mailersend("hard_bounced"), HARD),
        ("mailersend", "Signature", mailersend("soft_bounced"), NONE),
        ("mailersend", "Signature", mailersend("spam_complaint"), SPAM),
        ("mailtrap", "Mailtrap-Signature", mailtrap("bounce"), HARD),
        ("mailtrap", "Mailtrap-Signature", mailtrap("soft bounce"), NONE),
        ("mailtrap", "Mailtrap-Signature", mailtrap("spam"), SPAM),
    ],
)
def test_a_provider_that_signs_the_body_is_understood(
    name: str, header: str, event: object, troubles: list[Trouble]
) -> None:
    body = written(event)
    assert read_troubles(request_with(body, hmac_header(header, body)), name=name, secret=SECRET) == troubles
    with pytest.raises(HookRefusedError):
        read_troubles(request_with(body + b" ", hmac_header(header, body)), name=name, secret=SECRET)


@pytest.mark.parametrize(
    ("event", "troubles"),
    [
        (sendgrid("bounce"), HARD),
        (sendgrid("bounce", "blocked"), NONE),
        (sendgrid("spamreport"), SPAM),
    ],
)
def test_sendgrid_signs_with_a_key_pair(event: object, troubles: list[Trouble]) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    secret, body = base64.b64encode(public).decode(), json.dumps(event).encode()
    signature = base64.b64encode(key.sign(b"1700000000" + body, ec.ECDSA(hashes.SHA256()))).decode()
    headers = {
        "X-Twilio-Email-Event-Webhook-Signature": signature,
        "X-Twilio-Email-Event-Webhook-Timestamp": "1700000000",
    }
    # anymail cannot try it out any more, and says so.
    with pytest.warns(AnymailNotSupportedWarning):
        assert read_troubles(request_with(body, headers), name="sendgrid", secret=secret) == troubles
    with pytest.warns(AnymailNotSupportedWarning), pytest.raises(HookRefusedError):
        read_troubles(request_with(body + b" ", headers), name="sendgrid", secret=secret)


def test_nobody_is_heard_without_proof() -> None:
    signed = {"sendgrid"}
    for name in PROVIDERS.keys() - signed:
        with pytest.raises(HookRefusedError):
            read_troubles(request_with(b"[]", {}), name=name, secret=SECRET)
