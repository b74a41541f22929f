"""The steps of a case on its staff page: take, assign, note, close, give a sanction."""

import re
from datetime import timedelta
from typing import Any

import pytest
import zeal
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Case, CaseEvent, Report, Sanction, User
from accounts.models.safety import ReportReason, SanctionKind
from accounts.services.cases import take_case
from tests.factories.people import UserFactory, staff
from tests.factories.safety import CaseFactory, ReportFactory, reported

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
STEPS = ("take", "assign", "note", "close", "give_sanction")


@pytest.fixture
def moderator(client: Client) -> User:
    """A moderator, signed in."""
    person = staff("moderator")
    client.force_login(person)
    return person


@pytest.fixture
def lead(client: Client) -> User:
    """The safeguarding lead, signed in."""
    person = staff("safeguarding lead")
    client.force_login(person)
    return person


def url(step: str, case: Case) -> str:
    return reverse(f"admin:accounts_case_{step}", args=[case.pk])


def post(client: Client, path: str, fields: dict[str, Any]) -> Any:
    # Several people are told one by one.
    with zeal.zeal_ignore([{"model": "accounts.User"}, {"model": "accounts.Notification"}]):
        return client.post(path, fields)


def page_of(client: Client, case: Case) -> str:
    return " ".join(client.get(url("change", case)).content.decode().split())


def said(response: Any) -> list[str]:
    """The messages that the next page shows."""
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.mark.parametrize(
    ("fields", "offered"),
    [
        ({}, ["take", "assign", "note", "give_sanction"]),
        ({"about": None}, ["take", "assign", "note"]),
        ({"state": "assigned"}, ["take", "assign", "note", "give_sanction"]),
        ({"state": "assigned", "mine": True}, ["assign", "note", "close", "give_sanction"]),
        ({"state": "closed", "outcome": "no_action", "closed_at": timezone.now()}, ["note"]),
    ],
)
def test_page_offers_what_can_be_done(
    client: Client, moderator: User, fields: dict[str, Any], offered: list[str]
) -> None:
    is_mine = fields.pop("mine", False)
    case = CaseFactory.create(**fields, assignee=moderator if is_mine else None)
    page = page_of(client, case)
    assert [step for step in STEPS if f'href="{url(step, case)}"' in page] == offered


def test_page_offers_no_sanction_of_a_colleague(client: Client, moderator: User) -> None:
    case = CaseFactory.create(about__is_staff=True)
    assert url("give_sanction", case) not in page_of(client, case)
    assert client.get(url("give_sanction", case)).status_code == 403


def test_case_about_nobody_has_no_sanction(client: Client, lead: User) -> None:
    assert client.get(url("give_sanction", CaseFactory.create(about=None))).status_code == 403


def test_case_is_taken(client: Client, moderator: User) -> None:
    case = CaseFactory.create()
    assert client.get(url("take", case)).status_code == 200
    response = client.post(url("take", case))
    case.refresh_from_db()
    assert (case.assignee, case.state) == (moderator, "assigned")
    assert (response["Location"], said(response)) == (url("change", case), ["The case is yours."])


def test_taking_a_case_names_who_has_it(client: Client, moderator: User) -> None:
    case = CaseFactory.create()
    words = "Robin does so now"
    assert words not in client.get(url("take", case)).content.decode()
    take_case(by=staff("moderator", display_name="Robin"), case=case, now=timezone.now())
    assert words in client.get(url("take", case)).content.decode()


def test_page_counts_what_the_reader_was_told_of_it_as_read(client: Client, moderator: User) -> None:
    case = reported(ReportReason.SPAM).case
    found = [User.objects.get(pk=moderator.pk).unread_count]
    for _ in range(2):
        client.get(url("change", case))
        found.append(User.objects.get(pk=moderator.pk).unread_count)
    assert found == [1, 0, 0]


def test_page_has_no_button_that_reads_like_closing_the_case(client: Client, moderator: User) -> None:
    page = page_of(client, CaseFactory.create())
    assert re.findall(r"> *Close *<", page) == []


def test_case_is_assigned_to_somebody_who_may_look(client: Client, moderator: User) -> None:
    case, other = CaseFactory.create(), staff("moderator")
    response = client.post(url("assign", case), {"to": other.pk})
    case.refresh_from_db()
    assert (case.assignee, said(response)) == (other, ["The case is assigned."])


def test_assigning_offers_those_who_may_look_and_did_not_report(client: Client, moderator: User) -> None:
    case, lead = CaseFactory.create(), staff("safeguarding lead")
    ReportFactory.create(case=case, reporter=staff("moderator"))
    staff("editor")
    form = client.get(url("assign", case)).context["form"]
    assert set(form.fields["to"].queryset) == {moderator, lead}


