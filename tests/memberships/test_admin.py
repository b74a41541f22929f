"""Staff pages of grants: who has Premium, and each step with a reason."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
import zeal
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, User
from accounts.services.audit import record_action
from memberships.admin import grant as page_module
from memberships.models import AccessGrant
from memberships.models.grant import Source
from memberships.services.grants import GrantError, extend_grant
from tests.factories.memberships import GrantFactory
from tests.factories.people import UserFactory, staff

pytestmark = pytest.mark.django_db

LIST = "admin:memberships_accessgrant_changelist"
ADD = "admin:memberships_accessgrant_add"
# Who is signed in, the session, the rows: the number of grants adds nothing.
LIST_QUERIES = 6
PAGE_QUERIES = 7
DAY = timedelta(days=1)


@pytest.fixture
def billing(client: Client) -> User:
    """One of billing, signed in; their days are those of the tests."""
    person = staff("billing", time_zone="UTC")
    client.force_login(person)
    return person


def url(page: str, pk: int) -> str:
    return reverse(f"admin:memberships_accessgrant_{page}", args=[pk])


def ahead(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def midnight_after(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + DAY


def said(response: Any) -> list[str]:
    """The messages that the next page shows."""
    return [str(message) for message in get_messages(response.wsgi_request)]


def cells(page: str, column: str) -> list[str]:
    """The words of one column of the list, from the top."""
    found = re.findall(rf'<td class="[^"]*field-{column}.*?</td>', page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", cell).split()) for cell in found]


def form_for(person: User, **fields: Any) -> dict[str, Any]:
    """What the form posts."""
    return {
        "user": person.pk,
        "source": "need_based",
        "until": ahead(90),
        "reason": "Asked by mail.",
        **fields,
    }


# --- The list ---


@pytest.mark.parametrize("count", [1, 3])
def test_list_has_a_fixed_number_of_queries(
    client: Client, billing: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    made = GrantFactory.create_batch(count)
    with django_assert_num_queries(LIST_QUERIES):
        page = client.get(reverse(LIST)).content.decode()
    assert [grant.user.display_name in page for grant in made] == [True] * count
    assert made[0].user.email not in page


def test_list_says_how_each_grant_stands(client: Client, billing: User) -> None:
    now = timezone.now()
    GrantFactory.create(starts_at=now - 2 * DAY, ends_at=datetime(2099, 1, 1, tzinfo=UTC))
    GrantFactory.create(ends_at=None, ended_at=now)
    GrantFactory.create(starts_at=datetime(2020, 1, 1, tzinfo=UTC), ends_at=datetime(2020, 1, 2, tzinfo=UTC))
    GrantFactory.create(starts_at=now + DAY, ends_at=None)
    page = client.get(reverse(LIST)).content.decode()
    assert cells(page, "until") == ["No end", "January 1, 2020", "No end", "December 31, 2098"]
    assert cells(page, "state_label") == ["Not begun", "Over", "Ended early", "Current"]


def test_list_narrows_down_to_what_holds_now(client: Client, billing: User) -> None:
    current = GrantFactory.create()
    GrantFactory.create(ended_at=timezone.now())
    page = client.get(reverse(LIST), {"state": "current"})
    assert list(page.context["cl"].result_list) == [current]


@pytest.mark.parametrize(
    ("words", "is_found"),
    [("amara", True), ("Amara@Example.test", True), ("amara@example", False), ("nobody", False)],
)
def test_grants_are_found_by_name_or_whole_address(
    client: Client, billing: User, words: str, is_found: bool
) -> None:
    name = "Amara" if words == "amara" else "Somebody"
    grant = GrantFactory.create(user__display_name=name, user__email="amara@example.test")
    page = client.get(reverse(LIST), {"q": words})
    assert list(page.context["cl"].result_list) == ([grant] if is_found else [])


# --- One grant ---


@pytest.mark.parametrize("count", [1, 3])
def test_page_has_a_fixed_number_of_queries(
    client: Client, billing: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    grant = GrantFactory.create()
    for step in range(count):
        end = timezone.now() + (60 + step) * DAY
        extend_grant(by=billing, grant=grant, ends_at=end, reason=f"Step {step}.", now=timezone.now())
    with django_assert_num_queries(PAGE_QUERIES):
        page = client.get(url("change", grant.pk)).content.decode()
    assert [f"extended by {billing.display_name}: Step {step}." in page for step in range(count)] == (
        [True] * count
    )
    assert (grant.user.display_name in page, grant.user.email in page) == (True, False)


def test_page_says_how_the_grant_stands(client: Client, billing: User) -> None:
    grant = GrantFactory.create(ends_at=datetime(2099, 1, 1, tzinfo=UTC), ended_at=timezone.now())
    page = client.get(url("change", grant.pk)).content.decode()
    found = [words in page for words in ("Complimentary", "December 31, 2098", "Ended early", "GrantState")]
    assert found == [True, True, True, False]


def test_page_without_steps_says_so(client: Client, billing: User) -> None:
    grant = GrantFactory.create(source=Source.SUBSCRIPTION, granted_by=None, reason="")
    assert "None by staff." in client.get(url("change", grant.pk)).content.decode()


def test_page_tells_a_step_of_somebody_who_left(client: Client, billing: User) -> None:
    grant = GrantFactory.create()
    record_action(by=None, action="grant.extended", target=grant, reason="Long ago.")
    page = client.get(url("change", grant.pk)).content.decode()
    assert "extended by former staff: Long ago." in page


def test_page_escapes_what_staff_wrote(client: Client, billing: User) -> None:
    grant = GrantFactory.create(ends_at=None)
    client.post(url("end", grant.pk), {"reason": "<script>alert(1)</script>"})
    page = client.get(url("change", grant.pk)).content.decode()
    assert ("<script>alert" in page, "&lt;script&gt;alert" in page) == (False, True)


@pytest.mark.parametrize(
    ("fields", "offered"),
    [
        ({}, ["extend", "end"]),
        ({"source": Source.GIFT, "granted_by": None, "reason": ""}, ["extend", "end"]),
        ({"ends_at": None}, ["end"]),
        ({"ended_at": timezone.now()}, []),
        ({"starts_at": timezone.now() - 2 * DAY, "ends_at": timezone.now() - DAY}, []),
        ({"source": Source.SUBSCRIPTION}, []),
        ({"source": Source.PROGRAM}, []),
    ],
)
def test_page_offers_what_can_be_done(
    client: Client, billing: User, fields: dict[str, Any], offered: list[str]
) -> None:
    grant = GrantFactory.create(**fields)
    page = client.get(url("change", grant.pk)).content.decode()
    assert [step for step in ("extend", "end") if f'href="{url(step, grant.pk)}"' in page] == offered


def test_page_offers_nothing_on_ones_own_grant(client: Client, billing: User) -> None:
    grant = GrantFactory.create(user=billing)
    page = client.get(url("change", grant.pk)).content.decode()
    assert (url("extend", grant.pk) in page, url("end", grant.pk) in page) == (False, False)


def test_page_of_no_grant_leads_back(client: Client, billing: User) -> None:
    assert client.get(url("change", 0))["Location"] == reverse("admin:index")


def test_nothing_is_edited_in_place_or_deleted(client: Client) -> None:
    client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    grant = GrantFactory.create()
    fields = {"source": "gift", "reason": "Mine.", "ends_at": ""}
    assert client.post(url("change", grant.pk), fields).status_code == 403
    assert client.post(url("delete", grant.pk), {"post": "yes"}).status_code == 403
    after = AccessGrant.objects.get()
    assert (after.source, after.reason, after.ends_at) == (grant.source, grant.reason, grant.ends_at)


# --- Giving ---


def test_form_asks_for_a_person_a_kind_a_day_and_a_reason(client: Client, billing: User) -> None:
    form = client.get(reverse(ADD)).context["form"]
    assert list(form.fields) == ["user", "source", "until", "reason"]
    assert [value for value, _ in form.fields["source"].choices] == ["need_based", "complimentary", "gift"]


def test_grant_is_given_from_now_on(client: Client, billing: User) -> None:
    user, before = UserFactory.create(display_name="Amara"), timezone.now()
    response = client.post(reverse(ADD), form_for(user))
    made = AccessGrant.objects.get()
    assert (made.user, made.source, made.ends_at, made.reason, made.granted_by) == (
        user,
        "need_based",
        midnight_after(ahead(90)),
        "Asked by mail.",
        billing,
    )
    assert before <= made.starts_at <= timezone.now()
    assert (response["Location"], said(response)) == (url("change", made.pk), ["Amara has Premium now."])
    assert AuditEntry.objects.values_list("action", "reason").get() == ("grant.given", "Asked by mail.")


def test_grant_is_given_without_an_end(client: Client, billing: User) -> None:
    client.post(reverse(ADD), form_for(UserFactory.create(), until=""))
    assert AccessGrant.objects.get().ends_at is None


def test_grant_until_today_holds_until_midnight(client: Client, billing: User) -> None:
    client.post(reverse(ADD), form_for(UserFactory.create(), until=ahead(0)))
    assert AccessGrant.objects.get().last_day == ahead(0)


RANGE = "Please choose a day from today on, within ten years."


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"user": ""}, {"user": ["Please choose a person."]}),
        ({"reason": " "}, {"reason": ["Please give a reason; the person may ask for it."]}),
        ({"until": ahead(-1)}, {"until": [RANGE]}),
        ({"until": ahead(3654)}, {"until": [RANGE]}),
        ({"until": "9999-12-31"}, {"until": [RANGE]}),
        ({"until": "soon"}, {"until": ["Enter a valid date."]}),
        (
            {"source": "subscription"},
            {"source": ["Select a valid choice. subscription is not one of the available choices."]},
        ),
    ],
)
def test_form_tells_the_fault_beside_the_field(
    client: Client, billing: User, fields: dict[str, Any], errors: dict[str, list[str]]
) -> None:
    # The chosen person is asked for once to check and once to show.
    with zeal.zeal_ignore([{"model": "accounts.User", "field": "get()"}]):
        page = client.post(reverse(ADD), form_for(UserFactory.create(), **fields))
    assert (page.status_code, page.context["form"].errors) == (422, errors)
    assert (AccessGrant.objects.count(), AuditEntry.objects.count()) == (0, 0)


def test_form_shows_what_the_service_refuses(client: Client, billing: User) -> None:
    there = GrantFactory.create(source=Source.NEED_BASED, user__display_name="Amara")
    with zeal.zeal_ignore([{"model": "accounts.User", "field": "get()"}]):
        page = client.post(reverse(ADD), form_for(there.user))
    refused = "Amara has a grant of this kind already. Please extend that one."
    assert (page.status_code, page.context["form"].non_field_errors()) == (422, [refused])
    assert refused in page.content.decode()
    assert "Amara" in page.content.decode()


def test_inactive_people_cannot_be_chosen(client: Client, billing: User) -> None:
    page = client.post(reverse(ADD), form_for(UserFactory.create(is_active=False)))
    assert list(page.context["form"].errors) == ["user"]


@pytest.mark.parametrize("group", ["editor", "moderator", "analyst"])
def test_other_staff_see_and_give_nothing(client: Client, group: str) -> None:
    client.force_login(staff(group))
    grant = GrantFactory.create()
    pages = [reverse(LIST), reverse(ADD), *(url(step, grant.pk) for step in ("change", "extend", "end"))]
    assert [client.get(page).status_code for page in pages] == [403] * 5


@pytest.mark.parametrize("group", ["billing", "coordinator"])
def test_billing_and_coordinators_open_every_page(client: Client, group: str) -> None:
    client.force_login(staff(group))
    grant = GrantFactory.create()
    pages = [reverse(LIST), reverse(ADD), *(url(step, grant.pk) for step in ("change", "extend", "end"))]
    assert [client.get(page).status_code for page in pages] == [200] * 5


# --- Extending and ending ---


def test_grant_is_extended_until_the_end_of_a_day(client: Client, billing: User) -> None:
    grant = GrantFactory.create()
    response = client.post(url("extend", grant.pk), {"until": ahead(90), "reason": "Still needed."})
    assert AccessGrant.objects.get().ends_at == midnight_after(ahead(90))
    assert (response["Location"], said(response)) == (url("change", grant.pk), ["The grant runs longer now."])
    row = AuditEntry.objects.values_list("actor", "action", "reason").get()
    assert row == (billing.pk, "grant.extended", "Still needed.")


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"until": ""}, {"until": ["Please choose the last day."]}),
        ({"until": ahead(-1)}, {"until": [RANGE]}),
        ({"reason": ""}, {"reason": ["Please give a reason; the person may ask for it."]}),
        ({"until": ahead(1)}, {"__all__": ["The new end has to be later than the old one."]}),
    ],
)
def test_extension_tells_the_fault(
    client: Client, billing: User, fields: dict[str, Any], errors: dict[str, list[str]]
) -> None:
    grant = GrantFactory.create()
    page = client.post(url("extend", grant.pk), {"until": ahead(90), "reason": "Needed.", **fields})
    assert (page.status_code, page.context["form"].errors) == (422, errors)
    assert (AccessGrant.objects.get().ends_at, AuditEntry.objects.count()) == (grant.ends_at, 0)


def test_grant_is_ended_now(client: Client, billing: User) -> None:
    grant, before = GrantFactory.create(), timezone.now()
    response = client.post(url("end", grant.pk), {"reason": "Given by mistake."})
    after = AccessGrant.objects.get()
    assert after.ended_at is not None
    assert (before <= after.ended_at <= timezone.now(), after.ended_by) == (True, billing)
    assert (response["Location"], said(response)) == (url("change", grant.pk), ["The grant is ended."])


def test_end_needs_a_reason(client: Client, billing: User) -> None:
    page = client.post(url("end", GrantFactory.create().pk), {"reason": " "})
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["reason"])
    assert AccessGrant.objects.get().ended_at is None


def test_end_shows_what_the_service_refuses(client: Client, billing: User) -> None:
    grant = GrantFactory.create()
    with patch.object(page_module, "end_grant", side_effect=GrantError("Not now.")):
        page = client.post(url("end", grant.pk), {"reason": "Given by mistake."})
    assert (page.status_code, page.context["form"].non_field_errors()) == (422, ["Not now."])


@pytest.mark.parametrize("step", ["extend", "end"])
def test_step_is_asked_first_and_can_be_left(client: Client, billing: User, step: str) -> None:
    grant = GrantFactory.create()
    page = client.get(url(step, grant.pk))
    assert (page.status_code, f'href="{url("change", grant.pk)}"' in page.content.decode()) == (200, True)
    assert AccessGrant.objects.get().ended_at is None


@pytest.mark.parametrize("step", ["extend", "end"])
def test_step_on_no_grant_is_a_404(client: Client, billing: User, step: str) -> None:
    assert client.get(url(step, 0)).status_code == 404


# --- Looking for people ---


def people(client: Client, term: str) -> Any:
    target = {"app_label": "memberships", "model_name": "accessgrant", "field_name": "user"}
    return client.get(reverse("admin:memberships_accessgrant_people"), {**target, "term": term})


@pytest.mark.parametrize("term", ["amara", "AMARA O", " amara-x ", "Secret@example.test"])
def test_people_are_found_by_name_or_whole_address(client: Client, billing: User, term: str) -> None:
    found = UserFactory.create(display_name="Amara O.", slug="amara-x", email="secret@example.test")
    UserFactory.create(display_name="Amara gone", slug="amara-y", is_active=False)
    rows = people(client, term).json()["results"]
    assert rows == [{"id": str(found.pk), "text": "Amara O. (amara-x)"}]


def test_people_are_not_found_by_a_part_of_an_address(client: Client, billing: User) -> None:
    UserFactory.create(email="secret@example.test", slug="ben-1")
    assert people(client, "secret").json()["results"] == []


def test_looking_for_people_is_for_those_who_give(client: Client) -> None:
    client.force_login(staff("editor"))
    assert people(client, "a").status_code == 403
