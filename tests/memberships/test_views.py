"""What the page of plans says, and to whom."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.factories.memberships import GrantFactory
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db
PLANS = "/membership/"
DAY = timedelta(days=1)


def main(client: Client) -> str:
    """The page without its frame."""
    return client.get(PLANS).content.decode().split("<main")[1].split("</main>")[0]


def note(client: Client) -> str:
    """The words of the page's one note."""
    found = re.findall(r'<div class="note.*?</div>', main(client), re.DOTALL)
    assert len(found) == 1
    return " ".join(re.sub(r"<[^>]*>", " ", found[0]).split())


def test_address_is_the_one_of_the_plan() -> None:
    assert reverse("memberships:plan_list") == PLANS


def test_page_costs_a_visitor_no_query(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        response = client.get(PLANS)
    assert (response.status_code, response.context["grant"], response.cookies) == (200, None, {})


@pytest.mark.parametrize("count", [1, 3])
def test_page_costs_three_queries_signed_in(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    user = UserFactory.create()
    GrantFactory.create_batch(count, user=user)
    client.force_login(user)
    with django_assert_num_queries(3):
        response = client.get(PLANS)
    assert response.status_code == 200


def test_visitor_reads_that_nothing_is_on_sale(client: Client) -> None:
    assert note(client) == (
        "Premium is not on sale yet. Nothing on this page can be bought today, so it shows no prices."
        " What is free stays free when that changes."
    )
    assert re.findall(r"<button|<form|[$€£]\s*\d|class=\"price", main(client)) == []


def test_visitor_may_join_and_a_member_may_ask(client: Client) -> None:
    hrefs = re.findall(r'<a class="btn[^"]*" href="(/[^"]*)"', main(client))
    client.force_login(UserFactory.create())
    again = re.findall(r'<a class="btn[^"]*" href="(/[^"]*)"', main(client))
    others = ["/learn/", "/mentorship/"]
    assert (hrefs, again) == (["/accounts/signup/", *others], ["/feed/ask/", *others])


def test_person_whose_premium_is_over_reads_that_it_is_not_on_sale(client: Client) -> None:
    grant = GrantFactory.create(starts_at=timezone.now() - 2 * DAY, ends_at=timezone.now() - DAY)
    client.force_login(grant.user)
    assert note(client).startswith("Premium is not on sale yet.")


def test_person_with_premium_reads_until_when(client: Client) -> None:
    grant = GrantFactory.create(ends_at=datetime(2099, 5, 4, tzinfo=UTC))
    GrantFactory.create(user=grant.user, ends_at=timezone.now() + DAY)
    client.force_login(grant.user)
    assert note(client) == (
        "You have Premium until May 3, 2099. Every Premium article is open to you. Go to the Learner Series"
    )


def test_person_with_open_premium_reads_that_it_has_no_end(client: Client) -> None:
    client.force_login(GrantFactory.create(ends_at=None).user)
    assert note(client) == (
        "You have Premium. It has no end date. Every Premium article is open to you. Go to the Learner Series"
    )


def test_somebody_elses_premium_is_not_shown(client: Client) -> None:
    GrantFactory.create(ends_at=None)
    client.force_login(UserFactory.create())
    assert client.get(PLANS).context["grant"] is None


def test_page_for_one_person_is_kept_by_no_cache(client: Client) -> None:
    client.force_login(GrantFactory.create().user)
    assert "no-store" in client.get(PLANS)["Cache-Control"]


@override_settings(DEFAULT_FROM_EMAIL="Project BreakThru <hello@site.example>")
def test_page_says_where_to_write(client: Client) -> None:
    page = client.get(PLANS).content.decode()
    assert re.findall(r'href="mailto:([^"]*)"', page) == ["hello@site.example"]


@override_settings(DEFAULT_FROM_EMAIL="")
def test_page_without_a_contact_has_no_dead_link(client: Client) -> None:
    page = client.get(PLANS).content.decode()
    assert ("mailto:" in page, "Write to" in page) == (False, False)
