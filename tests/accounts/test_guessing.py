"""Guessing passwords and codes is slow, however often, from however many windows, under whatever name.

What counts is how many guesses were looked at: after that even the right one opens nothing.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from allauth.account import forms as account_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from breakthru.outbox.models import Outbox
from tests.accounts.conftest import Worker
from tests.factories.people import PASSWORD, UserFactory

in_test = pytest.mark.django_db
# Threads see what others have committed. Of the apps with data from migrations all but one are left alone.
at_once = pytest.mark.django_db(
    transaction=True,
    available_apps=[
        "accounts",
        "breakthru",
        "breakthru.outbox",
        "allauth.account",
        "allauth.mfa",
        "allauth.socialaccount",
        "allauth.usersessions",
        "crispy_forms",
        "django.contrib.sessions",
        "django.forms",
    ],
)
WRONG = "a-wrong-password"
CONFIRM, SECOND = "/accounts/login/code/confirm/", "/accounts/2fa/authenticate/"
Looked = list[str]


@pytest.fixture(autouse=True)
def no_limits_used_up() -> None:
    """Each test begins with all of its tries."""
    cache.clear()


@pytest.fixture
def jordan() -> User:
    """A person with a verified address."""
    user: User = UserFactory.create(email="jordan@example.test")
    return user


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> Looked:
    """Every guess that was compared with what is right."""
    seen: Looked = []

    def counted(owner: Any, name: str) -> None:
        real = getattr(owner, name)

        def look(self: Any, guess: str, *args: Any) -> Any:
            seen.append(guess)
            return real(self, guess, *args)

        monkeypatch.setattr(owner, name, look)

    counted(MD5PasswordHasher, "verify")
    counted(TOTP, "validate_code")
    compare = account_forms.compare_user_code

    def compare_code(*, actual: str, expected: str) -> bool:
        seen.append(actual)
        return bool(compare(actual=actual, expected=expected))

    monkeypatch.setattr(account_forms, "compare_user_code", compare_code)
    return seen


@pytest.fixture
def clock() -> Iterator[Any]:
    """A clock that moves by hand."""
    with time_machine.travel(timezone.now(), tick=False) as moved:
        yield moved


def sign_in(client: Client, password: str = PASSWORD) -> Any:
    return client.post("/accounts/login/", {"login": "jordan@example.test", "password": password})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def with_app(user: User) -> str:
    """Give `user` an authenticator app and recovery codes; return the app's secret."""
    secret: str = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def now_in(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def spare() -> str:
    return str(Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0])


def code_in(work_off: Worker) -> str:
    """The code in the newest mail."""
    lines = str(work_off()[-1].body).splitlines()
    return next(line for line in lines if len(line) == 9 and line[4] == "-")


# --- One after the other


@in_test
def test_an_hour_of_passwords_is_twenty_guesses(jordan: User, looked: Looked, clock: Any) -> None:
    for number in range(118):
        sign_in(Client(), f"guess-{number}")
        clock.shift(30)
    assert len(looked) == 20
    client = Client()
    sign_in(client)
    assert (is_signed_in(client), len(looked)) == (False, 20)


@in_test
@pytest.mark.parametrize("right", [now_in, lambda secret: spare()], ids=["app", "recovery code"])
def test_an_hour_of_second_steps_is_twenty_guesses(
    right: Callable[[str], str], jordan: User, looked: Looked, clock: Any
) -> None:
    secret = with_app(jordan)
    client = Client()
    for number in range(118):
        if number % 20 == 0:
            # A sign-in waits fifteen minutes for its second step.
            sign_in(client)
        client.post(SECOND, {"code": f"{number:06}"})
        clock.shift(30)
    guesses = [guess for guess in looked if guess.isdigit()]
    sign_in(client)
    client.post(SECOND, {"code": right(secret)})
    assert (len(guesses), is_signed_in(client)) == (20, False)


@in_test
def test_an_hour_of_sign_in_codes_is_three_guesses_of_each_of_five(
    jordan: User, looked: Looked, clock: Any, work_off: Worker
) -> None:
    for _ in range(30):
        client = Client()
        client.post("/accounts/login/code/", {"email": jordan.email})
        for number in range(4):
            client.post(CONFIRM, {"code": f"BBBB-{number:04}"})
        clock.shift(60)
    assert (len(looked), len(work_off())) == (15, 5)


@in_test
def test_the_right_code_opens_nothing_after_three_wrong_ones(
    jordan: User, looked: Looked, work_off: Worker
) -> None:
    client = Client()
    client.post("/accounts/login/code/", {"email": jordan.email})
    code = code_in(work_off)
    # As with three windows at once: the session's own count is still at none.
    kept = dict(client.session)
    for number in range(3):
        client.post(CONFIRM, {"code": f"BBBB-{number:04}"})
        session = client.session
        session.update(kept)
        session.save()
    answer = client.post(CONFIRM, {"code": code})
    assert "tried too often" in str(answer.context["form"].errors)
    assert (len(looked), is_signed_in(client)) == (3, False)


@in_test
def test_who_asks_for_a_new_code_has_new_tries(jordan: User, work_off: Worker) -> None:
    client = Client()
    client.post("/accounts/login/code/", {"email": jordan.email})
    for number in range(2):
        client.post(CONFIRM, {"code": f"BBBB-{number:04}"})
    over = client.post("/accounts/logout/", {"next": "/accounts/login/code/"})
    assert over["Location"] == "/accounts/login/code/"
    client.post(over["Location"], {"email": jordan.email})
    client.post(CONFIRM, {"code": code_in(work_off)})
    assert is_signed_in(client) is True


