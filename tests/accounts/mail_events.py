"""What mail providers post, as their documentation shows it, with the proof that it is theirs."""

import base64
import hashlib
import hmac
import json
from typing import Any

ADDRESS = "jordan@example.test"
SECRET = "provider:a-long-secret"
MAILGUN_TOKEN = "3b3b2c1f7a0e4f6f8c2c7f1b9f7d4a5e6c8b9a0d1e2f3a4b5c"


def basic(secret: str = SECRET) -> dict[str, str]:
    """The header of a provider that knows name and password."""
    return {"Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"}


def postmark_bounce(kind: str = "HardBounce", email: str = ADDRESS) -> dict[str, Any]:
    """A bounce of Postmark."""
    return {
        "RecordType": "Bounce",
        "ID": 4323372036854775807,
        "Type": kind,
        "TypeCode": 1,
        "Name": "Hard bounce",
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "ServerID": 23,
        "Description": "The server was unable to deliver your message (ex: unknown user, mailbox not found).",
        "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist.",
        "Email": email,
        "From": "hello@breakthru.example",
        "BouncedAt": "2026-11-05T16:33:54.9070259Z",
        "DumpAvailable": True,
        "Inactive": True,
        "CanActivate": True,
        "Subject": "Leila answered your question",
        "MessageStream": "outbound",
        "Metadata": {},
    }


def postmark_complaint() -> dict[str, Any]:
    """Somebody called a mail spam, as Postmark tells it."""
    return postmark_bounce("SpamComplaint") | {"RecordType": "SpamComplaint", "Name": "Spam complaint"}


def mailgun_event(
    event: str = "failed",
    *,
    severity: str = "permanent",
    reason: str = "bounce",
    email: str = ADDRESS,
    key: str = SECRET,
) -> dict[str, Any]:
    """An event of Mailgun with its signature."""
    timestamp = "1762360434"
    signature = hmac.new(key.encode(), f"{timestamp}{MAILGUN_TOKEN}".encode(), hashlib.sha256).hexdigest()
    return {
        "signature": {"timestamp": timestamp, "token": MAILGUN_TOKEN, "signature": signature},
        "event-data": {
            "event": event,
            "id": "pl271FzxTTmGRW8Uj3dUWw",
            "log-level": "error",
            "severity": severity,
            "reason": reason,
            "timestamp": 1762360434.1,
            "recipient": email,
            "recipient-domain": "example.test",
            "delivery-status": {
                "attempt-no": 1,
                "code": 550,
                "description": "",
                "message": "5.1.1 The email account that you tried to reach does not exist.",
                "session-seconds": 0.5,
            },
            "message": {"headers": {"message-id": "1.2.3@breakthru.example", "to": email}},
            "tags": [],
            "user-variables": {},
        },
    }


def written(event: object) -> bytes:
    """As it goes over the wire."""
    return json.dumps(event).encode()
