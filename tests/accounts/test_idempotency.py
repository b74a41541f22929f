"""Same token, same answer."""

import threading
import uuid
from collections.abc import Callable

import pytest
from django.db import connection

from accounts.models import IdempotencyToken, Topic
from accounts.services.idempotency import once
from tests.factories.people import UserFactory

TOKEN = uuid.UUID(int=7)
in_test = pytest.mark.django_db


@pytest.fixture
def made() -> list[str]:
    """What `create` was called for."""
    return []


def creating(result: str, made: list[str]) -> Callable[[], str]:
    def create() -> str:
        made.append(result)
        return result

    return create


@in_test
def test_second_posting_gets_the_answer_of_the_first(made: list[str]) -> None:
    user = UserFactory.create()
    first = once(by=user, purpose="ask", token=TOKEN, create=creating("12", made))
    second = once(by=user, purpose="ask", token=TOKEN, create=creating("13", made))
    assert (first, second, made) == (("12", True), ("12", False), ["12"])


@in_test
def test_token_counts_for_one_person_and_one_purpose(made: list[str]) -> None:
    user, other = UserFactory.create(), UserFactory.create()
    once(by=user, purpose="ask", token=TOKEN, create=creating("1", made))
    once(by=user, purpose="answer", token=TOKEN, create=creating("2", made))
    once(by=other, purpose="ask", token=TOKEN, create=creating("3", made))
    once(by=user, purpose="ask", token=uuid.UUID(int=8), create=creating("4", made))
    assert made == ["1", "2", "3", "4"]


@in_test
def test_posting_that_failed_may_be_sent_again(made: list[str]) -> None:
    user = UserFactory.create()

    def fails() -> str:
        Topic.objects.create(name="Half", slug="half")
        raise InterruptedError

    with pytest.raises(InterruptedError):
        once(by=user, purpose="ask", token=TOKEN, create=fails)
    assert not Topic.objects.exists()
    assert not IdempotencyToken.objects.exists()
    assert once(by=user, purpose="ask", token=TOKEN, create=creating("12", made)) == ("12", True)


@pytest.mark.django_db(transaction=True, available_apps=["accounts", "breakthru.outbox"])
def test_two_postings_at_the_same_moment_create_once(made: list[str]) -> None:
    user = UserFactory.create()
    is_creating, second_waits = threading.Event(), threading.Event()
    results: dict[str, tuple[str, bool]] = {}

    def slow_create() -> str:
        is_creating.set()
        assert second_waits.wait(10)
        return creating("first", made)()

    def post(name: str, create: Callable[[], str]) -> None:
        try:
            results[name] = once(by=user, purpose="ask", token=TOKEN, create=create)
        finally:
            connection.close()

    first = threading.Thread(target=post, args=("first", slow_create))
    second = threading.Thread(target=post, args=("second", creating("second", made)))
    first.start()
    assert is_creating.wait(10)
    second.start()
    wait_for_a_lock()
    second_waits.set()
    first.join(10)
    second.join(10)
    assert results == {"first": ("first", True), "second": ("first", False)}
    assert made == ["first"]


def wait_for_a_lock() -> None:
    """Return when another connection of this database waits for a lock."""
    with connection.cursor() as cursor:
        for _ in range(10_000):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone() != (0,):
                return
    pytest.fail("the second posting did not wait for the first")
