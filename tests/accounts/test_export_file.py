"""What stands in a copy of somebody's data, as data and as a page, and how it is written."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import Group

from accounts.models import ConsentEntry, Notification, User
from accounts.models.experience import Privacy
from accounts.models.safety import Case, Report
from accounts.registries.personal_data import tables
from accounts.services import export_file
from accounts.services.blocks import block
from accounts.services.sensitive import choose_sensitive
from feed.lifecycle import QuestionState
from tests.accounts.copies import NOON, make, opened
from tests.factories.memberships import GrantFactory
from tests.factories.notifications import KIND
from tests.factories.people import TopicFactory, UserFactory, experience
from tests.factories.questions import QuestionFactory, answered
from tests.factories.reading import ProgressFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    made: User = UserFactory.create(display_name="Joan", time_zone="America/New_York")
    return made


def data_of(user: User) -> Any:
    return json.loads(opened(make(user)).read("data.json"))


def page_of(user: User) -> str:
    return opened(make(user)).read("index.html").decode()


# --- What is in it


def test_account_is_in_it_without_what_opens_it(user: User) -> None:
    user.groups.add(Group.objects.get(name="editor"))
    (account,) = data_of(user)["Your account"]
    assert account == {
        "email": user.email,
        "name": "Joan",
        "slug": user.slug,
        "birth_month": 6,
        "birth_year": 2000,
        "time_zone": "America/New_York",
        "joined_at": user.joined_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "last_login": None,
        "roles_at_work": ["editor"],
        "suspended_until": None,
        "to_be_deleted_at": None,
    }


def test_question_is_in_it_with_words_instead_of_numbers(user: User) -> None:
    question = QuestionFactory.create(
        asker=user, title="Is <b>this</b> fine?", body_text="Tell me.", asked_at=NOON, active_at=NOON,
        stage=experience("education_stage", "ug_year2"),
    )  # fmt: skip
    question.topics.set([TopicFactory.create(name="School list"), TopicFactory.create(name="MCAT")])
    (row,) = data_of(user)["Your questions"]
    assert row == {
        "title": "Is <b>this</b> fine?",
        "text": "Tell me.",
        "topics": ["MCAT", "School list"],
        "stage": "Ug year2",
        "roads": [],
        "asked_from": None,
        "section": "",
        "quote": "",
        "state": "open",
        "visibility": "shown",
        "asked_at": "2026-11-22T17:00:00Z",
        "answered_at": None,
        "active_at": "2026-11-22T17:00:00Z",
        "answer_count": 0,
    }


def test_answer_is_its_mentors_and_not_the_askers(user: User) -> None:
    answer = answered(QuestionFactory.create(asker=user, title="Why?"), body="<p>Because of tides.</p>")
    mine = data_of(answer.mentor.user)["Your answers"]
    assert [(row["question"], row["text"]) for row in mine] == [("Why?", "Because of tides.")]
    assert data_of(user)["Your answers"] == []
    assert "tides" not in page_of(UserFactory.create())


def test_sensitive_terms_are_opened(user: User) -> None:
    experience("caregiver", "parent", label="I raise a child", learner_privacy=Privacy.P3)
    choose_sensitive(by=user, choices={"caregiver": ["parent"]}, now=NOON, today=NOON.date())
    rows = data_of(user)["Sensitive things you chose to keep here"]
    assert rows == [{"experience": "I raise a child", "created_at": "2026-11-22T17:00:00Z"}]
    assert "I raise a child" in page_of(user)


def test_blocks_are_told_to_who_made_them_alone(user: User) -> None:
    other = UserFactory.create(display_name="Kim")
    block(by=user, other=other, now=NOON)
    made, met = data_of(user)["People you blocked"], data_of(other)["People you blocked"]
    assert (made, met) == ([{"blocked": "Kim", "created_at": "2026-11-22T17:00:00Z"}], [])


def test_reports_are_told_to_who_made_them_alone(user: User) -> None:
    other = UserFactory.create()
    case = Case.objects.create(target_kind="person", target_id="9", about=other, due_at=NOON)
    Report.objects.create(case=case, reporter=user, reason="spam", text="Sells pills", reported_at=NOON)
    assert data_of(user)["What you reported"] == [
        {"about": "person", "reason": "spam", "text": "Sells pills", "reported_at": "2026-11-22T17:00:00Z"}
    ]
    assert (data_of(other)["What you reported"], "Sells pills" in page_of(other)) == ([], False)


def test_notes_of_staff_are_not_in_it(user: User) -> None:
    GrantFactory.create(user=user, reason="We like her letters.")
    (row,) = data_of(user)["Your Premium access"]
    assert set(row) == {"source", "starts_at", "ends_at", "ended_at", "created_at"}
    assert "letters" not in page_of(user)


# --- The page


def test_page_is_whole_in_itself_and_escaped(user: User) -> None:
    QuestionFactory.create(asker=user, title="<script>alert(1)</script>", body_text="https://evil.example")
    page = page_of(user)
    assert ("<script" in page, "&lt;script&gt;alert(1)&lt;/script&gt;" in page) == (False, True)
    assert [word for word in ("src=", 'href="h', "url(") if word in page] == []


def test_page_shows_times_of_the_persons_own_zone(user: User) -> None:
    page = page_of(user)
    assert "as of November 22, 2026, 12:00. Times on this" in " ".join(page.split())
    assert "America/New York" in page


def test_page_names_what_is_there_and_what_is_empty(user: User) -> None:
    QuestionFactory.create(asker=user)
    page = " ".join(page_of(user).split())
    there, _, empty = page.partition("We keep nothing of yours under:")
    assert ('href="#your-questions"' in there, 'id="your-questions"' in empty) == (True, True)
    assert ("Your answers;" in empty, "Your questions;" in empty) == (True, False)


def test_page_of_somebody_with_everything_has_no_empty_line(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = [table for table in tables() if table.model == "accounts.user"]
    monkeypatch.setattr(export_file, "tables", lambda: account)
    assert "We keep nothing" not in page_of(user)


def test_page_says_values_in_words(user: User) -> None:
    article = ProgressFactory.create(user=user, percent=40).article
    ConsentEntry.objects.create(user=user, subject="terms", is_given=False, at=NOON)
    QuestionFactory.create(asker=user, state="needs_info")
    Notification.objects.create(
        user=user,
        kind=KIND,
        key="x",
        path="/feed/",
        words={"title": "Why?", "by": "Leila"},
    )
    page = " ".join(page_of(user).split())
    words = [
        f"<td>{article.title}</td>", "<td>40</td>", "<td>No</td>", "<td>November 22, 2026, 12:00</td>",
        f"<dd>{QuestionState.NEEDS_INFO.label}</dd>", "<dd>by: Leila, title: Why?</dd>", "<dd>–</dd>",
        "<td>Yes</td>",
    ]  # fmt: skip
    assert [word for word in words if word not in page] == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "–"), ("", "–"), ({}, "–"), ([], "–"), ({"a": None}, "a: –"), (["b", 3], "b, 3"),
        (True, "Yes"), (False, "No"), (0, "0"), (NOON.date(), "November 22, 2026"),
    ],
)  # fmt: skip
def test_words_for_values(value: Any, expected: str) -> None:
    assert export_file._words(value) == expected


def test_rows_are_read_and_written_a_few_at_a_time(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        ConsentEntry.objects.create(user=user, subject=f"subject-{number}", is_given=True, at=NOON)
    monkeypatch.setattr(export_file, "CHUNK", 2)
    sizes: list[int] = []
    write = export_file._table

    def table(rule: Any, columns: Any, rows: list[Any], *, is_first: bool) -> str:
        if rule.model == "accounts.consententry":
            sizes.append(len(rows))
        return write(rule, columns, rows, is_first=is_first)

    monkeypatch.setattr(export_file, "_table", table)
    archive = opened(make(user))
    rows = json.loads(archive.read("data.json"))["What you agreed to, or took back"]
    assert (sizes, [row["subject"][-1] for row in rows]) == ([2, 2, 1], ["0", "1", "2", "3", "4"])
    assert archive.read("index.html").decode().count("What you agreed to, or took back</h2>") == 1
