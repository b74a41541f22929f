"""Notification settings: the form, the service, the page."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.forms.notifications import NotificationSettingsForm
from accounts.models import MailTimes, NotificationChoice, Suppression, User
from accounts.registries import notifications as registry
from accounts.registries.notifications import NotificationKind, Tab
from accounts.services.notification_settings import (
    KindChoice,
    NotificationSettingsError,
    SettingsDraft,
    change_settings,
)
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db
URL = "/notifications/settings/"
RETRY = "/notifications/settings/retry/"
TIMES = {"quiet_from": 22, "quiet_until": 8, "digest_hour": 8, "digest_weekday": 1}
AT_ONCE = KindChoice(on_page=True, mail="at_once")


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four kinds: two to choose, one that nobody can switch off, one that concerns nobody here."""
    made = [
        NotificationKind(key="tests.answer", label="Answers to tests", why="", tab=Tab.ANSWERS),
        NotificationKind(key="tests.word", label="Words", why="", tab=Tab.ANSWERS, rhythm="weekly"),
        NotificationKind(key="tests.safety", label="Your safety", why="", tab=Tab.ACCOUNT, is_fixed=True),
        NotificationKind(
            key="tests.staff", label="Cases", why="", tab=Tab.STAFF, is_for=lambda person: False
        ),
    ]
    monkeypatch.setattr(registry, "_kinds", {kind.key: kind for kind in made})


@pytest.fixture
def user(client: Client) -> User:
    """Signed in."""
    made: User = UserFactory.create(email="jordan@example.test")
    client.force_login(made)
    return made


def complete(**fields: Any) -> dict[str, Any]:
    """The form as it stands before anybody chose; a box that is not ticked is not sent."""
    given = {
        "tests-answer-on_page": "on",
        "tests-answer-mail": "at_once",
        "tests-word-on_page": "on",
        "tests-word-mail": "weekly",
        **TIMES,
        **fields,
    }
    return {name: value for name, value in given.items() if value is not None}


def draft(choices: dict[str, KindChoice], **times: int) -> SettingsDraft:
    return SettingsDraft(choices=choices, **{**TIMES, **times})


def kept(user: User) -> Iterator[tuple[str, bool, str, str]]:
    rows = NotificationChoice.objects.filter(user=user).order_by("kind")
    return iter(rows.values_list("kind", "on_page", "mail", "stopped_from"))


# --- The form


def test_form_begins_with_the_usual(user: User) -> None:
    form = NotificationSettingsForm(user=user)
    found = {name: form[name].initial for name in form.fields}
    expected = complete()
    assert found == expected | {"tests-answer-on_page": True, "tests-word-on_page": True}


def test_form_begins_with_what_was_chosen(user: User) -> None:
    NotificationChoice.objects.create(user=user, kind="tests.answer", on_page=False, mail="never")
    MailTimes.objects.create(user=user, quiet_from=1, quiet_until=2, digest_hour=3, digest_weekday=4)
    form = NotificationSettingsForm(user=user)
    assert (form["tests-answer-on_page"].initial, form["tests-answer-mail"].initial) == (False, "never")
    assert [form[name].initial for name in TIMES] == [1, 2, 3, 4]


def test_form_groups_kinds_by_tab_and_leaves_out_what_concerns_others(user: User) -> None:
    groups = NotificationSettingsForm(user=user).groups()
    assert [(tab, [row.kind.label for row in rows]) for tab, rows in groups] == [
        (Tab.ANSWERS, ["Answers to tests", "Words"]),
    ]


def test_form_names_what_nobody_can_switch_off(user: User) -> None:
    assert [kind.label for kind in NotificationSettingsForm(user=user).fixed()] == ["Your safety"]


def test_page_leaves_out_what_always_comes_where_nothing_does(
    client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "What always reaches you" in client.get(URL).content.decode()
    monkeypatch.delitem(registry._kinds, "tests.safety")
    assert "What always reaches you" not in client.get(URL).content.decode()


def test_form_gives_its_draft(user: User) -> None:
    sent = complete(**{"tests-answer-on_page": None, "tests-answer-mail": "daily", "quiet_from": "23"})
    form = NotificationSettingsForm(sent, user=user)
    assert form.is_valid()
    choices = {
        "tests.answer": KindChoice(on_page=False, mail="daily"),
        "tests.word": KindChoice(on_page=True, mail="weekly"),
    }
    assert form.draft() == draft(choices, quiet_from=23)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tests-answer-mail", "hourly"),
        ("tests-answer-mail", None),
        ("quiet_from", 24),
        ("quiet_until", -1),
        ("digest_hour", "eight"),
        ("digest_weekday", 0),
        ("digest_weekday", 8),
    ],
)
def test_form_refuses_what_there_is_not(name: str, value: object, user: User) -> None:
    form = NotificationSettingsForm(complete(**{name: value}), user=user)
    assert list(form.errors) == [name]


# --- The service


def test_only_what_is_chosen_otherwise_is_kept(user: User) -> None:
    change_settings(by=user, draft=draft({"tests.answer": AT_ONCE, "tests.word": AT_ONCE}, digest_hour=6))
    assert list(kept(user)) == [("tests.word", True, "at_once", "")]
    assert MailTimes.objects.get(user=user).digest_hour == 6


