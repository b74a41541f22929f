"""Staff pages of sanctions and their appeals, and of the addresses that get no mail."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import zeal
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, Notification, Sanction, Suppression, User
from accounts.models.safety import SanctionKind
from accounts.services.sanctions import MAX_LIFT_REASON, appeal
from accounts.services.suppressions import SuppressionError, lift_as_staff
from tests.factories.people import UserFactory, staff
from tests.factories.safety import CaseFactory, SanctionFactory

pytestmark = pytest.mark.django_db

LIST = "admin:accounts_sanction_changelist"
LIST_QUERIES = 6
SUPPRESSION_QUERIES = 6
DAY = timedelta(days=1)


@pytest.fixture
def lead(client: Client) -> User:
    """The safeguarding lead, signed in."""
    person = staff("safeguarding lead")
    client.force_login(person)
    return person


def url(step: str, row: Any) -> str:
    return reverse(f"admin:accounts_{row._meta.model_name}_{step}", args=[row.pk])


def page_of(client: Client, row: Any) -> str:
    return " ".join(client.get(url("change", row)).content.decode().split())


def post(client: Client, path: str, fields: dict[str, Any]) -> Any:
    # Who decides, whom it is about and who is told are single rows of one table.
    with zeal.zeal_ignore([{"model": "accounts.User"}]):
        return client.post(path, fields)


def rows_of(response: Any) -> list[Sanction]:
    return list(response.context["cl"].result_list)


def said(response: Any) -> list[str]:
    """The messages that the next page shows."""
    return [str(message) for message in get_messages(response.wsgi_request)]


def cells(page: str, column: str) -> list[str]:
    """The words of one column of the list, from the top."""
    found = re.findall(rf'<t[dh] class="[^"]*field-{column}.*?</t[dh]>', page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", cell).split()) for cell in found]


def suspended(**fields: Any) -> Sanction:
    """A suspension that holds for another week."""
    ends = {"kind": SanctionKind.SUSPENDED, "until": timezone.now() + 7 * DAY}
    made: Sanction = SanctionFactory.create(**{**ends, **fields})
    return made


def appealed(**fields: Any) -> Sanction:
    """A suspension whose appeal waits for an answer."""
    return suspended(appeal="I did not do it.", appealed_at=timezone.now(), **fields)


# --- The list


@pytest.mark.parametrize("count", [1, 3])
def test_list_has_a_fixed_number_of_queries(
    client: Client, lead: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    made = [suspended() for _ in range(count)]
    with django_assert_num_queries(LIST_QUERIES):
        page = client.get(reverse(LIST)).content.decode()
    assert [row.user.display_name in page for row in made] == [True] * count


def test_appeals_that_wait_stand_first(client: Client, lead: User) -> None:
    now = timezone.now()
    appeal = appealed(starts_at=now - 3 * DAY)
    older, newer = suspended(starts_at=now - 2 * DAY), suspended(starts_at=now - DAY)
    assert rows_of(client.get(reverse(LIST))) == [appeal, newer, older]


def test_list_says_how_each_stands(client: Client, lead: User) -> None:
    now = timezone.now()
    day = datetime(2099, 1, 1, 12, tzinfo=UTC)
    rows: list[dict[str, Any]] = [
        {"until": day},
        {"until": None},
        {"starts_at": now - 3 * DAY, "until": now - DAY},
        {"lifted_at": now},
        {"kind": SanctionKind.NOTE, "until": None},
        {"appeal": "x", "appealed_at": now, "appeal_decided_at": now, "appeal_answer": "No."},
    ]
    # The newest stands first.
    for age, fields in enumerate(rows):
        suspended(**{"starts_at": now - timedelta(minutes=age), **fields})
    page = client.get(reverse(LIST)).content.decode()
    in_order = [cells(page, column) for column in ("state_label", "appeal_label")]
    assert in_order == [
        ["Holding", "Holding", "Lifted", "Said", "Holding", "Over"],
        ["None", "None", "None", "None", "Answered", "None"],
    ]
    ends = cells(page, "ends")
    assert (ends[0][:15], ends[1], ends[3]) == ("January 1, 2099", "For good", "No length")


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ("holding", ["appealed", "holding"]),
        ("ended", ["over", "lifted"]),
        ("appealed", ["appealed"]),
        ("", ["appealed", "holding", "over", "lifted"]),
    ],
)
def test_list_is_filtered(client: Client, lead: User, state: str, found: list[str]) -> None:
    now = timezone.now()
    made = {
        "appealed": appealed(starts_at=now - 9 * DAY),
        "holding": suspended(starts_at=now - DAY),
        "over": suspended(starts_at=now - 3 * DAY, until=now - DAY),
        "lifted": suspended(starts_at=now - 4 * DAY, lifted_at=now),
    }
    response = client.get(reverse(LIST), {"state": state} if state else {})
    assert rows_of(response) == [made[name] for name in found]


def test_sanctions_are_found_by_name(client: Client, lead: User) -> None:
    found = suspended(user__display_name="Jordan")
    suspended(user__display_name="Amara")
    assert rows_of(client.get(reverse(LIST), {"q": "jordan"})) == [found]


# --- One sanction


def test_page_shows_the_sanction_and_its_ways_on(client: Client, lead: User) -> None:
    case = CaseFactory.create()
    row = appealed(user=case.about, case=case, reason="Be <b>kind</b>.", by=None)
    page = page_of(client, row)
    words = [
        "Be &lt;b&gt;kind&lt;/b&gt;.",
        "Former member",
        "Holding",
        "Waits for an answer",
        "I did not do it.",
        f'href="{url("change", case)}"',
        f'href="{url("change", row.user)}"',
    ]
    assert [word in page for word in words] == [True] * len(words)
    assert "(&#x27;" not in page


def test_page_names_who_gave_and_who_answered(client: Client, lead: User) -> None:
    now = timezone.now()
    row = suspended(
        by=UserFactory.create(display_name="Giver"),
        appeal="x",
        appealed_at=now,
        appeal_decided_at=now,
        appeal_decided_by=UserFactory.create(display_name="Reader"),
        appeal_answer="It stands.",
    )
    page = page_of(client, row)
    assert [word in page for word in ("Giver", "by Reader", "It stands.")] == [True] * 3


def test_coordinator_reads_the_sanction_and_not_the_appeal(client: Client) -> None:
    client.force_login(staff("coordinator"))
    case = CaseFactory.create()
    row = appealed(user=case.about, case=case, reason="Be kind.")
    page = page_of(client, row)
    seen = [word in page for word in ("Be kind.", "Waits for an answer", "I did not do it.")]
    assert seen == [True, True, False]
    assert (url("change", case) in page, url("change", row.user) in page) == (False, True)
    assert [url(step, row) in page for step in ("lift", "answer")] == [False, False]


def test_page_without_anywhere_to_go_has_no_list(client: Client) -> None:
    person = UserFactory.create(is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_sanction"))
    client.force_login(person)
    assert "The person's page" not in page_of(client, suspended())


@pytest.mark.parametrize("group", ["moderator", "editor", "billing", "analyst"])
def test_sanctions_are_closed_to_other_staff(client: Client, group: str) -> None:
    client.force_login(staff(group))
    row = appealed()
    paths = [reverse(LIST), url("change", row), url("lift", row), url("answer", row)]
    assert [client.get(path).status_code for path in paths] == [403] * 4


def test_sanctions_are_not_added_changed_or_deleted(client: Client) -> None:
    client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    row = suspended()
    assert client.get(reverse("admin:accounts_sanction_add")).status_code == 403
    assert client.post(url("change", row), {"reason": "x"}).status_code == 403
    assert client.post(url("delete", row), {"post": "yes"}).status_code == 403
    assert Sanction.objects.get().reason == row.reason


# --- Lifting


def test_sanction_is_lifted_with_a_reason(client: Client, lead: User) -> None:
    row = suspended()
    User.objects.filter(pk=row.user_id).update(suspended_until=row.until)
    assert client.get(url("lift", row)).status_code == 200
    response = post(client, url("lift", row), {"reason": "We were wrong."})
    row.refresh_from_db()
    assert (row.lifted_at is not None, said(response)) == (True, ["The sanction is lifted."])
    assert User.objects.get(pk=row.user_id).suspended_until is None
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.target) == (
        lead,
        "sanction.lifted",
        f"accounts.user:{row.user_id}",
    )


def test_lifting_takes_no_longer_reason_than_the_log(client: Client, lead: User) -> None:
    response = client.post(url("lift", suspended()), {"reason": "x" * (MAX_LIFT_REASON + 1)})
    assert list(response.context["form"].errors) == ["reason"]


@pytest.mark.parametrize(
    ("step", "fields"),
    [("lift", {"reason": "x"}), ("answer", {"decision": "refuse", "answer": "No."})],
)
def test_appeal_that_is_over_waits_for_nobody(
    client: Client, lead: User, step: str, fields: dict[str, str]
) -> None:
    row, now = suspended(), timezone.now()
    appeal(by=row.user, sanction=row, text="I did not do it.", now=now)
    told = Notification.objects.filter(kind="accounts.appeal_made", user=lead)
    assert told.count() == 1
    post(client, url(step, row), fields)
    assert (told.count(), User.objects.get(pk=lead.pk).unread_count) == (0, 0)


def test_page_leads_to_no_history_of_forms(client: Client, lead: User) -> None:
    row = suspended()
    assert url("history", row) not in page_of(client, row)


def test_lifting_asks_for_a_reason(client: Client, lead: User) -> None:
    row = suspended()
    response = client.post(url("lift", row), {})
    row.refresh_from_db()
    assert (response.status_code, row.lifted_at) == (422, None)
    assert "Please give a reason." in response.content.decode()


def test_what_is_over_is_not_lifted(client: Client, lead: User) -> None:
    row = suspended(lifted_at=timezone.now())
    response = post(client, url("lift", row), {"reason": "x"})
    assert (response.status_code, "This is over already." in response.content.decode()) == (422, True)


@pytest.mark.parametrize("step", ["lift", "answer"])
def test_step_of_nothing_is_not_found(client: Client, lead: User, step: str) -> None:
    assert client.get(reverse(f"admin:accounts_sanction_{step}", args=[0])).status_code == 404


@pytest.mark.parametrize(
    ("fields", "offered"),
    [
        ({}, ["lift"]),
        ({"appeal": "x", "appealed_at": timezone.now()}, ["lift", "answer"]),
        ({"appeal": "x", "appealed_at": timezone.now(), "mine": True}, ["lift"]),
        ({"lifted_at": timezone.now()}, []),
        ({"user__is_staff": True}, []),
    ],
)
def test_page_offers_what_can_be_done(
    client: Client, lead: User, fields: dict[str, Any], offered: list[str]
) -> None:
    is_mine = fields.pop("mine", False)
    row = suspended(**fields, **({"by": lead} if is_mine else {}))
    page = page_of(client, row)
    assert [step for step in ("lift", "answer") if f'href="{url(step, row)}"' in page] == offered


def test_page_of_no_sanction_leads_back(client: Client, lead: User) -> None:
    assert client.get(reverse("admin:accounts_sanction_change", args=[0]))["Location"] == "/admin/"


# --- Appeals


@pytest.mark.parametrize(("decision", "is_lifted"), [("uphold", True), ("refuse", False)])
def test_appeal_is_answered(client: Client, lead: User, decision: str, is_lifted: bool) -> None:
    row = appealed()
    assert "I did not do it." in client.get(url("answer", row)).content.decode()
    fields = {"decision": decision, "answer": "We read it again."}
    response = post(client, url("answer", row), fields)
    row.refresh_from_db()
    assert (row.appeal_decided_by, row.appeal_answer) == (lead, "We read it again.")
    assert (row.lifted_at is not None, said(response)) == (is_lifted, ["The appeal is answered."])


def test_appeal_is_not_answered_by_who_decided(client: Client, lead: User) -> None:
    row = appealed(by=lead)
    response = post(client, url("answer", row), {"decision": "refuse", "answer": "No."})
    row.refresh_from_db()
    words = "An appeal is read by somebody other than who decided."
    assert (response.status_code, words in response.content.decode()) == (422, True)
    assert row.appeal_decided_at is None


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"answer": "No."}, "Please choose one."),
        ({"decision": "refuse"}, "Please answer in a sentence or two; the person reads it."),
    ],
)
def test_answer_needs_a_decision_and_words(
    client: Client, lead: User, fields: dict[str, str], error: str
) -> None:
    response = client.post(url("answer", appealed()), fields)
    assert (response.status_code, error in response.content.decode()) == (422, True)


# --- Addresses that get no mail


def suppression(email: str = "gone@example.test", reason: str = "bounce") -> Suppression:
    return Suppression.objects.create(email=email, reason=reason)


@pytest.mark.parametrize("count", [1, 3])
def test_suppressions_have_a_fixed_number_of_queries(
    client: Client, lead: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        suppression(f"gone-{number}@example.test")
    with django_assert_num_queries(SUPPRESSION_QUERIES):
        page = client.get(reverse("admin:accounts_suppression_changelist")).content.decode()
    assert cells(page, "reason_label") == ["The mailbox does not take mail"] * count


def test_lead_reads_suppressions_and_lifts_none(client: Client, lead: User) -> None:
    row = suppression()
    page = page_of(client, row)
    assert (row.email in page, url("lift", row) in page) == (True, False)
    assert client.post(url("lift", row)).status_code == 403
    assert Suppression.objects.count() == 1


def test_suppression_is_lifted_with_an_audit_row_that_names_no_address(client: Client) -> None:
    admin = UserFactory.create(is_staff=True, is_superuser=True)
    client.force_login(admin)
    row = suppression()
    assert f'href="{url("lift", row)}"' in page_of(client, row)
    assert client.get(url("lift", row)).status_code == 200
    response = client.post(url("lift", row))
    assert (Suppression.objects.count(), said(response)) == (0, ["Mail goes to this address again."])
    target = f"accounts.suppression:{row.pk}"
    rows = AuditEntry.objects.values_list("actor", "action", "target", "reason")
    assert rows.get() == (admin.pk, "suppression.lifted", target, "")


def test_suppression_that_is_gone_is_said_so() -> None:
    row = suppression()
    Suppression.objects.all().delete()
    with pytest.raises(SuppressionError, match=r"^Mail goes to this address already\.$"):
        lift_as_staff(by=UserFactory.create(is_staff=True, is_superuser=True), suppression=row)


def test_suppression_is_lifted_by_nobody_without_the_right(lead: User) -> None:
    row = suppression()
    with pytest.raises(SuppressionError, match=r"^Somebody else on the team has to decide this one\.$"):
        lift_as_staff(by=lead, suppression=row)
    assert (Suppression.objects.count(), AuditEntry.objects.count()) == (1, 0)
