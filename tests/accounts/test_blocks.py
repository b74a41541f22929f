"""Blocks: the service, the page, and what it leaves of notifications."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from accounts.models import Block, Notification, User
from accounts.registries import safety
from accounts.services.blocks import BlockError, are_apart, block, has_blocked, unblock
from accounts.services.notifications import notify
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db
at_once = pytest.mark.django_db(transaction=True, available_apps=["accounts", "breakthru.outbox"])
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def ana(client: Client) -> User:
    """Somebody signed in."""
    made: User = UserFactory.create(display_name="Ana")
    client.force_login(made)
    return made


@pytest.fixture
def ben() -> User:
    made: User = UserFactory.create(display_name="Ben", slug="ben-x7")
    return made


def pairs() -> list[tuple[str, str]]:
    rows = Block.objects.order_by("pk").select_related("blocker", "blocked")
    return [(row.blocker.display_name, row.blocked.display_name) for row in rows]


# --- The service


def test_a_block_holds_for_both(ana: User, ben: User) -> None:
    before = are_apart(ana, ben)
    block(by=ana, other=ben, now=NOON)

    assert (before, are_apart(ana, ben), are_apart(ben, ana)) == (False, True, True)
    assert are_apart(ana, UserFactory.create()) is False


def test_only_who_made_it_has_blocked(ana: User, ben: User) -> None:
    block(by=ana, other=ben, now=NOON)

    assert (has_blocked(by=ana, other=ben), has_blocked(by=ben, other=ana)) == (True, False)


def test_a_block_made_twice_is_one(ana: User, ben: User) -> None:
    block(by=ana, other=ben, now=NOON)
    block(by=ana, other=ben, now=NOON)

    assert pairs() == [("Ana", "Ben")]


def test_nobody_blocks_themselves(ana: User) -> None:
    with pytest.raises(BlockError, match="themselves"):
        block(by=ana, other=ana, now=NOON)
    assert pairs() == []


def test_unblocking_takes_back_the_own_block_only(ana: User, ben: User) -> None:
    block(by=ana, other=ben, now=NOON)
    block(by=ben, other=ana, now=NOON)
    unblock(by=ana, other=ben)

    assert (pairs(), are_apart(ana, ben)) == ([("Ben", "Ana")], True)


def test_every_part_hears_of_a_new_block_once(ana: User, ben: User, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[int, int]] = []
    monkeypatch.setattr(safety, "_partings", [lambda one, other: heard.append((one, other))])
    block(by=ana, other=ben, now=NOON)
    block(by=ana, other=ben, now=NOON)

    assert heard == [(ana.pk, ben.pk)]


def told(user: User, actor: User | None, **fields: Any) -> Notification:
    """A notification as it stands in the inbox, counted."""
    row = Notification.objects.create(
        user=user, actor=actor, kind="test", key=str(Notification.objects.count()), path="/", **fields
    )
    user.unread_count += 1 if row.is_on_page and row.read_at is None else 0
    user.save()
    return row


def test_what_the_two_were_told_of_each_other_counts_as_read(ana: User, ben: User) -> None:
    for row in ((ana, ben), (ben, ana), (ana, None), (ana, UserFactory.create())):
        told(*row)
    told(ana, ben, is_on_page=False)
    told(ana, ben, read_at=NOON)
    block(by=ana, other=ben, now=NOON)

    assert (Notification.objects.filter(actor=ben, read_at=None).exists(), ana.notifications.count()) == (
        False,
        5,
    )
    counts = dict(User.objects.values_list("display_name", "unread_count"))
    assert (counts["Ana"], counts["Ben"]) == (2, 0)


def run(*works: Callable[[], None]) -> list[Exception]:
    """Do all at the same moment; return what went wrong."""
    gate, faults = threading.Barrier(len(works)), []

    def one(work: Callable[[], None]) -> None:
        gate.wait(10)
        try:
            work()
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return faults


@at_once
def test_two_who_block_each_other_at_once_do_not_hinder_one_another() -> None:
    ana, ben = (UserFactory.create(display_name=name) for name in ("Ana", "Ben"))
    faults = run(
        *[lambda: block(by=ana, other=ben, now=NOON)] * 3, *[lambda: block(by=ben, other=ana, now=NOON)] * 3
    )

    assert (faults, sorted(pairs())) == ([], [("Ana", "Ben"), ("Ben", "Ana")])


@at_once
def test_who_is_blocked_at_the_very_moment_is_not_told_of() -> None:
    """The count at the bell would name something that the inbox never shows."""
    ana, ben = (UserFactory.create(display_name=name) for name in ("Ana", "Ben"))
    told = {"kind": "accounts.leaving_waits", "key": "1", "path": "/", "now": NOON}

    @transaction.atomic
    def tell() -> None:
        notify(to=ana, actor=ben, **told)  # type: ignore[arg-type]

    with transaction.atomic():
        block(by=ana, other=ben, now=NOON)
        teller = threading.Thread(target=lambda: run(tell))
        teller.start()
        wait_for_a_lock()
    teller.join(30)

    ana.refresh_from_db()
    assert (Notification.objects.count(), ana.unread_count) == (0, 0)


def wait_for_a_lock() -> None:
    """Return as soon as somebody waits for what this transaction holds."""
    for _ in range(1000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    pytest.fail("nobody waits")


# --- The page

URL = "/accounts/blocks/ben-x7/"


def text(client: Client) -> str:
    return " ".join(client.get(URL).content.decode().split())


def test_page_says_what_it_means_and_changes_nothing(client: Client, ana: User, ben: User) -> None:
    page = text(client)

    assert ("Block Ben?" in page, "Nobody is told" in page, pairs()) == (True, True, [])


def test_posting_blocks_and_leads_to_the_list(client: Client, ana: User, ben: User) -> None:
    response = client.post(URL)
    page = client.get("/accounts/privacy/").content.decode()

    assert (response.status_code, response["Location"]) == (302, "/accounts/privacy/#blocked")
    assert pairs() == [("Ana", "Ben")]
    assert "You have blocked Ben. You can take it back here." in page


def test_unblocking_leads_to_the_page_that_can_undo_that(client: Client, ana: User, ben: User) -> None:
    client.post(URL)
    blocked = text(client)
    response = client.post(URL, {"undo": "1"})
    after = text(client)

    assert ("You blocked Ben" in blocked, "Unblock Ben" in blocked) == (True, True)
    assert (response["Location"], pairs()) == (URL, [])
    assert ("You have unblocked Ben." in after, "Block Ben?" in after) == (True, True)


def test_page_is_the_same_for_who_was_blocked(client: Client, ana: User, ben: User) -> None:
    before = client.get(URL)
    Block.objects.create(blocker=ben, blocked=ana)
    after = client.get(URL)

    assert [page.context["is_blocked"] for page in (before, after)] == [False, False]
    assert (before.status_code, after.status_code) == (200, 200)


def test_there_is_no_page_for_oneself_a_stranger_or_somebody_erased(client: Client, ana: User) -> None:
    gone = UserFactory.create(erased_at=NOON, is_active=False, birth_year=None, birth_month=None)

    for slug in (ana.slug, "nobody", gone.slug):
        assert [client.get(f"/accounts/blocks/{slug}/").status_code, pairs()] == [404, []]


def test_staff_are_blocked_as_people(client: Client, ana: User) -> None:
    moderator = UserFactory.create(is_staff=True, display_name="Mo")
    client.post(f"/accounts/blocks/{moderator.slug}/")

    assert pairs() == [("Ana", "Mo")]
