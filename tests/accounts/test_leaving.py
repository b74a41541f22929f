"""Deleting an account: asked for, undone, done, or waiting for something to end."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.test import Client

from accounts.models import AccountMail, AuditEntry, Deletion, Notification, User
from accounts.models.user import FORMER_MEMBER
from accounts.registries import personal_data
from accounts.services import leaving
from accounts.services.leaving import (
    LeavingError,
    erase_person,
    hand_out_due,
    request_deletion,
    undo_deletion,
)
from breakthru.outbox.models import Outbox
from breakthru.outbox.services import deliver, enqueue
from tests.accounts.conftest import Worker, html_of
from tests.factories.people import PASSWORD, UserFactory
from tests.factories.questions import QuestionFactory

pytestmark = pytest.mark.django_db
at_once = pytest.mark.django_db(transaction=True, available_apps=["accounts", "breakthru.outbox"])
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
DUE = NOON + 14 * DAY
URL = "/accounts/delete/"


@pytest.fixture
def ana() -> User:
    made: User = UserFactory.create(display_name="Ana", email="ana@example.test")
    return made


def ask(user: User, now: datetime = NOON) -> Deletion:
    return request_deletion(by=user, keep="", now=now)


def state(deletion: Deletion) -> tuple[bool, bool]:
    """Whether it was undone, and whether it was done."""
    deletion.refresh_from_db()
    return deletion.undone_at is not None, deletion.erased_at is not None


def leaves_at(user: User) -> datetime | None:
    return User.objects.get(pk=user.pk).leaves_at


def subjects() -> list[str]:
    return list(AccountMail.objects.order_by("pk").values_list("subject", flat=True))


# --- Asking


def test_asking_is_due_after_the_grace(ana: User) -> None:
    deletion = ask(ana)

    assert (deletion.requested_at, deletion.due_at) == (NOON, DUE)
    assert (ana.leaves_at, leaves_at(ana)) == (DUE, DUE)


def test_asking_twice_is_asking_once(ana: User) -> None:
    assert ask(ana, NOON + DAY) == ask(ana, NOON + 2 * DAY)
    assert (Deletion.objects.count(), len(subjects()), leaves_at(ana)) == (1, 1, DUE + DAY)


def test_mail_says_when_and_how_to_stay(ana: User, work_off: Worker) -> None:
    ask(ana)
    (sent,) = work_off()

    assert (sent.to, sent.subject) == (
        ["ana@example.test"],
        "Your account will be deleted on December 6, 2026",
    )
    for part in (str(sent.body), html_of(sent)):
        assert ("Hello Ana," in part, f"http://testserver{URL}" in part) == (True, True)


def test_day_in_the_mail_is_the_persons_own(ana: User) -> None:
    ana.time_zone = "Pacific/Auckland"
    ana.save()
    ask(ana)

    assert subjects() == ["Your account will be deleted on December 7, 2026"]


@pytest.mark.parametrize("fields", [{"is_staff": True}, {"is_superuser": True}])
def test_staff_ask_an_admin_first(fields: dict[str, bool]) -> None:
    user = UserFactory.create(**fields)
    with pytest.raises(LeavingError, match="ask an admin"):
        ask(user)
    assert (Deletion.objects.count(), leaves_at(user), subjects()) == (0, None, [])


def test_who_took_it_back_may_ask_again_on_the_next_day(ana: User) -> None:
    ask(ana)
    undo_deletion(by=ana, now=NOON)
    with pytest.raises(LeavingError, match="tomorrow"):
        ask(ana, NOON + DAY - timedelta(seconds=1))
    assert leaves_at(ana) is None

    assert ask(ana, NOON + DAY).due_at == DUE + DAY


# --- Taking it back


def test_undoing_keeps_the_account(ana: User) -> None:
    deletion = ask(ana)

    assert undo_deletion(by=ana, now=NOON + DAY) is True
    assert (state(deletion), ana.leaves_at, leaves_at(ana)) == ((True, False), None, None)
    assert subjects()[1:] == ["Your account stays"]


def test_undoing_what_was_not_asked_does_nothing(ana: User) -> None:
    assert undo_deletion(by=ana, now=NOON) is False
    assert subjects() == []


# --- Being erased


def last_mail(work_off: Worker) -> EmailMultiAlternatives:
    return work_off()[-1]


def test_due_deletion_erases_the_person_and_says_so_to_the_old_address(ana: User, work_off: Worker) -> None:
    deletion = ask(ana)

    assert erase_person(deletion_id=deletion.pk, now=DUE) is True
    gone = User.objects.get(pk=ana.pk)
    assert state(deletion) == (False, True)
    assert (gone.display_name, gone.is_active, gone.erased_at, gone.leaves_at) == (
        FORMER_MEMBER, False, DUE, None,
    )  # fmt: skip
    sent = last_mail(work_off)
    assert (sent.to, sent.subject) == (["ana@example.test"], "Your account is deleted")
    assert ("Hello Ana," in str(sent.body), "Hello Ana," in html_of(sent)) == (True, True)
    assert set(AccountMail.objects.values_list("text", "html")) == {("", "")}


def test_posts_stay_as_those_of_a_former_member(ana: User, client: Client) -> None:
    question = QuestionFactory.create(asker=ana)
    erase_person(deletion_id=ask(ana).pk, now=DUE)

    page = client.get(question.get_absolute_url())
    assert (page.status_code, FORMER_MEMBER in page.content.decode()) == (200, True)
    assert "Ana" not in page.content.decode()


def test_audit_log_keeps_the_id_alone(ana: User) -> None:
    erase_person(deletion_id=ask(ana).pk, now=DUE)

    rows = AuditEntry.objects.filter(actor=None).values_list("action", "target", "reason")
    assert list(rows) == [("person.erased", f"accounts.user:{ana.pk}", "")]


def test_nobody_is_erased_before_the_day_twice_or_after_undoing(ana: User) -> None:
    early = erase_person(deletion_id=ask(ana).pk, now=DUE - timedelta(seconds=1))
    undo_deletion(by=ana, now=NOON)
    undone = erase_person(deletion_id=Deletion.objects.get().pk, now=DUE)
    again = ask(ana, NOON + DAY)
    done = [erase_person(deletion_id=again.pk, now=DUE + DAY) for _ in range(2)]

    assert (early, undone, done) == (False, False, [True, False])
    assert erase_person(deletion_id=0, now=DUE) is False


def test_what_breaks_in_the_middle_leaves_everything_as_it_was(
    ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    deletion = ask(ana)

    def fall(**kwargs: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(leaving, "record_action", fall)
        with pytest.raises(RuntimeError):
            erase_person(deletion_id=deletion.pk, now=DUE)

    kept = User.objects.get(pk=ana.pk)
    assert (state(deletion), kept.display_name, kept.email) == ((False, False), "Ana", "ana@example.test")
    assert kept.check_password(PASSWORD)
    assert erase_person(deletion_id=deletion.pk, now=DUE) is True


# --- What must end first


@pytest.fixture
def obstacles(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What stands in everybody's way; a test may take it away."""
    words = ["Your mentorship is being closed."]
    monkeypatch.setattr(personal_data, "_hindrances", [lambda person, now: " ".join(words)])
    return words


