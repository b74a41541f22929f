"""Staff give Premium, let it run longer, and end it."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from accounts.models import AuditEntry, User
from accounts.models.audit import LONGEST_REASON
from memberships.models import AccessGrant
from memberships.models.grant import Source
from memberships.services.grants import GrantError, end_grant, extend_grant, give_grant
from tests.factories.memberships import GrantFactory
from tests.factories.people import UserFactory, staff

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=ZoneInfo("UTC"))
DAY = timedelta(days=1)
MONTH = timedelta(days=30)
at_once = pytest.mark.django_db(
    transaction=True, available_apps=["accounts", "memberships", "breakthru.outbox"]
)


@pytest.fixture
def billing() -> User:
    """One of billing."""
    return staff("billing")


@pytest.fixture
def grant() -> AccessGrant:
    """A complimentary grant that holds for another month."""
    made: AccessGrant = GrantFactory.create(starts_at=NOW - DAY, ends_at=NOW + MONTH)
    return made


def given(by: User, user: User, **fields: Any) -> AccessGrant:
    complete: dict[str, Any] = {
        "source": Source.NEED_BASED,
        "starts_at": NOW,
        "ends_at": NOW + MONTH,
        "reason": "Asked for it.",
        "now": NOW,
    }
    return give_grant(by=by, user=user, **{**complete, **fields})


def audited() -> list[tuple[int | None, str, str, str]]:
    return list(AuditEntry.objects.order_by("pk").values_list("actor", "action", "target", "reason"))


def after(grant: AccessGrant) -> AccessGrant:
    return AccessGrant.objects.get(pk=grant.pk)


# --- Give


@pytest.mark.parametrize("source", [Source.NEED_BASED, Source.COMPLIMENTARY, Source.GIFT])
@pytest.mark.parametrize("ends_at", [NOW + MONTH, None])
def test_grant_is_given_with_its_reason(billing: User, source: Source, ends_at: datetime | None) -> None:
    user = UserFactory.create()
    made = given(billing, user, source=source, ends_at=ends_at, reason=" Asked for it. ")
    stored = AccessGrant.objects.get()
    assert (stored, stored.user, stored.source, stored.granted_by) == (made, user, source, billing)
    assert (stored.starts_at, stored.ends_at, stored.reason) == (NOW, ends_at, "Asked for it.")
    assert (stored.ended_at, stored.ended_by) == (None, None)
    assert audited() == [
        (billing.pk, "grant.given", f"memberships.accessgrant:{made.pk}", "Asked for it."),
    ]


def test_grant_may_begin_later(billing: User) -> None:
    made = given(billing, UserFactory.create(), starts_at=NOW + DAY)
    assert (after(made).starts_at, after(made).ends_at) == (NOW + DAY, NOW + MONTH)


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"source": Source.SUBSCRIPTION}, "follow their payments"),
    ({"source": Source.PROGRAM}, "follow their payments"),
    ({"reason": ""}, "give a reason"),
    ({"reason": " \n "}, "give a reason"),
    ({"reason": "x" * (LONGEST_REASON + 1)}, "in 300 characters"),
    ({"ends_at": NOW}, "has to lie ahead"),
    ({"starts_at": NOW - 2 * DAY, "ends_at": NOW - DAY}, "has to lie ahead"),
    ({"starts_at": NOW + DAY, "ends_at": NOW + DAY}, "after the beginning"),
]


@pytest.mark.parametrize(("fields", "text"), REFUSED)
def test_grant_that_does_not_fit_is_not_given(billing: User, fields: dict[str, Any], text: str) -> None:
    with pytest.raises(GrantError, match=text):
        given(billing, UserFactory.create(), **fields)
    assert (AccessGrant.objects.count(), audited()) == (0, [])


def test_longest_reason_fits(billing: User) -> None:
    made = given(billing, UserFactory.create(), reason="x" * LONGEST_REASON)
    assert len(after(made).reason) == LONGEST_REASON


@pytest.mark.parametrize("group", ["editor", "moderator", "analyst"])
def test_others_give_nothing(group: str) -> None:
    with pytest.raises(GrantError, match="Somebody else"):
        given(staff(group), UserFactory.create())
    assert AccessGrant.objects.count() == 0


def test_nobody_gives_to_themselves(billing: User) -> None:
    with pytest.raises(GrantError, match="Somebody else"):
        given(billing, billing)


@pytest.mark.parametrize("starts_at", [NOW - DAY, NOW + DAY])
def test_same_kind_is_not_given_twice(billing: User, starts_at: datetime) -> None:
    there = GrantFactory.create(source=Source.NEED_BASED, starts_at=starts_at, ends_at=NOW + MONTH)
    with pytest.raises(GrantError, match="has a grant of this kind already"):
        given(billing, there.user)
    assert AccessGrant.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [{"source": Source.GIFT}, {"ends_at": NOW}, {"ended_at": NOW - DAY}],
)
def test_another_kind_or_one_that_is_over_is_no_obstacle(billing: User, fields: dict[str, Any]) -> None:
    there = GrantFactory.create(
        **{"source": Source.NEED_BASED, "starts_at": NOW - DAY, "ends_at": NOW + MONTH, **fields}
    )
    given(billing, there.user)
    assert AccessGrant.objects.of(there.user).count() == 2


def post_twice(step: Callable[[], object]) -> list[str]:
    """Take a step in two threads at once; return what was refused."""
    gate, refused = threading.Barrier(2), []

    def post() -> None:
        gate.wait(10)
        try:
            step()
        except GrantError as error:
            refused.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=post) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return refused


@at_once
def test_form_sent_twice_gives_once() -> None:
    by, user = UserFactory.create(is_staff=True, is_superuser=True), UserFactory.create(display_name="Ana")
    refused = post_twice(lambda: given(by, user))
    assert refused == ["Ana has a grant of this kind already. Please extend that one."]
    assert (AccessGrant.objects.count(), len(audited())) == (1, 1)


# --- Extend


@pytest.mark.parametrize("ends_at", [NOW + 2 * MONTH, None])
def test_grant_is_extended_with_a_reason(billing: User, grant: AccessGrant, ends_at: datetime | None) -> None:
    extend_grant(by=billing, grant=grant, ends_at=ends_at, reason=" Still needed. ", now=NOW)
    assert (after(grant).ends_at, after(grant).reason) == (ends_at, grant.reason)
    assert audited() == [
        (billing.pk, "grant.extended", f"memberships.accessgrant:{grant.pk}", "Still needed."),
    ]


@pytest.mark.parametrize(
    ("fields", "ends_at", "text"),
    [
        ({}, NOW + MONTH, "later than the old one"),
        ({}, NOW + DAY, "later than the old one"),
        ({"ends_at": None}, NOW + MONTH, "no end already"),
        ({"ends_at": None}, None, "no end already"),
        ({"ends_at": NOW}, NOW + MONTH, "is over"),
        ({"ended_at": NOW - DAY}, NOW + 2 * MONTH, "is over"),
        ({"source": Source.SUBSCRIPTION}, NOW + 2 * MONTH, "follows a payment"),
        ({"source": Source.PROGRAM}, NOW + 2 * MONTH, "follows a payment"),
    ],
)
def test_extension_that_does_not_fit_changes_nothing(
    billing: User, grant: AccessGrant, fields: dict[str, Any], ends_at: datetime | None, text: str
) -> None:
    AccessGrant.objects.update(**fields)
    grant.refresh_from_db()
    with pytest.raises(GrantError, match=text):
        extend_grant(by=billing, grant=grant, ends_at=ends_at, reason="Still needed.", now=NOW)
    assert (after(grant).ends_at, audited()) == (grant.ends_at, [])


def test_extension_looks_at_what_is_stored_now(billing: User, grant: AccessGrant) -> None:
    AccessGrant.objects.update(ended_at=NOW)
    with pytest.raises(GrantError, match="is over"):
        extend_grant(by=billing, grant=grant, ends_at=NOW + 2 * MONTH, reason="Still needed.", now=NOW)


# --- End


@pytest.mark.parametrize("fields", [{}, {"ends_at": None}, {"starts_at": NOW + DAY}])
def test_grant_is_ended_with_a_reason(billing: User, grant: AccessGrant, fields: dict[str, Any]) -> None:
    AccessGrant.objects.update(**fields)
    end_grant(by=billing, grant=grant, reason=" Given by mistake. ", now=NOW)
    assert (after(grant).ended_at, after(grant).ended_by) == (NOW, billing)
    assert audited() == [
        (billing.pk, "grant.ended", f"memberships.accessgrant:{grant.pk}", "Given by mistake."),
    ]


def test_grant_is_ended_once(billing: User, grant: AccessGrant) -> None:
    end_grant(by=billing, grant=grant, reason="Given by mistake.", now=NOW)
    # The same grant as it was read before.
    end_grant(by=staff("coordinator"), grant=grant, reason="Again.", now=NOW + DAY)
    assert (after(grant).ended_at, after(grant).ended_by, len(audited())) == (NOW, billing, 1)


def test_grant_that_is_over_stays_as_it_is(billing: User, grant: AccessGrant) -> None:
    end_grant(by=billing, grant=grant, reason="Too late.", now=NOW + MONTH)
    assert (after(grant).ended_at, audited()) == (None, [])


@pytest.mark.parametrize("source", [Source.SUBSCRIPTION, Source.PROGRAM])
def test_grant_of_a_payment_ends_with_it_alone(billing: User, grant: AccessGrant, source: Source) -> None:
    AccessGrant.objects.update(source=source)
    with pytest.raises(GrantError, match="follows a payment"):
        end_grant(by=billing, grant=after(grant), reason="Please.", now=NOW)
    assert after(grant).ended_at is None


@at_once
def test_two_who_end_a_grant_at_once_end_it_once() -> None:
    by, grant = UserFactory.create(is_staff=True, is_superuser=True), GrantFactory.create(ends_at=None)
    refused = post_twice(lambda: end_grant(by=by, grant=grant, reason="Given by mistake.", now=NOW))
    assert (refused, len(audited())) == ([], 1)


# --- Both


@pytest.mark.parametrize(
    ("reason", "text"), [("", "give a reason"), ("  ", "give a reason"), ("x" * 301, "in 300 characters")]
)
def test_step_needs_a_reason_that_fits(billing: User, grant: AccessGrant, reason: str, text: str) -> None:
    with pytest.raises(GrantError, match=text):
        extend_grant(by=billing, grant=grant, ends_at=None, reason=reason, now=NOW)
    with pytest.raises(GrantError, match=text):
        end_grant(by=billing, grant=grant, reason=reason, now=NOW)


def test_others_change_nothing(grant: AccessGrant) -> None:
    for by in (staff("editor"), UserFactory.create()):
        with pytest.raises(GrantError, match="Somebody else"):
            extend_grant(by=by, grant=grant, ends_at=None, reason="Please.", now=NOW)
        with pytest.raises(GrantError, match="Somebody else"):
            end_grant(by=by, grant=grant, reason="Please.", now=NOW)
    assert (after(grant).ends_at, after(grant).ended_at, audited()) == (NOW + MONTH, None, [])


def test_nobody_changes_their_own(billing: User) -> None:
    own = GrantFactory.create(user=billing, starts_at=NOW - DAY, ends_at=NOW + MONTH)
    with pytest.raises(GrantError, match="Somebody else"):
        end_grant(by=billing, grant=own, reason="Not mine.", now=NOW)
