"""Account mails through the outbox, addresses that take no mail, and the link that stops mails."""

import smtplib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail, signing
from django.core.mail.backends.locmem import EmailBackend

from accounts.models import AccountMail, NotificationChoice, Suppression, User
from accounts.models.notification import Rhythm
from accounts.registries import notifications as registry
from accounts.registries.notifications import NotificationKind, Tab, notification_kind
from accounts.services.mail import (
    UnsubscribeTokenError,
    gets_mails,
    is_suppressed,
    lift_suppression,
    queue_account_mail,
    read_unsubscribe_token,
    resume_mails,
    send_account_mail,
    stop_mails,
    subject_label,
    suppress,
    takes_mail,
    unsubscribe_url,
)
from accounts.services.notification_settings import choices_of
from breakthru.lib.mail import message_id
from breakthru.outbox.models import Outbox
from breakthru.outbox.services import deliver
from tests.accounts.conftest import Worker
from tests.factories.notifications import KIND, choose
from tests.factories.people import UserFactory
from tests.outbox.clock import let_pass

pytestmark = pytest.mark.django_db
SALT = "accounts.unsubscribe"
SUBJECTS = [KIND, "digest:daily", "digest:weekly"]
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _register(monkeypatch: pytest.MonkeyPatch, *kinds: NotificationKind) -> None:
    alone = {KIND: registry._kinds[KIND]}
    monkeypatch.setattr(registry, "_kinds", {**alone, **{kind.key: kind for kind in kinds}})


@pytest.fixture
def fixed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind that nobody can switch off."""
    _register(
        monkeypatch, NotificationKind(key="feed.fixed", label="f", why="w", tab=Tab.ACCOUNT, is_fixed=True)
    )


@pytest.fixture
def more_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind that is mailed once a day, and one that is not mailed, until somebody chooses."""
    _register(
        monkeypatch,
        NotificationKind(key="feed.daily", label="d", why="w", tab=Tab.ACCOUNT, rhythm="daily"),
        NotificationKind(key="feed.silent", label="s", why="w", tab=Tab.ACCOUNT, rhythm="never"),
    )


def queued() -> AccountMail:
    queue_account_mail(to="a@example.test", subject="Hello", text="Secret link", html="<p>Secret link</p>")
    return AccountMail.objects.get()


def test_queue_keeps_the_mail_and_its_intent_and_sends_nothing() -> None:
    kept = queued()
    assert mail.outbox == []
    assert list(Outbox.objects.values_list("kind", "ref")) == [("accounts.send_account_mail", str(kept.pk))]
    # Redis and logs see an id only.
    assert (kept.to, kept.text, kept.sent_at) == ("a@example.test", "Secret link", None)


def test_worker_sends_one_mail_and_forgets_its_words(work_off: Worker) -> None:
    kept = queued()
    (sent,) = work_off()
    assert (sent.to, sent.subject, sent.body) == (["a@example.test"], "Hello", "Secret link\n")
    assert sent.extra_headers["Message-ID"] == message_id(f"account-mail:{kept.pk}")
    assert [tuple(part) for part in sent.alternatives] == [("<p>Secret link</p>", "text/html")]
    kept.refresh_from_db()
    assert (kept.text, kept.html, kept.sent_at is not None) == ("", "", True)


def test_mail_that_was_sent_is_not_sent_again(work_off: Worker) -> None:
    kept = queued()
    work_off()
    Outbox.objects.create(kind="accounts.send_account_mail", ref=str(kept.pk))
    assert work_off() == []


def test_mail_waits_with_its_words_while_the_mail_server_is_down(
    monkeypatch: pytest.MonkeyPatch, work_off: Worker
) -> None:
    kept = queued()

    def refuse(self: EmailBackend, messages: Any) -> int:
        raise smtplib.SMTPServerDisconnected

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", refuse)
        assert deliver(Outbox.objects.get().pk) is False
    kept.refresh_from_db()
    assert (kept.text, kept.sent_at) == ("Secret link", None)
    let_pass(timedelta(hours=1))
    assert [sent.body for sent in work_off()] == ["Secret link\n"]


def test_mail_that_is_refused_for_good_is_done_and_forgets_its_words(
    monkeypatch: pytest.MonkeyPatch, work_off: Worker
) -> None:
    kept = queued()

    def refuse(self: EmailBackend, messages: Any) -> int:
        raise smtplib.SMTPRecipientsRefused({kept.to: (550, b"5.1.1 no such user")})

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    assert work_off() == []
    kept.refresh_from_db()
    assert (kept.text, kept.html, kept.sent_at, kept.refused_at is not None) == ("", "", None, True)
    assert list(Suppression.objects.values_list("email", "reason")) == [(kept.to, "bounce")]
    monkeypatch.undo()
    # A repeated message of the outbox changes nothing.
    send_account_mail(mail_id=kept.pk)
    assert mail.outbox == []