def test_assigning_a_serious_case_offers_the_lead_and_admins(client: Client, lead: User) -> None:
    case, admin = CaseFactory.create(is_serious=True), UserFactory.create(is_staff=True, is_superuser=True)
    staff("moderator")
    form = client.get(url("assign", case)).context["form"]
    assert set(form.fields["to"].queryset) == {lead, admin}


def test_assigning_to_somebody_else_is_refused(client: Client, moderator: User) -> None:
    case = CaseFactory.create()
    response = client.post(url("assign", case), {"to": staff("editor").pk})
    words = "They can&#x27;t look at this case. Please choose somebody else."
    assert (response.status_code, words in response.content.decode()) == (422, True)


def test_note_is_kept(client: Client, moderator: User) -> None:
    case = CaseFactory.create()
    response = client.post(url("note", case), {"note": "I asked the mentor."})
    assert said(response) == ["The note is kept."]
    assert CaseEvent.objects.values_list("by", "note").get() == (moderator.pk, "I asked the mentor.")


def test_case_is_closed_with_an_outcome(client: Client, moderator: User) -> None:
    case = reported(ReportReason.SPAM).case
    take_case(by=moderator, case=case, now=timezone.now())
    response = client.post(url("close", case), {"outcome": "corrected", "note": "Hidden."})
    case.refresh_from_db()
    assert (case.state, case.outcome, said(response)) == ("closed", "corrected", ["The case is closed."])


@pytest.mark.parametrize(
    ("step", "fields", "error"),
    [
        ("close", {"outcome": "corrected", "note": "x"}, "Please take the case first"),
        ("close", {"note": "x"}, "Please choose an outcome."),
        ("close", {"outcome": "corrected"}, "Please say why in a sentence."),
        ("note", {"note": " "}, "Please write a line."),
        ("assign", {}, "Please choose somebody."),
        ("give_sanction", {"reason": "x"}, "Please choose one."),
        ("give_sanction", {"kind": "note"}, "Please give the reason; the person reads it."),
        ("give_sanction", {"kind": "note", "reason": "x", "length": "7"}, "This has no length."),
        ("give_sanction", {"kind": "suspended", "reason": "x"}, "Select a valid choice."),
    ],
)
def test_step_that_does_not_fit_says_why(
    client: Client, moderator: User, step: str, fields: dict[str, str], error: str
) -> None:
    case = CaseFactory.create()
    response = client.post(url(step, case), fields)
    assert (response.status_code, error in response.content.decode()) == (422, True)
    assert (CaseEvent.objects.count(), Sanction.objects.count()) == (0, 0)


def test_moderator_gives_a_word_from_a_case(client: Client, moderator: User) -> None:
    case = CaseFactory.create()
    form = client.get(url("give_sanction", case)).context["form"]
    assert [value for value, _ in form.fields["kind"].choices] == ["", "note"]
    response = client.post(url("give_sanction", case), {"kind": "note", "reason": "Be kind."})
    given = Sanction.objects.get()
    assert (given.user, given.case, given.kind, given.by) == (case.about, case, "note", moderator)
    assert response["Location"] == url("change", case)


def test_lead_suspends_from_a_case(client: Client, lead: User) -> None:
    case = CaseFactory.create(is_serious=True)
    fields = {"kind": "suspended", "length": "7", "reason": "For now."}
    post(client, url("give_sanction", case), fields)
    given = Sanction.objects.get()
    assert given.until is not None
    assert (given.kind, given.until - given.starts_at) == (SanctionKind.SUSPENDED, 7 * DAY)


def test_form_that_is_sent_twice_gives_one_sanction(client: Client, lead: User) -> None:
    case = CaseFactory.create()
    page = client.get(url("give_sanction", case)).content.decode()
    [token] = re.findall(r'name="token" value="([^"]+)"', page)
    fields = {"kind": "suspended", "length": "7", "reason": "For now.", "token": token}
    for _ in range(2):
        assert said(post(client, url("give_sanction", case), fields))
    assert Sanction.objects.count() == 1
    post(client, url("give_sanction", case), {**fields, "token": ""})
    assert Sanction.objects.count() == 2


def test_suspending_for_good_has_to_be_chosen(client: Client, lead: User) -> None:
    case = CaseFactory.create()
    fields = {"kind": "suspended", "reason": "For good."}
    response = client.post(url("give_sanction", case), fields)
    assert "Please choose how long it holds." in response.content.decode()
    post(client, url("give_sanction", case), {**fields, "length": "open"})
    assert Sanction.objects.get().until is None


def test_cases_are_not_added_changed_or_deleted(client: Client) -> None:
    client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    case = CaseFactory.create()
    assert client.get(reverse("admin:accounts_case_add")).status_code == 403
    assert client.post(url("change", case), {"state": "closed"}).status_code == 403
    assert client.post(url("delete", case), {"post": "yes"}).status_code == 403
    assert (Case.objects.get().state, Report.objects.count()) == ("open", 0)
