"""Tell people what happened, as they chose, once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.db.transaction import TransactionManagementError

from accounts.models import Digest, MailTimes, Notification, Suppression, User
from accounts.models.notification import KEEP_UNREAD, Rhythm
from accounts.models.privacy import Block
from accounts.registries import notifications as registry
from accounts.registries.notifications import NotificationKind, Tab, UnknownNotificationError
from accounts.services import notifications
from accounts.services.notifications import (
    choice_of,
    forget_expired,
    hears_by_mail,
    mark_all_read,
    mark_seen,
    notify,
    withdraw,
)
from breakthru.outbox.models import Outbox
from tests.factories.notifications import KIND, NotificationFactory, choose
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db
# Seven in the morning and noon in New York, where everybody here lives.
QUIET = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NOON = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
DAY = timedelta(days=1)
PATH = "/feed/1/why/#answer-1"


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside the site's kinds: one of the account that nobody can switch off, and one that cannot wait."""
    fixed = {"tab": Tab.ACCOUNT, "why": "It is your account.", "is_fixed": True}
    more = [
        NotificationKind(key="feed.fixed", label="Your account", **fixed),  # type: ignore[arg-type]
        NotificationKind(key="feed.urgent", label="Your safety", is_urgent=True, **fixed),  # type: ignore[arg-type]
    ]
    monkeypatch.setattr(registry, "_kinds", {**registry._kinds, **{kind.key: kind for kind in more}})


def tell(to: User, now: datetime = NOON, **fields: Any) -> Notification | None:
    """Tell `to` something; return the row that this made or found."""
    fields = {"kind": KIND, "key": "answer:1", "path": PATH, "words": {"title": "Why?"}, **fields}
    notify(to=to, now=now, **fields)
    return Notification.objects.filter(user=to, kind=fields["kind"], key=fields["key"]).first()


def count_of(user: User) -> int:
    """The number at the bell."""
    return User.objects.get(pk=user.pk).unread_count


def queued() -> list[tuple[str, str]]:
    return list(Outbox.objects.order_by("pk").values_list("kind", "ref"))


# --- Telling ------------------------------------------------------------------------------------------------


def test_notify_keeps_what_happened_and_enqueues_the_mail() -> None:
    user, actor = UserFactory.create_batch(2)
    told = tell(user, actor=actor)
    assert told is not None
    assert (told.actor, told.path, told.words) == (actor, PATH, {"title": "Why?"})
    assert (told.is_on_page, told.rhythm, told.created_at) == (True, Rhythm.AT_ONCE, NOON)
    assert (told.read_at, told.mailed_at, told.digest) == (None, None, None)
    assert (count_of(user), count_of(actor)) == (1, 0)
    assert queued() == [("accounts.mail_notification", str(told.pk))]
    assert mail.outbox == []


def test_notify_tells_the_same_thing_once_and_other_things_and_people_too() -> None:
    user, other = UserFactory.create_batch(2)
    for to, key in ((user, "answer:1"), (user, "answer:1"), (user, "answer:2"), (other, "answer:1")):
        tell(to, key=key)
    assert Notification.objects.count() == 3
    assert (count_of(user), count_of(other), len(queued())) == (2, 1, 3)


def test_notify_again_after_it_was_read_stays_silent() -> None:
    user = UserFactory.create()
    tell(user)
    mark_all_read(by=user, now=NOON)
    tell(user)
    assert (Notification.objects.count(), count_of(user), len(queued())) == (1, 0, 1)


def test_notify_refuses_a_kind_that_nobody_registered() -> None:
    with pytest.raises(UnknownNotificationError):
        tell(UserFactory.create(), kind="feed.nothing")


@pytest.mark.django_db(transaction=True, available_apps=["accounts", "allauth.account", "breakthru.outbox"])
def test_notify_belongs_to_a_transaction() -> None:
    """Else the work and its cause could part."""
    user = UserFactory.create()
    with pytest.raises(TransactionManagementError):
        tell(user)
    assert Notification.objects.count() == 0
    with transaction.atomic():
        tell(user)
    assert len(queued()) == 1


