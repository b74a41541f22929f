"""Every door of the site and who may open it: role × route × method.

A new route without a row fails `test_every_route_has_a_row`. Staff pages of models follow a rule per group,
written down model by model in STAFF_MAY.
"""

import re
from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.core.cache import cache
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import User
from tests.access import MATRIX, PRIVATE, PUBLIC, held
from tests.access_rules import rule
from tests.access_staff import NEEDS, OBJECTS, STAFF_MAY
from tests.factories.people import MentorFactory, UserFactory
from tests.personas import PERSONAS

pytestmark = pytest.mark.django_db

# --- Walking


def _routes(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inside = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _routes(entry, inside)
        else:
            yield (f"{namespace}{entry.name}" if entry.name else str(entry.pattern)), entry


def _model_routes() -> set[str]:
    labels = [model._meta.label_lower.replace(".", "_") for model in admin.site._registry]
    # The last is the old address of an object, which leads to its change page.
    return {f"admin:{label}_{page}" for label in labels for page in NEEDS} | {"<path:object_id>/"}


def _outcome(response: HttpResponseBase) -> str:
    location = response.headers.get("Location", "")
    for start, name in (("/accounts/login/", "login"), ("/admin/login/", "staff login")):
        if response.status_code == 302 and location.startswith(start):
            return name
    return str(response.status_code)


def _ask(user: User | None, method: str, path: str) -> HttpResponseBase:
    cache.clear()
    client = Client()
    if user is not None:
        client.force_login(user)
    if method in ("get", "head"):
        return client.generic(method.upper(), path)
    return client.generic(method.upper(), path, "nothing=x", "application/x-www-form-urlencoded")


def _people() -> dict[str, User | None]:
    return {name: make() for name, make in PERSONAS.items()}


def test_every_route_has_a_row() -> None:
    found = {name for name, _ in _routes(get_resolver())}
    assert found - _model_routes() == set(MATRIX)


def test_every_model_of_the_staff_pages_has_a_rule() -> None:
    found = {model._meta.label_lower for model in admin.site._registry}
    assert (set(STAFF_MAY), set(OBJECTS)) == (found, found)


@pytest.mark.parametrize("route", MATRIX)
def test_route_opens_for_whom_it_should(route: str) -> None:
    row, people = MATRIX[route], _people()
    path = row.address()
    for method, expected in (("get", row.get), ("post", row.post), ("delete", row.delete)):
        found = {name: _outcome(_ask(person, method, path)) for name, person in people.items()}
        assert (method, found) == (method, expected)


@pytest.mark.parametrize("route", MATRIX)
def test_head_answers_like_get(route: str) -> None:
    path = MATRIX[route].address()
    for person in (None, UserFactory.create()):
        assert _outcome(_ask(person, "head", path)) == _outcome(_ask(person, "get", path))


@pytest.mark.parametrize("label", STAFF_MAY)
def test_staff_pages_of_a_model_open_for_whom_they_should(label: str) -> None:
    people, made = _people(), OBJECTS[label]()
    for page, needs in NEEDS.items():
        args = [] if page in ("changelist", "add") else [made.pk]
        path = reverse(f"admin:{label.replace('.', '_')}_{page}", args=args)
        for method, right in zip(("get", "post"), needs, strict=True):
            found = {name: _is_open(_ask(person, method, path)) for name, person in people.items()}
            expected = rule("staff login", visitor="login", staff="403")
            expected |= {name: "open" for name, rights in STAFF_MAY[label].items() if right in rights}
            assert (page, method, found) == (page, method, expected)


def _is_open(response: HttpResponseBase) -> str:
    """A form that is saved or shown again: its door was open."""
    found = _outcome(response)
    return "open" if found in ("200", "302", "422") else found


@pytest.mark.parametrize("path", ["/dev/mail/", "/dev/mail/x/", "/dev/mail/x/html/"])
def test_development_pages_do_not_exist(path: str) -> None:
    assert [_outcome(_ask(person, "get", path)) for person in _people().values()] == ["404"] * len(PERSONAS)


# --- Private objects: the same role is not enough


def test_every_route_with_an_argument_is_public_or_private() -> None:
    found = {
        name
        for name, entry in _routes(get_resolver())
        if entry.pattern.regex.groups and not name.startswith("admin:") and name in MATRIX
    }
    assert found - {"(?P<url>.*)$"} == set(PRIVATE) | PUBLIC


@pytest.mark.parametrize("route", PRIVATE)
def test_private_object_is_there_for_its_owner_alone(route: str) -> None:
    address, for_owner = PRIVATE[route]
    people = {name: person for name, person in _people().items() if person is not None}
    people["other mentor"] = MentorFactory.create().user
    owner = people["mentor"]
    path = address(held(owner))
    found = {name: _outcome(_ask(person, "get", path)) for name, person in people.items()}
    assert found == dict.fromkeys(people, "404") | {"mentor": for_owner}


@pytest.mark.parametrize("route", PRIVATE)
@pytest.mark.parametrize("who", ["visitor", "learner", "mentor", "moderator"])
def test_private_object_of_somebody_else_is_byte_for_byte_like_none_at_all(route: str, who: str) -> None:
    person, question = PERSONAS[who](), held(UserFactory.create())
    path = PRIVATE[route][0](question)
    there = _ask(person, "get", path)
    question.delete()
    gone = _ask(person, "get", path)
    assert (_body(there), _headers(there)) == (_body(gone), _headers(gone))


PER_REQUEST = {"X-Request-ID", "Expires"}
TOKEN = re.compile(rb'(?<=name="csrfmiddlewaretoken" value=")[^"]+')


def _body(response: HttpResponseBase) -> bytes:
    # The token against forged requests is masked anew for every page.
    return TOKEN.sub(b"", bytes(getattr(response, "content", b"")))


def _headers(response: HttpResponseBase) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name not in PER_REQUEST}