def test_mail_that_was_purged_is_no_work_any_more(work_off: Worker) -> None:
    queued().delete()
    assert work_off() == []


def test_mail_to_an_address_that_took_none_before_is_done_and_forgets_its_words(work_off: Worker) -> None:
    kept = queued()
    suppress(email=kept.to, reason=Suppression.Reason.BOUNCE, now=NOON)
    assert work_off() == []
    kept.refresh_from_db()
    assert (kept.text, kept.html, kept.sent_at, kept.refused_at is not None) == ("", "", None, True)


def test_mail_that_is_asked_for_goes_to_who_complained_about_others(work_off: Worker) -> None:
    kept = queued()
    suppress(email=kept.to, reason=Suppression.Reason.COMPLAINT, now=NOON)
    assert [sent.to for sent in work_off()] == [[kept.to]]


# --- Addresses that take no mail ----------------------------------------------------------------------------


def test_suppressing_twice_is_one_row_whatever_the_case() -> None:
    for email in ("Jordan@Example.Test", " jordan@example.test "):
        suppress(email=email, reason=Suppression.Reason.BOUNCE, now=NOON)
    assert list(Suppression.objects.values_list("email", "reason", "at")) == [
        ("jordan@example.test", "bounce", NOON)
    ]
    assert [is_suppressed(email) for email in ("JORDAN@example.test", "other@example.test")] == [True, False]


def test_what_bounced_stays_so_and_a_complaint_can_become_it() -> None:
    bounce, complaint = Suppression.Reason.BOUNCE, Suppression.Reason.COMPLAINT
    for email, reasons in (("a@example.test", (bounce, complaint)), ("b@example.test", (complaint, bounce))):
        for reason in reasons:
            suppress(email=email, reason=reason, now=NOON)
    assert list(Suppression.objects.values_list("reason", flat=True)) == ["bounce", "bounce"]


def test_lifting_lets_mail_come_again_unless_it_came_back_since() -> None:
    user, other = UserFactory.create_batch(2)
    for person in (user, other):
        suppress(email=person.email, reason=Suppression.Reason.BOUNCE, now=NOON)
    lift_suppression(by=user, now=NOON - HOUR)
    assert takes_mail(user=user) is False
    lift_suppression(by=user, now=NOON)
    assert [takes_mail(user=person) for person in (user, other)] == [True, False]


def test_takes_mail_at_a_confirmed_address_of_an_account_that_is_there() -> None:
    people = [
        UserFactory.create(**fields)
        for fields in (
            {},
            {"verified": False},
            {"is_active": False},
            {"is_active": False, "erased_at": NOON, "birth_year": None, "birth_month": None},
        )
    ]
    assert [takes_mail(user=person) for person in people] == [True, False, False, False]


def test_takes_mail_only_at_the_address_that_is_confirmed() -> None:
    user = UserFactory.create()
    User.objects.filter(pk=user.pk).update(email="new@example.test")
    assert takes_mail(user=user) is False


def test_takes_mail_about_the_account_while_leaving() -> None:
    user = UserFactory.create(leaves_at=NOON)
    assert (takes_mail(user=user), takes_mail(user=user, is_fixed=True)) == (False, True)


# --- The link that stops mails ------------------------------------------------------------------------------


def token_of(url: str) -> str:
    return url.removeprefix("http://testserver/notifications/unsubscribe/").removesuffix("/")


@pytest.mark.parametrize("subject", SUBJECTS)
def test_unsubscribe_link_names_person_and_subject(subject: str) -> None:
    user = UserFactory.create()
    url = unsubscribe_url(user=user, kind=subject)
    assert url.startswith("http://testserver/notifications/unsubscribe/")
    assert read_unsubscribe_token(token_of(url)) == (user, subject)
    assert user.email not in url


def test_unsubscribe_link_of_a_mail_from_before_still_works() -> None:
    user = UserFactory.create()
    token = signing.dumps([user.pk, "question_answered"], salt=SALT, compress=True)
    assert read_unsubscribe_token(token) == (user, KIND)


def test_unsubscribe_link_of_a_deleted_person_is_none_of_ours() -> None:
    user = UserFactory.create()
    token = token_of(unsubscribe_url(user=user, kind=KIND))
    user.delete()
    with pytest.raises(UnsubscribeTokenError):
        read_unsubscribe_token(token)