@in_test
def test_links_to_a_new_password_are_guessed_twenty_times_a_minute(jordan: User, work_off: Worker) -> None:
    Client().post("/accounts/password/reset/", {"email": jordan.email})
    path = f"/accounts/password/reset/key/{jordan.pk}-%s/"
    answers = [Client().post(path % f"d00000-{number:032x}", {}).status_code for number in range(25)]
    assert answers == [422] * 20 + [429] * 5


@in_test
@pytest.mark.parametrize("seconds", [1, 29, 31, 45, 59])
def test_code_of_the_app_is_not_taken_twice_while_it_fits(seconds: int, jordan: User, clock: Any) -> None:
    secret = with_app(jordan)
    clock.move_to((int(time.time()) // 30) * 30)
    # Of a phone that is half a minute ahead, so that it fits for a whole minute yet.
    code = str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + 1)))
    found = []
    for _ in range(2):
        client = Client()
        sign_in(client)
        client.post(SECOND, {"code": f"{code[:3]} {code[3:]}"})
        found.append(is_signed_in(client))
        clock.shift(seconds)
    assert found == [True, False]


# --- Under another name


@in_test
@pytest.mark.parametrize("count", [0, 1])
def test_forged_way_here_gives_no_new_tries(count: int, jordan: User, looked: Looked, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = count
    for number in range(20):
        # A proxy of ours would add the true address at the end.
        way = f"203.0.113.{number}, 198.51.100.9" if count else f"203.0.113.{number}"
        sign_in(Client(headers={"x-forwarded-for": way}), WRONG)
    assert len(looked) == 5


@in_test
def test_the_victim_elsewhere_gets_in_while_a_guesser_is_refused(jordan: User) -> None:
    for _ in range(20):
        sign_in(Client(REMOTE_ADDR="203.0.113.9"), WRONG)
    refused, owner = Client(REMOTE_ADDR="203.0.113.9"), Client(REMOTE_ADDR="198.51.100.7")
    sign_in(refused)
    sign_in(owner)
    assert (is_signed_in(refused), is_signed_in(owner)) == (False, True)


@in_test
def test_the_victim_in_the_same_network_gets_in_by_a_code(jordan: User, work_off: Worker) -> None:
    for _ in range(20):
        sign_in(Client(), WRONG)
    owner = Client()
    owner.post("/accounts/login/code/", {"email": jordan.email})
    owner.post(CONFIRM, {"code": code_in(work_off)})
    assert is_signed_in(owner) is True


@in_test
def test_staff_pages_have_no_other_door(jordan: User, looked: Looked) -> None:
    for _ in range(20):
        sent = {"username": jordan.email, "password": WRONG, "login": jordan.email}
        answer = Client().post("/admin/login/", sent)
        assert answer["Location"].startswith("/accounts/login/?next=")
    assert looked == []


# --- At the same moment


def all_at_once(works: list[Callable[[], object]]) -> None:
    def run(work: Callable[[], object]) -> None:
        try:
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=20) as pool:
        # Raises what a thread raised.
        list(pool.map(run, works))


def window_of(client: Client) -> Client:
    """Another window of the same browser."""
    other = Client()
    other.cookies.update(client.cookies)
    return other


@at_once
def test_five_of_a_hundred_passwords_at_once_are_looked_at(
    jordan: User, looked: Looked, settings: Any
) -> None:
    # The limit of sign-ins from one network would hide the one of failures.
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login": "1000/m/ip"}
    all_at_once([lambda: sign_in(Client(), WRONG)] * 100)
    assert len(looked) == 5


@at_once
def test_five_of_a_hundred_second_steps_at_once_are_looked_at(jordan: User, looked: Looked) -> None:
    with_app(jordan)
    client = Client()
    sign_in(client)
    looked.clear()
    all_at_once([lambda: window_of(client).post(SECOND, {"code": "000000"})] * 100)
    assert len(looked) == 5


@at_once
def test_three_of_a_hundred_sign_in_codes_at_once_are_looked_at(jordan: User, looked: Looked) -> None:
    client = Client()
    client.post("/accounts/login/code/", {"email": jordan.email})
    all_at_once([lambda: window_of(client).post(CONFIRM, {"code": "BBBB-BBBB"})] * 100)
    # As many as were under way before the third wrong one ended it; never more.
    assert 1 <= len(looked) <= 3


@at_once
@pytest.mark.parametrize("is_known", [False, True])
def test_joining_at_once_in_every_spelling_makes_one_person(is_known: bool) -> None:
    if is_known:
        UserFactory.create(email="jordan@example.test")
        Outbox.objects.all().delete()
    spellings = ["jordan@example.test", "Jordan@Example.Test", "JORDAN@example.test", "jordan@EXAMPLE.TEST"]
    birth = {"birth_month": "6", "birth_year": "2000"}
    answers = []

    def join(email: str) -> None:
        sent = {"display_name": "Jordan", "email": email, "password1": PASSWORD, **birth}
        answer = Client().post("/accounts/signup/", sent)
        answers.append((answer.status_code, answer["Location"]))

    all_at_once([lambda email=email: join(email) for email in spellings])  # type: ignore[misc]
    assert answers == [(302, "/accounts/confirm-email/")] * 4
    assert list(User.objects.values_list("email", flat=True)) == ["jordan@example.test"]
    # Two mails an hour, whoever of them was first.
    assert Outbox.objects.filter(kind="accounts.send_account_mail").count() == 2
