"""What the page of the Personal Mentor program says."""

import re
from itertools import pairwise

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db
PROGRAM = "/mentorship/"


def test_page_costs_a_visitor_no_query_and_no_cookie(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        response = client.get(reverse("mentors:program_detail"))
    assert (response.wsgi_request.path, response.status_code, response.cookies) == (PROGRAM, 200, {})


def test_page_says_that_applications_are_not_open_and_names_no_price(client: Client) -> None:
    page = client.get(PROGRAM).content.decode().split("<main")[1]
    assert "Applications are not open yet." in page
    assert re.findall(r"<button|<form|[$€£]\s*\d", page.split("</main>")[0]) == []


def test_page_leads_on_to_what_is_open_today(client: Client) -> None:
    main = client.get(PROGRAM).content.decode().split("<main")[1].split("</main>")[0]
    assert re.findall(r'href="([^"]*)"', main) == ["#h-now", "/feed/ask/", "/learn/", "/membership/"]
    assert 'id="h-now"' in main


def test_page_skips_no_level_of_headings(client: Client) -> None:
    main = client.get(PROGRAM).content.decode().split("<main")[1].split("</main>")[0]
    levels = [int(level) for level in re.findall(r"<h([1-6])", main)]
    assert (levels[0], levels.count(1)) == (1, 1)
    assert [deeper for higher, deeper in pairwise(levels) if deeper - higher > 1] == []
