"""The mail provider's webhook: who may speak, what is heard, and what cannot be read."""

import pytest
from django.conf import LazySettings
from django.test import Client

from accounts.models import Suppression
from tests.accounts.mail_events import (
    ADDRESS,
    SECRET,
    basic,
    mailgun_event,
    postmark_bounce,
    postmark_complaint,
    written,
)

pytestmark = pytest.mark.django_db
URL = "/mail/webhook/"
BOUNCE, COMPLAINT = Suppression.Reason.BOUNCE, Suppression.Reason.COMPLAINT


@pytest.fixture
def hook() -> Client:
    """A machine without our cookie."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def postmark(settings: LazySettings) -> None:
    """Proves itself by name and password."""
    settings.MAIL_PROVIDER, settings.MAIL_WEBHOOK_SECRET = "postmark", SECRET


@pytest.fixture
def mailgun(settings: LazySettings) -> None:
    """Signs what it posts."""
    settings.MAIL_PROVIDER, settings.MAIL_WEBHOOK_SECRET = "mailgun", SECRET


def post(client: Client, body: bytes, headers: dict[str, str] | None = None) -> int:
    """Post as a provider does; return the status."""
    return client.post(URL, body, content_type="application/json", headers=headers or {}).status_code


def heard() -> dict[str, str]:
    """Reasons by address."""
    return dict(Suppression.objects.values_list("email", "reason"))


# --- What is heard


def test_a_mail_that_came_back_for_good_stops_mails_to_its_address(hook: Client, postmark: None) -> None:
    assert post(hook, written(postmark_bounce(email="Jordan@Example.test")), basic()) == 200
    assert heard() == {ADDRESS: BOUNCE}


def test_a_complaint_stops_mails_too(hook: Client, postmark: None) -> None:
    assert post(hook, written(postmark_complaint()), basic()) == 200
    assert heard() == {ADDRESS: COMPLAINT}


def test_a_signed_event_is_heard(hook: Client, mailgun: None) -> None:
    assert post(hook, written(mailgun_event())) == 200
    assert heard() == {ADDRESS: BOUNCE}


def test_a_signed_complaint_is_heard(hook: Client, mailgun: None) -> None:
    assert post(hook, written(mailgun_event("complained"))) == 200
    assert heard() == {ADDRESS: COMPLAINT}


@pytest.mark.parametrize("kind", ["SoftBounce", "Transient", "AutoResponder", "DnsError"])
def test_what_may_pass_changes_nothing(kind: str, hook: Client, postmark: None) -> None:
    assert post(hook, written(postmark_bounce(kind)), basic()) == 200
    assert heard() == {}


def test_an_event_that_comes_again_is_heard_once(hook: Client, mailgun: None) -> None:
    assert [post(hook, written(mailgun_event())) for _ in range(3)] == [200, 200, 200]
    assert Suppression.objects.count() == 1


@pytest.mark.parametrize("email", ["no address", "a" * 250 + "@example.test", "", None])
def test_what_is_no_address_is_left_alone(email: str | None, hook: Client, postmark: None) -> None:
    assert post(hook, written(postmark_bounce() | {"Email": email}), basic()) == 200
    assert heard() == {}


# --- Who may speak


@pytest.mark.parametrize("headers", [{}, basic("provider:guessed"), {"Authorization": "Basic %%%"}])
def test_without_the_password_nobody_is_heard(headers: dict[str, str], hook: Client, postmark: None) -> None:
    assert post(hook, written(postmark_bounce()), headers) == 400
    assert heard() == {}


def test_a_forged_signature_is_refused(hook: Client, mailgun: None) -> None:
    assert post(hook, written(mailgun_event(key="guessed"))) == 400
    assert heard() == {}


def test_a_body_without_signature_is_refused(hook: Client, mailgun: None) -> None:
    event = mailgun_event()
    del event["signature"]
    assert post(hook, written(event)) == 400


@pytest.mark.parametrize(
    ("name", "secret"), [("", ""), ("", SECRET), ("postmark", ""), ("carrier-pigeon", SECRET)]
)
def test_without_a_provider_or_its_secret_there_is_no_webhook(
    name: str, secret: str, hook: Client, settings: LazySettings
) -> None:
    settings.MAIL_PROVIDER, settings.MAIL_WEBHOOK_SECRET = name, secret
    assert post(hook, written(postmark_bounce()), basic()) == 404
    assert heard() == {}


def test_a_provider_may_look_whether_somebody_is_there(hook: Client, postmark: None) -> None:
    response = hook.get(URL)
    assert (response.content, "no-store" in response["Cache-Control"]) == (
        b"This address is for our mail provider.\n", True,
    )  # fmt: skip
    assert hook.head(URL).status_code == 200


def test_other_methods_are_refused(hook: Client, postmark: None) -> None:
    assert [hook.put(URL).status_code, hook.delete(URL).status_code] == [405, 405]


# --- What cannot be read


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe\x00",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b'{"RecordType": []}',
        written(postmark_bounce() | {"Email": 7}),
    ],
)
def test_what_cannot_be_read_is_refused(body: bytes, hook: Client, postmark: None) -> None:
    assert post(hook, body, basic()) == 400
    assert heard() == {}


@pytest.mark.parametrize("body", [b"\xff\xfe\x00", b"{", b"[]", b'{"signature": []}'])
def test_what_cannot_be_read_has_no_signature_either(body: bytes, hook: Client, mailgun: None) -> None:
    assert post(hook, body) == 400


@pytest.mark.parametrize(("size", "status"), [(512 * 1024, 400), (512 * 1024 + 1, 413), (3_000_000, 413)])
def test_a_huge_body_is_not_read(size: int, status: int, hook: Client, postmark: None) -> None:
    assert post(hook, b"x" * size, basic()) == status