def test_while_something_must_end_the_person_is_kept_and_told_once(ana: User, obstacles: list[str]) -> None:
    deletion = ask(ana)
    found = [erase_person(deletion_id=deletion.pk, now=DUE + days * DAY) for days in range(3)]

    assert (found, state(deletion)) == ([False] * 3, (False, False))
    row = Notification.objects.get()
    assert (row.user, row.kind, row.path) == (ana, "accounts.leaving_waits", URL)
    assert row.words == {"obstacles": "Your mentorship is being closed."}


def test_when_nothing_is_in_the_way_any_more_the_person_is_erased(ana: User, obstacles: list[str]) -> None:
    deletion = ask(ana)
    waiting = erase_person(deletion_id=deletion.pk, now=DUE)
    obstacles.clear()

    assert (waiting, erase_person(deletion_id=deletion.pk, now=DUE + DAY)) == (False, True)


def test_who_joined_the_staff_meanwhile_is_kept_and_told(ana: User) -> None:
    deletion = ask(ana)
    User.objects.update(is_staff=True)

    assert erase_person(deletion_id=deletion.pk, now=DUE) is False
    assert "an admin has to take" in Notification.objects.get().words["obstacles"]


def test_mail_about_waiting_says_what_for(ana: User, obstacles: list[str], work_off: Worker) -> None:
    with time_machine.travel(DUE + timedelta(hours=4), tick=False):
        erase_person(deletion_id=ask(ana).pk, now=DUE)
    Outbox.objects.update(run_after=NOON - 300 * DAY)
    sent = last_mail(work_off)

    assert (sent.to, sent.subject) == (["ana@example.test"], "Your account is not deleted yet")
    for part in (str(sent.body), html_of(sent)):
        said = " ".join(part.split())
        assert "Your mentorship is being closed." in said
        assert ("because you asked to delete" in said, f"http://testserver{URL}" in said) == (True, True)