@pytest.mark.parametrize("state", [{"is_active": False}, {"is_active": False, "erased_at": NOON}])
def test_notify_tells_nobody_who_is_gone(state: dict[str, Any]) -> None:
    user = UserFactory.create()
    fields = {**state, "birth_year": None, "birth_month": None}
    User.objects.filter(pk=user.pk).update(**fields)
    assert (tell(user), count_of(user), queued()) == (None, 0, [])


def test_notify_does_not_tell_people_what_they_did_themselves() -> None:
    user = UserFactory.create()
    assert (tell(user, actor=user), queued()) == (None, [])


@pytest.mark.parametrize("who_blocks", ["reader", "actor"])
def test_notify_tells_nobody_who_is_apart_from_the_actor(who_blocks: str) -> None:
    reader, actor, third = UserFactory.create_batch(3)
    pair = (reader, actor) if who_blocks == "reader" else (actor, reader)
    Block.objects.create(blocker=pair[0], blocked=pair[1])
    assert tell(reader, actor=actor) is None
    assert tell(reader, actor=third) is not None
    assert tell(reader, key="answer:2") is not None


@pytest.mark.parametrize(
    ("on_page", "rhythm", "expected"),
    [
        (True, Rhythm.AT_ONCE, (1, 1, 1)),
        (True, Rhythm.DAILY, (1, 1, 0)),
        (True, Rhythm.NEVER, (1, 1, 0)),
        (False, Rhythm.AT_ONCE, (1, 0, 1)),
        (False, Rhythm.WEEKLY, (1, 0, 0)),
        (False, Rhythm.NEVER, (0, 0, 0)),
    ],
)
def test_notify_does_as_the_person_chose(
    on_page: bool, rhythm: Rhythm, expected: tuple[int, int, int]
) -> None:
    user = UserFactory.create()
    choose(user, rhythm, on_page=on_page)
    told = tell(user)
    assert (Notification.objects.count(), count_of(user), len(queued())) == expected
    assert told is None or (told.is_on_page, told.rhythm) == (on_page, rhythm)


def test_what_is_fixed_is_told_whatever_was_chosen() -> None:
    user = UserFactory.create()
    choose(user, Rhythm.NEVER, kind="feed.fixed", on_page=False)
    told = tell(user, kind="feed.fixed")
    assert told is not None
    assert (told.is_on_page, told.rhythm, len(queued())) == (True, Rhythm.AT_ONCE, 1)


def test_choice_of_is_the_kinds_own_until_the_person_chooses() -> None:
    user, kind = UserFactory.create(), registry.notification_kind(KIND)
    before = choice_of(user=user, kind=kind)
    choose(user, Rhythm.WEEKLY, on_page=False)
    after = choice_of(user=user, kind=kind)
    assert [(choice.on_page, choice.mail) for choice in (before, after)] == [
        (True, Rhythm.AT_ONCE),
        (False, Rhythm.WEEKLY),
    ]


@pytest.mark.parametrize(
    ("rhythm", "hears"), [(Rhythm.AT_ONCE, True), (Rhythm.WEEKLY, True), (Rhythm.NEVER, False)]
)
def test_hears_by_mail_in_any_rhythm_but_never(rhythm: Rhythm, hears: bool) -> None:
    user = UserFactory.create()
    choose(user, rhythm)
    assert hears_by_mail(user=user, kind=KIND) is hears


def test_notify_enqueues_no_mail_to_an_address_that_is_not_confirmed_or_takes_none() -> None:
    unconfirmed, suppressed = UserFactory.create(verified=False), UserFactory.create()
    Suppression.objects.create(email=suppressed.email, reason=Suppression.Reason.COMPLAINT)
    assert [tell(user) is not None for user in (unconfirmed, suppressed)] == [True, True]
    assert queued() == []


def test_who_is_about_to_leave_gets_mails_about_their_account_only() -> None:
    user = UserFactory.create(leaves_at=NOON + DAY)
    tell(user)
    assert queued() == []
    told = tell(user, kind="feed.fixed")
    assert told is not None
    assert queued() == [("accounts.mail_notification", str(told.pk))]


# --- Quiet hours --------------------------------------------------------------------------------------------


