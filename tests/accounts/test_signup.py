"""Joining: from the form to the verified account."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.internal.flows import manage_email
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.utils import timezone

from accounts.models import AccountMail, User
from breakthru.lib.mail import message_id
from breakthru.outbox.models import Outbox
from tests.accounts.conftest import Worker, html_of
from tests.factories.people import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
LINK = re.compile(r"http://\S+/accounts/confirm-email/[-:\w]+/")
JORDAN = {
    "display_name": "Jordan",
    "email": "Jordan@Example.Test",
    "birth_month": "6",
    "birth_year": "2000",
    "password1": PASSWORD,
}


def join(client: Client, **changed: str) -> Any:
    return client.post("/accounts/signup/", {**JORDAN, **changed})


def link_in(message: EmailMultiAlternatives) -> str:
    """The address in the text part; the HTML part has the same one."""
    (link,) = set(LINK.findall(str(message.body)))
    assert link in html_of(message)
    return str(link)


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_form_asks_for_four_things(client: Client) -> None:
    response = client.get("/accounts/signup/")
    assert response.status_code == 200
    assert list(response.context["form"].fields) == ["display_name", "email", "birth", "password1"]


def test_joining_makes_a_person_who_is_not_verified_yet(client: Client) -> None:
    response = join(client)
    assert (response.status_code, response["Location"]) == (302, "/accounts/confirm-email/")
    user = User.objects.get()
    assert (user.email, user.display_name, user.is_staff) == ("jordan@example.test", "Jordan", False)
    assert re.fullmatch(r"jordan-[a-z0-9]{6}", user.slug)
    assert user.check_password(PASSWORD)
    assert list(EmailAddress.objects.values_list("email", "verified")) == [("jordan@example.test", False)]
    assert is_signed_in(client) is False
    assert client.get("/accounts/confirm-email/").status_code == 200


def test_nobody_joins_as_staff_by_extra_fields(client: Client) -> None:
    join(client, is_staff="1", is_superuser="1", slug="admin", is_active="0")
    user = User.objects.get()
    assert (user.is_staff, user.is_superuser, user.is_active, user.slug != "admin") == (
        False, False, True, True,
    )  # fmt: skip


def test_mail_goes_into_the_outbox_and_not_out_of_the_request(client: Client) -> None:
    join(client)
    kept = AccountMail.objects.get()
    assert mail.outbox == []
    assert list(Outbox.objects.values_list("kind", "ref")) == [("accounts.send_account_mail", str(kept.pk))]


def test_worker_sends_one_mail_with_two_parts(client: Client, work_off: Worker) -> None:
    join(client)
    (sent,) = work_off()
    assert sent.to == ["jordan@example.test"]
    assert sent.subject == "Welcome to BreakThru: please confirm your e-mail"
    assert sent.extra_headers["Message-ID"] == message_id(f"account-mail:{AccountMail.objects.get().pk}")
    assert "Hello Jordan," in str(sent.body)
    assert "confirm that jordan@example.test is your address" in str(sent.body)
    kinds = [part.get_content_type() for part in sent.message().walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html"]
    assert work_off() == []


@pytest.mark.parametrize("host", ["testserver", "localhost", "localhost:8000", "127.0.0.1"])
def test_link_is_on_our_address_whatever_the_host_header_says(host: str, work_off: Worker) -> None:
    join(Client(headers={"host": host}))
    (sent,) = work_off()
    assert link_in(sent).startswith(f"{settings.SITE_URL}/accounts/confirm-email/")
    for part in (str(sent.body), html_of(sent)):
        assert not re.search(r"https?://(localhost|127\.0\.0\.1)", part)


def test_link_is_on_our_address_where_that_is_another_scheme(settings: Any, work_off: Worker) -> None:
    settings.SITE_URL, settings.ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https://breakthru.example", "https"
    join(Client())
    (sent,) = work_off()
    assert "\nhttps://breakthru.example/accounts/confirm-email/" in str(sent.body)


def test_unknown_host_is_refused(client: Client) -> None:
    assert join(Client(headers={"host": "evil.example"})).status_code == 400
    assert not User.objects.exists()


def test_link_asks_then_verifies_and_signs_in(client: Client, work_off: Worker) -> None:
    join(client)
    link = link_in(work_off()[0]).removeprefix("http://testserver")
    # Mail scanners open links: looking changes nothing.
    assert client.get(link).status_code == 200
    assert not EmailAddress.objects.filter(verified=True).exists()
    response = client.post(link)
    assert (response.status_code, response["Location"]) == (302, "/accounts/onboarding/")
    assert EmailAddress.objects.get().verified is True
    assert is_signed_in(client) is True


def test_joining_leads_back_to_where_it_began(client: Client, work_off: Worker) -> None:
    target = "/feed/ask/?article=why-a-mentor-matters&section=time"
    page = client.get("/accounts/signup/", {"next": target}).content.decode()
    assert 'value="/feed/ask/?article=why-a-mentor-matters&amp;section=time"' in page
    join(client, next=target)
    link = link_in(work_off()[0]).removeprefix("http://testserver")
    assert client.post(link)["Location"] == target


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_joining_never_leads_to_another_site(target: str, client: Client, work_off: Worker) -> None:
    join(client, next=target)
    link = link_in(work_off()[0]).removeprefix("http://testserver")
    assert client.post(link)["Location"] == "/accounts/onboarding/"


def test_link_opened_in_another_browser_verifies_but_lets_nobody_in(client: Client, work_off: Worker) -> None:
    join(client)
    link = link_in(work_off()[0]).removeprefix("http://testserver")
    other = Client()
    response = other.post(link)
    assert (response.status_code, response["Location"].split("?")[0]) == (302, "/accounts/login/")
    assert EmailAddress.objects.get().verified is True
    assert is_signed_in(other) is False


def forged(link: str) -> str:
    return link.replace("/confirm-email/", "/confirm-email/x")


@pytest.mark.parametrize("change", [forged, lambda link: "/accounts/confirm-email/nonsense/"])
def test_link_that_is_none_of_ours_verifies_nobody(
    change: Callable[[str], str], client: Client, work_off: Worker
) -> None:
    join(client)
    link = change(link_in(work_off()[0]).removeprefix("http://testserver"))
    assert "This link no longer works" in client.get(link).content.decode()
    assert client.post(link)["Location"] == link
    assert EmailAddress.objects.get().verified is False


def test_link_ends_after_three_days(client: Client, work_off: Worker) -> None:
    join(client)
    link = link_in(work_off()[0]).removeprefix("http://testserver")
    with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1)):
        assert client.post(link)["Location"] == link
        assert "older than three days" in client.get(link).content.decode()
    assert EmailAddress.objects.get().verified is False


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("display_name", "", "This field is required."),
        ("display_name", "x" * 41, "at most 40 characters"),
        ("display_name", "a\u202eb", "ordinary punctuation"),
        ("display_name", "<b>", "ordinary punctuation"),
        ("email", "no address", "valid email address"),
        ("email", "", "This field is required."),
        ("password1", "short", "at least 10 characters"),
        ("password1", "password123", "too common"),
        ("password1", "jordan@example.test", "too similar"),
    ],
)
def test_form_says_what_is_wrong_and_keeps_what_was_typed(
    field: str, value: str, text: str, client: Client
) -> None:
    response = join(client, **{field: value})
    assert response.status_code == 422
    errors = response.context["form"].errors
    assert (list(errors), text in errors[field][0]) == ([field], True)
    kept = response.content.decode()
    assert ('value="Jordan"' in kept) is (field != "display_name")
    assert ('value="Jordan@Example.Test"' in kept) is (field != "email")
    assert PASSWORD not in kept
    assert not User.objects.exists()


# --- Nobody learns who is a member --------------------------------------------------------------------------


def outside(response: Any) -> tuple[Any, ...]:
    """What a stranger sees of an answer, without what they typed and what differs with each answer."""
    headers = {
        key: value for key, value in response.headers.items() if key not in {"X-Request-ID", "Expires"}
    }
    body = re.sub(rb'name="csrfmiddlewaretoken" value="\w+"|(?i:jordan|newone)@', b"", response.content)
    return response.status_code, headers, sorted(response.cookies), body


@pytest.mark.parametrize("known", ["jordan@example.test", "JORDAN@Example.Test"])
def test_known_address_answers_like_an_unknown_one(known: str, work_off: Worker) -> None:
    member = UserFactory.create(email="jordan@example.test", display_name="Real")
    stranger, guesser = Client(), Client()
    new, old = join(stranger, email="newone@example.test"), join(guesser, email=known)
    assert outside(old) == outside(new)
    pages = [each.get("/accounts/confirm-email/") for each in (guesser, stranger)]
    assert outside(pages[0]) == outside(pages[1])
    member.refresh_from_db()
    assert (User.objects.count(), member.display_name) == (2, "Real")
    to_stranger, to_member = sorted(work_off(), key=lambda sent: sent.to, reverse=True)
    assert (to_stranger.to, to_member.to) == (["newone@example.test"], ["jordan@example.test"])
    assert to_member.subject == "You already have a BreakThru account"
    assert "tried to join with jordan@example.test" in str(to_member.body)
    assert "http://testserver/accounts/password/reset/" in str(to_member.body)


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that were hashed: the part of an answer that takes long."""
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return str(encode(self, password, salt))

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    return hashed


