"""How others see me: the page."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import PersonExperience, User
from accounts.models.experience import Privacy, Viewer
from tests.factories.people import UserFactory, experience

pytestmark = pytest.mark.django_db
URL = "/accounts/profile/preview/"


@pytest.fixture
def user(client: Client) -> User:
    """Somebody with a term of each class that is kept openly, signed in."""
    made: User = UserFactory.create(display_name="Joan")
    for privacy in (Privacy.P0, Privacy.P1, Privacy.P2):
        term = experience("road", f"term_{privacy.lower()}", learner_privacy=privacy, label=f"Term {privacy}")
        PersonExperience.objects.create(user=made, experience=term)
    client.force_login(made)
    return made


@pytest.mark.parametrize(
    ("query", "tab", "terms", "later"),
    [
        ("", "A visitor", ["Term P0"], []),
        ("?as=visitor", "A visitor", ["Term P0"], []),
        ("?as=learner", "Somebody signed in", ["Term P0", "Term P1"], []),
        ("?as=introduced", "A matched mentor", ["Term P0", "Term P1"], ["Term P2"]),
        ("?as=staff", "A visitor", ["Term P0"], []),
        ("?as=%00", "A visitor", ["Term P0"], []),
    ],
)
def test_each_tab_shows_what_those_eyes_see(
    client: Client, user: User, query: str, tab: str, terms: list[str], later: list[str]
) -> None:
    response = client.get(f"{URL}{query}")

    page = response.content.decode()
    assert [term.label for term in response.context["terms"]] == terms
    assert [term.label for term in response.context["later"]] == later
    assert f'aria-current="page">{tab}</a>' in page
    assert {label for label in ("Term P0", "Term P1", "Term P2") if label in page} == {*terms, *later}


def test_who_is_under_18_is_shown_no_match(client: Client) -> None:
    client.force_login(UserFactory.create(birth_year=timezone.localdate().year - 16))

    response = client.get(f"{URL}?as=introduced")

    assert [name for _, name in response.context["tabs"]] == ["A visitor", "Somebody signed in"]
    assert response.context["chosen"] == Viewer.VISITOR


def test_the_page_says_so_when_there_is_nothing_but_the_name(client: Client) -> None:
    client.force_login(UserFactory.create(display_name="Joan"))

    visitor = client.get(URL).content.decode()
    match = client.get(f"{URL}?as=introduced").content.decode()

    assert ("Only your first name" in visitor, "Nothing more so far" in match) == (True, True)


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_the_same_queries_however_much_is_told(
    client: Client, count: int, django_assert_num_queries: Any
) -> None:
    user = UserFactory.create()
    for number in range(count):
        term = experience(f"group_{number}", "term", learner_privacy=Privacy.P2)
        PersonExperience.objects.create(user=user, experience=term)
    client.force_login(user)

    with django_assert_num_queries(4):
        assert client.get(f"{URL}?as=introduced").status_code == 200