# --- The worker's part


def handed_out() -> list[str]:
    rows = Outbox.objects.filter(kind="accounts.erase_person").order_by("pk")
    return list(rows.values_list("ref", flat=True))


def test_due_deletions_are_handed_out_once_a_day(ana: User) -> None:
    deletion = ask(ana)
    for hours in (-1, 0, 1, 24):
        hand_out_due(after=0, now=DUE + timedelta(hours=hours))

    assert handed_out() == [str(deletion.pk)] * 2


def test_many_are_handed_out_slice_by_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaving, "SLICE", 2)
    made = [ask(UserFactory.create()) for _ in range(3)]
    with time_machine.travel(DUE, tick=False):
        enqueue("accounts.erase_due", "2026-12-06T12:31")
        while row := Outbox.objects.due().filter(kind="accounts.erase_due").first():
            assert deliver(row.pk) is True

    assert handed_out() == [str(one.pk) for one in made]
    refs = Outbox.objects.filter(kind="accounts.erase_due").order_by("pk").values_list("ref", flat=True)
    assert list(refs) == ["2026-12-06T12:31", f"2026-12-06T12:31 {made[1].pk}"]


def test_a_worker_erases_who_is_due(ana: User) -> None:
    deletion = ask(ana)
    with time_machine.travel(DUE, tick=False):
        enqueue("accounts.erase_person", deletion.pk)
        assert deliver(Outbox.objects.get(kind="accounts.erase_person").pk) is True

    assert state(deletion) == (False, True)
    late = Outbox.objects.get(kind="accounts.erase_late_rows")
    assert (late.ref, late.run_after > DUE) == (str(ana.pk), True)


@at_once
@pytest.mark.parametrize("round_", range(4))
def test_of_undoing_and_erasing_at_the_same_moment_one_wins(
    round_: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The rows of the other apps do not matter here; that the person is erased does.
    def erase(*, person: User, now: datetime) -> None:
        gone = {"erased_at": now, "is_active": False, "birth_year": None, "birth_month": None}
        User.objects.filter(pk=person.pk).update(leaves_at=None, **gone)

    monkeypatch.setattr(leaving, "erase_rows", erase)
    ana = UserFactory.create()
    deletion = ask(ana)
    undone, done = at_the_same_moment(
        lambda: undo_deletion(by=ana, now=DUE), lambda: erase_person(deletion_id=deletion.pk, now=DUE)
    )

    gone = User.objects.get(pk=ana.pk).erased_at is not None
    assert (undone, state(deletion), gone) == (not done, (undone, done), done)


def at_the_same_moment(*works: Callable[[], bool]) -> list[bool]:
    """Do all at once and return what each returned."""
    gate, found = threading.Barrier(len(works)), [False] * len(works)

    def run(place: int) -> None:
        gate.wait(10)
        try:
            found[place] = works[place]()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found