@pytest.mark.parametrize("email", ["jordan@example.test", "newone@example.test"])
def test_known_address_takes_as_long_as_an_unknown_one(email: str, hashes: list[str]) -> None:
    UserFactory.create(email="jordan@example.test")
    hashes.clear()
    join(Client(), email=email)
    assert hashes == [PASSWORD]


def test_form_posted_twice_at_the_same_moment_joins_once(
    client: Client, monkeypatch: pytest.MonkeyPatch, work_off: Worker
) -> None:
    join(Client())
    # Both postings looked for the address before either had saved it.
    monkeypatch.setattr(manage_email, "email_already_exists", lambda value: (value.lower(), False))
    response = join(client)
    assert (response.status_code, response["Location"]) == (302, "/accounts/confirm-email/")
    assert (User.objects.count(), EmailAddress.objects.count()) == (1, 1)
    assert [sent.to for sent in work_off()] == [["jordan@example.test"]] * 2


def test_address_that_joined_but_was_not_verified_can_be_joined_again(client: Client) -> None:
    join(client)
    assert join(Client())["Location"] == "/accounts/confirm-email/"
    assert User.objects.count() == 1


def test_sign_up_is_limited_by_network(client: Client) -> None:
    for number in range(5):
        assert join(Client(), email=f"{number}@example.test").status_code == 302
    response = join(Client(), email="6@example.test")
    assert (response.status_code, response.templates[0].name) == (429, "429.html")
    assert User.objects.count() == 5


def test_signed_in_person_has_no_need_to_join(client: Client) -> None:
    client.force_login(UserFactory.create())
    response = client.get("/accounts/signup/")
    assert (response.status_code, response["Location"]) == (302, "/dashboard/")


def test_form_needs_a_token() -> None:
    response = join(Client(enforce_csrf_checks=True))
    assert (response.status_code, response.templates[0].name) == (403, "403_csrf.html")
    assert not User.objects.exists()


def test_each_public_name_is_its_own() -> None:
    for _ in range(3):
        join(Client(), email=f"{uuid.uuid4()}@example.test")
    assert len(set(User.objects.values_list("slug", flat=True))) == 3
