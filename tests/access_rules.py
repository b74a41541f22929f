"""Outcomes of the access matrix, and how a row of it is written."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.personas import PERSONAS

# An outcome is a status; "login" and "staff login" are redirects to those pages.
Outcomes = dict[str, str]
STAFF = ("editor", "moderator", "coordinator", "admin")


def rule(default: str, **exceptions: str) -> Outcomes:
    """The outcome of each persona; `staff` stands for all of them."""
    everyone = dict.fromkeys(PERSONAS, default)
    if "staff" in exceptions:
        everyone |= dict.fromkeys(STAFF, exceptions.pop("staff"))
    assert set(exceptions) <= set(PERSONAS)
    return everyone | exceptions


@dataclass(frozen=True)
class Row:
    """One route: an address, and the outcomes of GET, of POST without a field it asks for, of DELETE."""

    address: Callable[[], str]
    get: Outcomes
    post: Outcomes
    delete: Outcomes


NEVER = rule("405")
EVERYONE = rule("200")
SIGNED_IN = rule("200", visitor="login")
SIGNED_IN_NEVER = rule("405", visitor="login")
GUESTS = rule("302", visitor="200")
STAFF_ONLY = rule("staff login", staff="200")
STAFF_NEVER = rule("staff login", staff="405")


def at(path: str) -> Callable[[], str]:
    """A fixed address."""
    return lambda: path


STAFF_LOGIN = "staff login"


def only(*names: str, get: str = "200", others: str = "403") -> Outcomes:
    """A staff page of a few: what they get, what other staff get; everybody else signs in as staff."""
    return rule(STAFF_LOGIN, visitor="login", staff=others) | dict.fromkeys(names, get)


EDITORS = only("editor", "admin")
# A method that the page does not take.
WRONG_METHOD = rule(STAFF_LOGIN, visitor="login", staff="405")
