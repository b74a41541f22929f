"""Erase a person: what is theirs goes, what they posted stays as a former member's."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.handlers import erase_late_rows
from accounts.models import (
    AccountMail,
    AuditEntry,
    Block,
    Case,
    CaseEvent,
    DataExport,
    Deletion,
    Notification,
    Report,
    Sanction,
    Suppression,
    User,
)
from accounts.registries.personal_data import tables
from accounts.services import erasing
from accounts.services.audit import record_action
from accounts.services.erasing import erase_rows
from feed.models import Answer, QuestionEvent
from feed.models.question import Visibility
from learner_series.models import ReadingProgress
from memberships.models import AccessGrant
from mentors.models import MentorProfile
from tests.factories.memberships import GrantFactory
from tests.factories.notifications import NotificationFactory
from tests.factories.people import MentorFactory, TopicFactory, UserFactory
from tests.factories.questions import QuestionFactory, answered
from tests.factories.reading import ProgressFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
GONE = "Erased with the account."


@pytest.fixture
def user() -> User:
    made: User = UserFactory.create(display_name="Joan", slug="joan", email="joan@example.test")
    return made


def erase(user: User) -> None:
    erase_rows(person=user, now=NOON)


def all_rows() -> dict[str, list[Any]]:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        found = {}
        for (name,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{name}" t ORDER BY 1')  # noqa: S608
            found[name] = cursor.fetchall()
    return found


# --- The account


def test_account_becomes_a_former_member(user: User) -> None:
    User.objects.filter(pk=user.pk).update(
        is_superuser=True, is_staff=True, unread_count=3, leaves_at=NOON, suspended_until=LATER,
        last_login=NOON, time_zone="Asia/Tokyo",
    )  # fmt: skip
    user.groups.add(Group.objects.get(name="editor"))
    user.user_permissions.add(Permission.objects.all()[0])
    erase(user)
    left = {
        "email": f"erased-{user.pk}@former.invalid",
        "display_name": "Former member",
        "last_login": None,
        "birth_year": None,
        "birth_month": None,
        "time_zone": "America/New_York",
        "is_active": False,
        "is_staff": False,
        "is_superuser": False,
        "unread_count": 0,
        "suspended_until": None,
        "leaves_at": None,
        "erased_at": NOON,
    }
    assert {name: getattr(user, name) for name in left} == left
    assert (user.slug.startswith("former-member-"), len(user.slug), user.has_usable_password()) == (
        True, 50, False,
    )  # fmt: skip
    assert (user.groups.count(), user.user_permissions.count()) == (0, 0)


def test_former_members_do_not_share_a_name_in_addresses() -> None:
    people = [UserFactory.create() for _ in range(2)]
    for person in people:
        erase(person)
    assert people[0].slug != people[1].slug


def test_second_time_changes_nothing(user: User) -> None:
    erase(user)
    before = all_rows()
    erase_rows(person=user, now=LATER)
    assert all_rows() == before


@pytest.mark.parametrize("is_erased", [True, False])
def test_what_was_written_meanwhile_goes_afterwards(user: User, is_erased: bool) -> None:
    if is_erased:
        erase(user)
    late = ProgressFactory.create(user=user)
    erase_late_rows(str(user.pk))
    assert ReadingProgress.objects.filter(pk=late.pk).exists() is not is_erased


def test_others_keep_everything(user: User) -> None:
    other = MentorFactory.create().user
    ProgressFactory.create(user=other)
    NotificationFactory.create(user=other, actor=None)
    ids = {name: len(rows) for name, rows in all_rows().items()}
    erase(user)
    after = {name: len(rows) for name, rows in all_rows().items()}
    assert {name: ids[name] - count for name, count in after.items() if count != ids[name]} == {
        "account_emailaddress": 1
    }
    assert User.objects.get(pk=other.pk).display_name == other.display_name


def test_nobody_is_signed_in_any_more(user: User, client: Client) -> None:
    client.force_login(user)
    session = client.session.session_key
    UserSession.objects.get_or_create(
        user=user, session_key=session, defaults={"ip": "203.0.113.7", "user_agent": "x"}
    )
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    erase(user)
    assert (Session.objects.count(), UserSession.objects.count(), Authenticator.objects.count()) == (0, 0, 0)
    assert client.get("/dashboard/").headers["Location"] == "/accounts/login/?next=/dashboard/"


# --- What is found by an address


def test_mails_and_suppressions_of_every_address_go_whatever_its_case(user: User) -> None:
    EmailAddress.objects.create(user=user, email="Second@Example.test", verified=False)
    for to in ("JOAN@example.test", "second@example.test", "other@example.test"):
        AccountMail.objects.create(to=to, subject="Hello", text="x", html="x")
        Suppression.objects.create(email=to.lower(), reason="bounce")
    erase(user)
    left = ["other@example.test"]
    assert list(AccountMail.objects.values_list("to", flat=True)) == left
    assert list(Suppression.objects.values_list("email", flat=True)) == left


# --- Posts


def test_question_that_was_shown_stays(user: User) -> None:
    question = QuestionFactory.create(asker=user, title="Why?", slug="why", body_text="I ask.")
    question.topics.add(TopicFactory.create())
    QuestionEvent.objects.create(question=question, source="open", target="closed", by=user, at=NOON)
    erase(user)
    question.refresh_from_db()
    kept = (question.asker, question.title, question.slug, question.body_text, question.visibility)
    assert kept == (user, "Why?", "why", "I ask.", "shown")
    assert (question.topics.count(), question.events.get().by) == (1, user)


@pytest.mark.parametrize("visibility", [Visibility.HELD, Visibility.HIDDEN])
def test_question_that_nobody_could_see_loses_its_words(user: User, visibility: Visibility) -> None:
    question = QuestionFactory.create(
        asker=user, title="Secret?", slug="secret", body_text="Secret.", body_html="<p>Secret.</p>",
        visibility=visibility,
    )  # fmt: skip
    erase(user)
    question.refresh_from_db()
    left = (question.title, question.slug, question.body_text, question.body_html, question.visibility)
    assert left == ("Erased question", "erased", "", "", "hidden")


def test_answers_stay_and_the_mentor_behind_them_is_nobody() -> None:
    answer = answered(body="<p>It worked.</p>")
    profile, mentor = answer.mentor, answer.mentor.user
    profile.headline = "Rural, first in my family"
    profile.save(update_fields=["headline"])
    profile.topics.add(TopicFactory.create())
    erase(mentor)
    answer.refresh_from_db()
    assert (answer.body_text, answer.written_as, answer.visibility) == (
        "It worked.", "Verified when this was written", "shown",
    )  # fmt: skip
    left = MentorProfile.objects.get(pk=profile.pk)
    assert (left.place, left.headline, left.verification, left.verified_until, left.topics.count()) == (
        "Third year, a health school", "", "ended", None, 0,
    )  # fmt: skip
    assert left.slug.startswith("former-member-")


def test_hidden_answer_loses_its_words() -> None:
    answer = answered(body="<p>Secret.</p>")
    Answer.objects.update(visibility=Visibility.HIDDEN)
    erase(answer.mentor.user)
    answer.refresh_from_db()
    assert (answer.body_text, answer.body_html) == ("Erased.", "<p>Erased.</p>")


def test_pages_show_a_former_member(client: Client) -> None:
    answer = answered(QuestionFactory.create(asker=UserFactory.create(display_name="Joan")))
    MentorProfile.objects.update(school="QQSM")
    mentor = answer.mentor.user
    User.objects.filter(pk=mentor.pk).update(display_name="Leila")
    for person in (answer.question.asker, mentor):
        erase(User.objects.get(pk=person.pk))
    page = client.get(answer.question.get_absolute_url()).content.decode()
    assert page.count("Former member") >= 2
    assert [name for name in ("Joan", "Leila", "QQSM", "LSM") if name in page] == []
    row = client.get("/feed/").content.decode()
    assert ("Former member" in row, "Joan" in row) == (True, False)


# --- Others stand in it too


def test_blocks_of_both_directions_go(user: User) -> None:
    other = UserFactory.create()
    Block.objects.create(blocker=user, blocked=other)
    Block.objects.create(blocker=other, blocked=user)
    kept = Block.objects.create(blocker=other, blocked=UserFactory.create())
    erase(user)
    assert list(Block.objects.all()) == [kept]


def test_what_others_were_told_stays(user: User) -> None:
    told = NotificationFactory.create(actor=user)
    NotificationFactory.create(user=user)
    erase(user)
    assert list(Notification.objects.all()) == [told]


def test_grants_go_and_grants_they_gave_stay(user: User) -> None:
    given = GrantFactory.create(granted_by=user)
    GrantFactory.create(user=user)
    erase(user)
    assert list(AccessGrant.objects.values_list("pk", "granted_by")) == [(given.pk, user.pk)]


def test_reports_stay_without_their_words(user: User) -> None:
    case = Case.objects.create(target_kind="person", target_id="9", due_at=NOON)
    other = Case.objects.create(target_kind="person", target_id="8", due_at=NOON)
    said = Report.objects.create(case=case, reporter=user, reason="other", text="He did it.")
    silent = Report.objects.create(case=other, reporter=user, reason="spam")
    theirs = Report.objects.create(case=case, reporter=UserFactory.create(), reason="spam", text="Me too.")
    erase(user)
    texts = dict(Report.objects.values_list("pk", "text"))
    assert texts == {said.pk: GONE, silent.pk: "", theirs.pk: "Me too."}


def test_case_about_a_person_stays_without_notes(user: User) -> None:
    about = Case.objects.create(target_kind="person", target_id="9", about=user, due_at=NOON)
    other = Case.objects.create(target_kind="person", target_id="8", about=UserFactory.create(), due_at=NOON)
    for case in (about, other):
        CaseEvent.objects.create(case=case, by=user, source="open", target="assigned", note="Joan again")
    erase(user)
    assert dict(CaseEvent.objects.values_list("case", "note")) == {about.pk: "", other.pk: "Joan again"}


def test_decision_of_staff_stays_without_its_words(user: User) -> None:
    said = Sanction.objects.create(
        user=user, kind="note", reason="You wrote to Kim.", appeal="I did not.", appealed_at=NOON,
        appeal_decided_at=NOON, appeal_answer="You did.",
    )  # fmt: skip
    silent = Sanction.objects.create(user=user, kind="note", reason="Again.")
    erase(user)
    found = {row.pk: (row.reason, row.appeal, row.appeal_answer) for row in Sanction.objects.all()}
    assert found == {said.pk: (GONE, GONE, GONE), silent.pk: (GONE, "", "")}


def test_that_it_was_asked_for_stays(user: User) -> None:
    Deletion.objects.create(user=user, requested_at=NOON, due_at=LATER)
    erase(user)
    assert Deletion.objects.get().requested_at == NOON


def test_audit_log_stays(user: User) -> None:
    record_action(by=user, action="test.done", target=user)
    erase(user)
    assert AuditEntry.objects.values_list("actor", "target").get() == (user.pk, f"accounts.user:{user.pk}")


def test_log_of_the_staff_pages_forgets_what_it_called_them(user: User) -> None:
    other, by = UserFactory.create(display_name="Kim"), UserFactory.create()
    grant = GrantFactory.create(user=user)
    address = EmailAddress.objects.get(user=user)
    for row in (user, other, grant, address):
        LogEntry.objects.log_actions(by.pk, [row], CHANGE, f"Said of {row}")
    erase(user)
    found = LogEntry.objects.order_by("pk").values_list("object_repr", "change_message")
    assert list(found) == [("", ""), ("Kim", "Said of Kim"), ("", ""), ("", "")]


# --- How


def test_many_rows_go_in_parts(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        ProgressFactory.create(user=user)
    monkeypatch.setattr(erasing, "BATCH", 2)
    with CaptureQueriesContext(connection) as captured:
        erase(user)
    deletes = [row["sql"] for row in captured if row["sql"].startswith('DELETE FROM "learner_series_reading')]
    assert (len(deletes), ReadingProgress.objects.count()) == (3, 0)


def test_fault_undoes_all_of_it(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    ProgressFactory.create(user=user)
    before = all_rows()

    def fall(*args: Any) -> None:
        raise InterruptedError

    monkeypatch.setattr(erasing, "_in_order", fall)
    with pytest.raises(InterruptedError):
        erase(user)
    assert all_rows() == before


@pytest.mark.django_db(transaction=True, available_apps=["accounts", "breakthru.outbox"])
def test_erasing_gives_way_to_whoever_is_at_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """They may go on to tell the person: the two would wait for each other, and one request would fail."""
    ours = [table for table in tables() if table.model in ("accounts.user", "accounts.notification")]
    monkeypatch.setattr(erasing, "tables", lambda: ours)
    told = NotificationFactory.create(actor=None)
    holder = connections.create_connection("default")
    try:
        holder.set_autocommit(False)
        holder.cursor().execute("SELECT 1 FROM accounts_notification FOR UPDATE")
        with pytest.raises(OperationalError, match="lock timeout"):
            erase(told.user)
        kept = User.objects.get(pk=told.user_id).erased_at
        holder.rollback()
    finally:
        holder.close()
    erase(told.user)

    assert (kept, User.objects.get(pk=told.user_id).erased_at) == (None, NOON)
    assert Notification.objects.count() == 0


def test_what_names_others_goes_before_them() -> None:
    labels = [table.model for table in erasing._in_order({rule.model: rule for rule in tables()})]

    def goes_before(first: str, then: str) -> bool:
        return labels.index(first) < labels.index(then)

    pairs = [
        ("account.emailconfirmation", "account.emailaddress"),
        ("socialaccount.socialtoken", "socialaccount.socialaccount"),
        ("accounts.notification", "accounts.digest"),
        # Found through the others.
        ("sessions.session", "usersessions.usersession"),
        ("accounts.accountmail", "account.emailaddress"),
    ]
    assert [pair for pair in pairs if not goes_before(*pair)] == []
    assert "accounts.report" not in labels


def test_files_of_copies_go(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    take: Callable[..., None] = lambda *, person: asked.append(person)  # noqa: E731
    monkeypatch.setattr(erasing, "delete_export_files", take)
    DataExport.objects.create(user=user)
    erase(user)
    assert (asked, DataExport.objects.count()) == ([user.pk], 0)