def test_a_choice_is_changed_and_changed_back(user: User) -> None:
    for mail in ("never", "daily", "at_once"):
        change_settings(by=user, draft=draft({"tests.answer": KindChoice(on_page=True, mail=mail)}))
    assert list(kept(user)) == [("tests.answer", True, "at_once", "")]
    assert MailTimes.objects.filter(user=user).count() == 1


def test_a_choice_ends_what_a_link_had_stopped(user: User) -> None:
    stopped = {"user": user, "on_page": True, "mail": "never", "stopped_from": "daily"}
    for kind in ("tests.answer", "tests.word"):
        NotificationChoice.objects.create(kind=kind, **stopped)
    never = KindChoice(on_page=True, mail="never")
    change_settings(by=user, draft=draft({"tests.answer": AT_ONCE, "tests.word": never}))
    assert list(kept(user)) == [
        ("tests.answer", True, "at_once", ""),
        ("tests.word", True, "never", "daily"),
    ]


@pytest.mark.parametrize("kind", ["tests.safety", "tests.staff", "tests.unknown"])
def test_what_cannot_be_chosen_is_refused_whole(kind: str, user: User) -> None:
    with pytest.raises(NotificationSettingsError):
        change_settings(
            by=user,
            draft=draft({"tests.answer": KindChoice(on_page=False, mail="never"), kind: AT_ONCE}),
        )
    assert (list(kept(user)), MailTimes.objects.count()) == ([], 0)


def test_a_rhythm_that_there_is_not_is_refused(user: User) -> None:
    with pytest.raises(NotificationSettingsError):
        change_settings(by=user, draft=draft({"tests.answer": KindChoice(on_page=True, mail="hourly")}))


def test_choices_of_others_stay(user: User) -> None:
    other = UserFactory.create()
    NotificationChoice.objects.create(user=other, kind="tests.answer", mail="daily")
    change_settings(by=user, draft=draft({"tests.answer": KindChoice(on_page=False, mail="never")}))
    assert list(kept(other)) == [("tests.answer", True, "daily", "")]


# --- The page


def test_settings_take_six_queries(
    client: Client, user: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(6):
        assert client.get(URL).status_code == 200


def test_page_names_the_zone_and_what_cannot_be_switched_off(client: Client, user: User) -> None:
    page = " ".join(client.get(URL).content.decode().split())
    assert "All in your own time (Eastern)." in page
    assert "Your safety" in page
    assert "nobody can switch it off" in page
    assert "Cases" not in page


def test_saving_says_so(client: Client, user: User) -> None:
    response = client.post(URL, complete(**{"tests-answer-mail": "weekly"}), follow=True)
    assert response.redirect_chain == [(URL, 302)]
    assert "Your notification settings are saved." in response.content.decode()
    assert list(kept(user)) == [("tests.answer", True, "weekly", "")]


def test_what_is_wrong_is_said_and_what_was_chosen_stays(client: Client, user: User) -> None:
    sent = complete(**{"tests-answer-mail": "daily", "tests-word-on_page": None, "tests-word-mail": "hourly"})
    response = client.post(URL, sent | {"quiet_from": 99})
    page = response.content.decode()
    assert response.status_code == 422
    assert '<option value="daily" selected>' in page
    assert 'id="id_tests-word-mail_error"' in page
    assert 'id="id_quiet_from_error"' in page
    assert response.context["form"]["tests-word-on_page"].value() is False
    assert (list(kept(user)), MailTimes.objects.count()) == ([], 0)


def test_settings_are_for_who_is_signed_in(client: Client) -> None:
    assert client.get(URL)["Location"] == f"/accounts/login/?next={URL}"


# --- The address


@pytest.mark.parametrize(
    ("reason", "words", "button"),
    [
        (Suppression.Reason.BOUNCE, "Mail to jordan@example.test came back.", "Try again"),
        (
            Suppression.Reason.COMPLAINT,
            "A mail to jordan@example.test was marked as spam.",
            "Send me e-mails again",
        ),
    ],
)
def test_an_address_that_takes_no_mail_can_be_tried_again(
    reason: Suppression.Reason, words: str, button: str, client: Client, user: User
) -> None:
    Suppression.objects.create(email=user.email, reason=reason)
    Suppression.objects.create(email="other@example.test", reason=reason)
    page = client.get(URL).content.decode()
    assert (words in page, button in page) == (True, True)
    page = client.post(RETRY, follow=True).content.decode()
    assert "We send e-mails to you again." in page
    assert (words in page, button in page) == (False, False)
    assert [row.email for row in Suppression.objects.all()] == ["other@example.test"]


def test_an_address_that_is_not_confirmed_says_where_to_do_so(client: Client, user: User) -> None:
    EmailAddress.objects.update(verified=False)
    page = client.get(URL).content.decode()
    assert "Your address is not confirmed yet." in page
    assert "Confirm your address" in page


def test_an_address_that_takes_mail_is_not_spoken_of(client: Client, user: User) -> None:
    page = client.get(URL).content.decode()
    assert [words in page for words in ("came back", "marked as spam", "not confirmed")] == [False] * 3


def test_trying_again_needs_a_post_with_a_token(client: Client, user: User) -> None:
    Suppression.objects.create(email=user.email, reason="bounce", at=timezone.now())
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user)
    assert (client.get(RETRY).status_code, strict.post(RETRY).status_code) == (405, 403)
    assert Suppression.objects.count() == 1