def test_mail_waits_for_the_end_of_quiet_hours_and_what_is_urgent_does_not() -> None:
    user = UserFactory.create()
    tell(user, now=QUIET)
    tell(user, now=QUIET, kind="feed.urgent")
    waits, goes = Outbox.objects.order_by("pk")
    morning = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
    assert (waits.run_after, goes.run_after == morning) == (morning, False)


def test_mail_waits_by_the_hours_that_the_person_chose() -> None:
    user = UserFactory.create()
    MailTimes.objects.create(user=user, quiet_from=11, quiet_until=15)
    tell(user)
    assert Outbox.objects.get().run_after == datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


# --- Reading ------------------------------------------------------------------------------------------------


def unread(user: User, **fields: Any) -> Notification:
    """Something that stands at the bell of `user`."""
    told: Notification = NotificationFactory.create(user=user, **fields)
    User.objects.filter(pk=user.pk).update(
        unread_count=Notification.objects.unread().filter(user=user).count()
    )
    return told


def test_mark_all_read_empties_the_bell_of_this_person() -> None:
    user, other = UserFactory.create_batch(2)
    told = [unread(user), unread(user)]
    unread(other)
    mark_all_read(by=user, now=NOON)
    assert (user.unread_count, count_of(user), count_of(other)) == (0, 0, 1)
    assert set(Notification.objects.filter(read_at=NOON)) == set(told)


def test_mark_all_read_leaves_to_the_mail_what_is_not_on_the_page() -> None:
    user = UserFactory.create()
    hidden = unread(user, is_on_page=False)
    mark_all_read(by=user, now=NOON)
    assert list(Notification.objects.waiting(Rhythm.DAILY)) == [hidden]


def test_mark_seen_counts_what_is_about_this_page_as_read() -> None:
    user, other = UserFactory.create_batch(2)
    here = [unread(user, path="/feed/1/why/"), unread(user, path="/feed/1/why/#answer-1")]
    unread(user, path="/feed/2/how/")
    unread(other, path="/feed/1/why/")
    mark_seen(by=user, path="/feed/1/why/", now=NOON)
    assert set(Notification.objects.filter(read_at=NOON)) == set(here)
    assert (user.unread_count, count_of(user), count_of(other)) == (1, 1, 1)


def test_mark_seen_keeps_when_it_was_seen_first_and_costs_one_query_when_there_is_nothing(
    django_assert_num_queries: Any,
) -> None:
    user = UserFactory.create()
    told = unread(user, path="/feed/1/why/")
    mark_seen(by=user, path="/feed/1/why/", now=NOON)
    # And the two around it that make one transaction of it.
    with django_assert_num_queries(3):
        mark_seen(by=user, path="/feed/1/why/", now=NOON + DAY)
    told.refresh_from_db()
    assert told.read_at == NOON


def test_withdraw_takes_it_back_from_everybody_and_from_their_bells() -> None:
    one, other = UserFactory.create_batch(2)
    for user in (one, other):
        unread(user, key="answer:7")
    kept = unread(one, key="answer:8")
    withdraw(kind=KIND, key="answer:7")
    assert list(Notification.objects.all()) == [kept]
    assert (count_of(one), count_of(other)) == (1, 0)


# --- Forgetting ---------------------------------------------------------------------------------------------


def test_forget_expired_deletes_old_rows_slice_by_slice_and_keeps_the_bell_right(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(notifications, "SLICE", 2)
    old = NOON - KEEP_UNREAD - DAY
    user, other = UserFactory.create_batch(2)
    for person, when in ((user, old), (user, old), (other, old), (user, NOON)):
        unread(person, created_at=when)
    assert (count_of(user), count_of(other)) == (3, 1)
    assert [forget_expired(now=NOON), forget_expired(now=NOON)] == [True, False]
    assert Notification.objects.get().created_at == NOON
    assert (count_of(user), count_of(other)) == (1, 0)


def test_forget_expired_deletes_digests_after_their_notifications() -> None:
    user, old = UserFactory.create(), NOON - KEEP_UNREAD - DAY
    digest = Digest.objects.create(user=user, rhythm=Rhythm.DAILY, day=old.date(), made_at=old, sent_at=old)
    unread(user, created_at=old, digest=digest)
    forget_expired(now=NOON)
    assert (Notification.objects.count(), Digest.objects.count()) == (0, 0)