def forged(user_id: int) -> dict[str, str]:
    good = signing.dumps([user_id, KIND], salt=SALT, compress=True)
    return {
        "empty": "",
        "one letter": "x",
        "zero byte": "\x00",
        "foreign salt": signing.dumps([user_id, KIND], salt="accounts.another"),
        "no salt": signing.dumps([user_id, KIND]),
        "foreign key": signing.dumps([user_id, KIND], key="another", salt=SALT),
        "cut at the end": good[:-1],
        "cut at the start": good[1:],
        "without its signature": good.rpartition(":")[0],
        "something behind": good + "x",
        "another person before the signature": signing.dumps([user_id + 1, KIND], salt=SALT).partition(":")[0]
        + ":"
        + good.partition(":")[2],
        "a kind of the past": signing.dumps([user_id, "feed.of_the_past"], salt=SALT),
        "a rhythm that has no digest": signing.dumps([user_id, "digest:never"], salt=SALT),
        "a kind that cannot be stopped": signing.dumps([user_id, "feed.fixed"], salt=SALT),
        "no kind": signing.dumps([user_id], salt=SALT),
        "a kind that is no word": signing.dumps([user_id, 7], salt=SALT),
        "a kind that is a list": signing.dumps([user_id, [KIND]], salt=SALT),
        "nobody": signing.dumps(["nobody", KIND], salt=SALT),
        "a person that is a list": signing.dumps([[user_id], KIND], salt=SALT),
        "a number": signing.dumps(7, salt=SALT),
    }


@pytest.mark.parametrize("name", list(forged(0)))
def test_unsubscribe_link_that_is_none_of_ours_is_refused(name: str, fixed: None) -> None:
    with pytest.raises(UnsubscribeTokenError):
        read_unsubscribe_token(forged(UserFactory.create().pk)[name])


def test_unsubscribe_link_of_somebody_erased_is_refused() -> None:
    """Nothing is kept about them any more, not even that they want no mails."""
    gone = {"erased_at": datetime(2026, 11, 22, tzinfo=UTC), "is_active": False}
    user = UserFactory.create(**gone, birth_year=None, birth_month=None)
    with pytest.raises(UnsubscribeTokenError):
        read_unsubscribe_token(token_of(unsubscribe_url(user=user, kind=KIND)))


def test_subjects_have_the_words_of_the_settings() -> None:
    assert [subject_label(subject) for subject in SUBJECTS] == [
        "Answers to my questions",
        "The daily e-mail",
        "The weekly e-mail",
    ]


def rhythm_of(user: User, kind: str = KIND) -> str:
    return choices_of(user=user, kinds=[notification_kind(kind)])[kind].mail


def test_stopping_a_kind_stops_it_for_this_person_and_keeps_it_on_the_page() -> None:
    user, other = UserFactory.create_batch(2)
    assert gets_mails(user=user, subject=KIND) is True
    for _ in range(2):
        stop_mails(user=user, subject=KIND)
    assert [gets_mails(user=person, subject=KIND) for person in (user, other)] == [False, True]
    kept = NotificationChoice.objects.get()
    assert (kept.mail, kept.on_page, kept.stopped_from) == ("never", True, "at_once")


@pytest.mark.parametrize("rhythm", [Rhythm.AT_ONCE, Rhythm.DAILY, Rhythm.WEEKLY])
def test_resuming_a_kind_brings_its_rhythm_back(rhythm: Rhythm) -> None:
    user = UserFactory.create()
    choose(user, rhythm, on_page=False)
    stop_mails(user=user, subject=KIND)
    resume_mails(user=user, subject=KIND)
    kept = NotificationChoice.objects.get()
    assert (kept.mail, kept.on_page, kept.stopped_from) == (rhythm, False, "")


@pytest.mark.parametrize(
    ("kind", "rhythm"), [(KIND, "at_once"), ("feed.daily", "daily"), ("feed.silent", "at_once")]
)
def test_resuming_what_was_stopped_in_the_settings_brings_its_usual_rhythm(
    kind: str, rhythm: str, more_kinds: None
) -> None:
    user = UserFactory.create()
    choose(user, Rhythm.NEVER, kind=kind)
    resume_mails(user=user, subject=kind)
    assert rhythm_of(user, kind) == rhythm


def test_stopping_a_digest_stops_every_kind_of_that_rhythm_and_is_undone(more_kinds: None) -> None:
    user = UserFactory.create()
    choose(user, Rhythm.WEEKLY)
    assert [gets_mails(user=user, subject=subject) for subject in SUBJECTS] == [True, True, True]
    stop_mails(user=user, subject="digest:daily")
    assert [gets_mails(user=user, subject=subject) for subject in SUBJECTS] == [True, False, True]
    assert [rhythm_of(user, kind) for kind in ("feed.daily", KIND)] == ["never", "weekly"]
    stop_mails(user=user, subject="digest:weekly")
    resume_mails(user=user, subject="digest:daily")
    assert [gets_mails(user=user, subject=subject) for subject in SUBJECTS] == [False, True, False]


def test_resuming_a_digest_leaves_alone_what_was_stopped_in_the_settings() -> None:
    user = UserFactory.create()
    choose(user, Rhythm.NEVER)
    resume_mails(user=user, subject="digest:daily")
    assert rhythm_of(user) == "never"
