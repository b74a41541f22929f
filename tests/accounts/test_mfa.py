"""Second steps: an authenticator app, recovery codes, and who must have one."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client

from accounts import registries
from accounts.access import lacks_second_step
from accounts.adapter import MFAAdapter
from accounts.models import User
from tests.accounts.conftest import Worker, html_of
from tests.factories.people import PASSWORD, MentorFactory, UserFactory, staff
from tests.factories.questions import QuestionFactory
from tests.factories.safety import SanctionFactory

pytestmark = pytest.mark.django_db
OnCommit = Callable[[], AbstractContextManager[Any]]


@pytest.fixture
def jordan() -> User:
    """A person with a verified address."""
    user: User = UserFactory.create(email="jordan@example.test")
    return user


def with_app(user: User) -> str:
    """Give `user` an authenticator app and recovery codes; return the app's secret."""
    secret: str = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


@pytest.fixture
def on_commit(django_capture_on_commit_callbacks: Any) -> OnCommit:
    """Have what waits for the end of the transaction happen."""
    return partial(django_capture_on_commit_callbacks, execute=True)


def code(secret: str, *, steps: int = 0) -> str:
    """What the app shows now, or `steps` half minutes later."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps)))


def sign_in(client: Client, email: str = "jordan@example.test") -> Any:
    return client.post("/accounts/login/", {"login": email, "password": PASSWORD})


def reauthenticate(client: Client) -> None:
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


# --- Setting up ---------------------------------------------------------------------------------------------


def test_app_is_added_with_its_first_code(
    jordan: User, client: Client, work_off: Worker, on_commit: OnCommit
) -> None:
    sign_in(client)
    path = "/accounts/2fa/totp/activate/"
    assert (
        client.get(path)["Location"]
        == "/accounts/reauthenticate/?next=%2Faccounts%2F2fa%2Ftotp%2Factivate%2F"
    )
    reauthenticate(client)
    page = client.get(path)
    secret = page.context["form"].secret
    assert (page.status_code, secret in page.content.decode()) == (200, True)
    refused = client.post(path, {"code": "000000"})
    assert list(refused.context["form"].errors) == ["code"]
    with on_commit():
        response = client.post(path, {"code": code(secret)})
    assert response["Location"] == "/accounts/2fa/recovery-codes/"
    assert sorted(jordan.authenticator_set.values_list("type", flat=True)) == ["recovery_codes", "totp"]  # type: ignore[attr-defined]
    shown = client.get(response["Location"])
    assert len(shown.context["unused_codes"]) == 10
    assert all(each in shown.content.decode() for each in shown.context["unused_codes"])
    (sent,) = work_off()
    assert (sent.to, sent.subject) == (["jordan@example.test"], "An authenticator app is added")
    assert "http://testserver/accounts/password/reset/" in str(sent.body)
    assert "http://testserver/accounts/password/reset/" in html_of(sent)


def test_square_code_stands_on_white(jordan: User) -> None:
    assert 'fill="white"' in MFAAdapter().build_totp_svg("otpauth://totp/x?secret=ABC")


def test_secrets_are_sealed_in_the_database(jordan: User) -> None:
    secret = with_app(jordan)
    kept = {each.type: each.data for each in Authenticator.objects.all()}
    assert secret not in str(kept)
    assert MFAAdapter().decrypt(kept["totp"]["secret"]) == secret
    codes = Authenticator.objects.get(type="recovery_codes").wrap().generate_codes()
    assert MFAAdapter().decrypt(kept["recovery_codes"]["seed"]) not in str(kept)
    assert all(each not in str(kept) for each in codes)


def test_setting_up_ends_other_sessions(jordan: User, client: Client, on_commit: OnCommit) -> None:
    elsewhere = Client()
    for each in (client, elsewhere):
        sign_in(each)
    reauthenticate(client)
    secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    with on_commit():
        client.post("/accounts/2fa/totp/activate/", {"code": code(secret)})
    assert client.get("/dashboard/").status_code == 200
    assert elsewhere.get("/dashboard/")["Location"] == "/accounts/login/?next=/dashboard/"


def test_unverified_address_gets_no_second_step(client: Client) -> None:
    user = UserFactory.create(email="new@example.test", verified=False)
    client.force_login(user)
    reauthenticate(client)
    assert client.get("/accounts/2fa/totp/activate/")["Location"] == "/accounts/2fa/"


def test_app_is_removed_after_the_password(jordan: User, client: Client, work_off: Worker) -> None:
    with_app(jordan)
    client.force_login(jordan)
    reauthenticate(client)
    assert client.get("/accounts/2fa/totp/deactivate/").status_code == 200
    assert client.post("/accounts/2fa/totp/deactivate/")["Location"] == "/accounts/2fa/"
    assert not jordan.authenticator_set.exists()  # type: ignore[attr-defined]
    assert [mail.subject for mail in work_off()] == ["The authenticator app is removed"]


def test_new_codes_replace_the_old_ones(jordan: User, client: Client) -> None:
    with_app(jordan)
    client.force_login(jordan)
    reauthenticate(client)
    before = client.get("/accounts/2fa/recovery-codes/").context["unused_codes"]
    assert "will stop working" in client.get("/accounts/2fa/recovery-codes/generate/").content.decode()
    client.post("/accounts/2fa/recovery-codes/generate/")
    text = client.get("/accounts/2fa/recovery-codes/download/").content.decode()
    after = client.get("/accounts/2fa/recovery-codes/").context["unused_codes"]
    assert set(before) & set(after) == set()
    assert [each for each in after if each not in text] == []


def test_page_says_what_there_is(jordan: User, client: Client) -> None:
    client.force_login(jordan)
    page = client.get("/accounts/2fa/").content.decode()
    assert ("Add an app" in page, "Recovery codes" in page) == (True, False)
    with_app(jordan)
    page = client.get("/accounts/2fa/").content.decode()
    assert ("Remove the app" in page, "Recovery codes" in page) == (True, True)


# --- Signing in ---------------------------------------------------------------------------------------------


def test_password_alone_does_not_let_in(jordan: User, client: Client) -> None:
    secret = with_app(jordan)
    before = sign_in(client)
    assert (before["Location"], is_signed_in(client)) == ("/accounts/2fa/authenticate/", False)
    key = client.session.session_key
    assert client.get("/accounts/2fa/authenticate/").status_code == 200
    assert client.post("/accounts/2fa/authenticate/", {"code": code(secret)})["Location"] == "/dashboard/"
    assert (is_signed_in(client), client.session.session_key != key) == (True, True)


def test_code_of_the_app_works_once(jordan: User) -> None:
    secret = with_app(jordan)
    now = code(secret)
    for is_let_in in (True, False):
        client = Client()
        sign_in(client)
        client.post("/accounts/2fa/authenticate/", {"code": now})
        assert is_signed_in(client) is is_let_in


def test_recovery_code_works_once(jordan: User) -> None:
    with_app(jordan)
    spare = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    for is_let_in in (True, False):
        client = Client()
        sign_in(client)
        client.post("/accounts/2fa/authenticate/", {"code": spare})
        assert is_signed_in(client) is is_let_in


def test_sixth_code_is_refused_even_when_it_is_right(jordan: User, client: Client) -> None:
    secret = with_app(jordan)
    sign_in(client)
    for _ in range(5):
        client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    response = client.post("/accounts/2fa/authenticate/", {"code": code(secret)})
    assert "tried too often" in str(response.context["form"].errors)
    assert is_signed_in(client) is False


def test_app_can_stand_for_the_password_before_something_sensitive(jordan: User, client: Client) -> None:
    secret = with_app(jordan)
    client.force_login(jordan)
    page = client.get("/accounts/reauthenticate/").content.decode()
    assert "Use a code from my app" in page
    assert client.get("/accounts/2fa/reauthenticate/").status_code == 200
    client.post("/accounts/2fa/reauthenticate/", {"code": code(secret)})
    assert client.get("/accounts/2fa/totp/deactivate/").status_code == 200


# --- Who must have one --------------------------------------------------------------------------------------


@pytest.fixture
def required(settings: Any) -> None:
    """As in production."""
    settings.MFA_REQUIRED = True


@pytest.fixture
def mentor(jordan: User, monkeypatch: pytest.MonkeyPatch) -> User:
    """Somebody with a role that registered itself."""
    monkeypatch.setattr(registries, "_second_step_roles", [])
    registries.register_second_step_role(lambda person: person == jordan.pk)
    return jordan


@pytest.mark.usefixtures("required")
def test_staff_without_one_are_led_to_set_it_up(client: Client) -> None:
    client.force_login(staff("editor"))
    for path in ("/admin/", "/dashboard/", "/feed/", "/accounts/profile/"):
        assert client.get(path)["Location"] == "/accounts/2fa/"
    page = client.get("/accounts/2fa/").content.decode()
    assert "Your role needs a second step when you sign in." in page
    assert client.post("/theme/", {"theme": "dark"}).status_code == 302


@pytest.mark.usefixtures("required")
def test_staff_with_one_work_as_always(client: Client) -> None:
    person = staff("editor")
    with_app(person)
    client.force_login(person)
    assert client.get("/admin/").status_code == 200


@pytest.mark.usefixtures("required")
def test_role_without_one_reads_but_does_not_write(mentor: User, client: Client) -> None:
    client.force_login(mentor)
    assert client.get("/dashboard/").status_code == 200
    assert client.post("/accounts/profile/", {})["Location"] == "/accounts/2fa/"
    assert client.post("/accounts/logout/")["Location"] == "/"


@pytest.mark.usefixtures("required")
def test_role_without_one_writes_nothing_in_vain(mentor: User, client: Client) -> None:
    client.force_login(mentor)
    assert client.get("/feed/ask/")["Location"] == "/accounts/2fa/"


@pytest.mark.usefixtures("required")
def test_nobody_needs_one_to_report(mentor: User, client: Client) -> None:
    address = f"/report/?type=question&id={QuestionFactory.create().pk}"
    for person in (mentor, staff("editor")):
        client.force_login(person)
        assert client.get(address).status_code == 200
        made = client.post(address, {"reason": "safety", "text": "Please look."})
        assert client.get(made["Location"]).status_code == 200


@pytest.mark.usefixtures("required")
def test_nobody_needs_one_to_appeal(mentor: User, client: Client) -> None:
    for person in (mentor, staff("editor")):
        client.force_login(person)
        sanction = SanctionFactory.create(user=person)
        made = client.post(f"/accounts/standing/{sanction.pk}/appeal/", {"text": "I did not."})
        assert (made["Location"], client.get(made["Location"]).status_code) == ("/accounts/standing/", 200)


@pytest.mark.usefixtures("required")
def test_learner_needs_none(jordan: User, client: Client) -> None:
    client.force_login(jordan)
    assert client.post("/accounts/profile/", {}).status_code == 422


def test_nobody_needs_one_where_it_is_off(mentor: User) -> None:
    assert lacks_second_step(mentor, is_writing=True) is False


@pytest.mark.usefixtures("required")
def test_last_one_of_a_role_stays(client: Client) -> None:
    person = staff("editor")
    with_app(person)
    client.force_login(person)
    reauthenticate(client)
    response = client.post("/accounts/2fa/totp/deactivate/")
    assert "Your role needs a second step" in str(response.context["form"].errors)
    assert person.authenticator_set.filter(type="totp").exists()  # type: ignore[attr-defined]


@pytest.mark.usefixtures("required")
def test_mentor_is_such_a_role(client: Client) -> None:
    client.force_login(MentorFactory.create().user)
    assert client.post("/accounts/profile/", {})["Location"] == "/accounts/2fa/"
