"""Every column of every table has its rule, and a rule that is wrong is found."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db.models import Model, Q

from accounts.models import Block, User
from accounts.privacy.people import PEOPLE
from accounts.registries import personal_data
from accounts.registries.classification import faults_of
from accounts.registries.personal_data import (
    OnErase,
    Standing,
    Table,
    about_nobody,
    kept,
    register_tables,
    tables,
)
from breakthru.checks import check_personal_data
from feed.models import Answer
from learner_series.models import SavedArticle, Series

SAVED = Table(
    "learner_series.savedarticle",
    OnErase.DELETE,
    owner="user",
    title="What you saved",
    exported=("article", "saved_at"),
    left_out={"id": "ours", "user": "yours"},
    labels={"article": "title"},
)
BLOCK = next(table for table in PEOPLE if table.model == "accounts.block")
SERIES = about_nobody("learner_series.series", "id slug title summary order")
UNRULED = ".user: names a person, and nothing says what becomes of it"
NOBODY_THERE = ": no column that names a person, or no reason"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
KEPT = {"on_erase": OnErase.KEEP, "why": "It is needed."}


def faults(table: Table, model: type[Model] = SavedArticle) -> list[str]:
    label = model._meta.label_lower
    found = faults_of([model], [table])
    assert all(fault.startswith(label) for fault in found)
    return [fault.removeprefix(label) for fault in found]


@pytest.mark.parametrize(("table", "model"), [(SAVED, SavedArticle), (BLOCK, Block), (SERIES, Series)])
def test_right_rules_have_no_fault(table: Table, model: type[Model]) -> None:
    assert faults(table, model) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # Columns
        ({"exported": ("article",)}, [".saved_at: no rule"]),
        (
            {"exported": ("article", "saved_at", "mood")},
            [".mood: a rule for a field that does not exist"],
        ),
        ({"exported": ("article", "saved_at", "id")}, [".id: two rules"]),
        ({"left_out": {"id": "", "user": "yours"}}, [".id: left out for no reason"]),
        # People
        ({"owner": ""}, [UNRULED, ": needs either an owner or rows_of"]),
        (
            {"rows_of": lambda person: Q(user=person)},
            [": needs either an owner or rows_of"],
        ),
        ({"others": {"user": Standing(OnErase.KEEP, "")}}, [f".user{NOBODY_THERE}"]),
        ({"others": {"article": kept("why")}}, [f".article{NOBODY_THERE}"]),
        # Erasure
        ({"blanked": {"saved_at": None}}, [": blanks what does not stay"]),
        ({"why": "It is needed."}, [": rows that stay need a reason, others none"]),
        ({"on_erase": OnErase.KEEP}, [": rows that stay need a reason, others none"]),
        ({**KEPT, "blanked": {"mood": None}}, [".mood: blanks no column"]),
        # Export
        ({"title": ""}, [": an export needs a title, and a title an export"]),
        ({"labels": {}}, [".article: exported without a label"]),
        ({"labels": {"article": "mood"}}, [".article: labels no exported relation, or by no column"]),
        (
            {"labels": {"article": "title", "user": "slug"}},
            [".user: labels no exported relation, or by no column"],
        ),
        ({"shown": {"id": str}}, [".id: shown or called, yet not exported"]),
        ({"called": {"id": "number"}}, [".id: shown or called, yet not exported"]),
    ],
)  # fmt: skip
def test_wrong_rule_is_found(changes: dict[str, Any], expected: list[str]) -> None:
    assert faults(replace(SAVED, **changes)) == expected


@pytest.mark.parametrize(
    "owner",
    [
        "mood", "article", "saved_at", "article__title", "saved_at__day", "user__email", "user__slug__x",
        "article__saves__user",
    ],
)  # fmt: skip
def test_owner_leads_to_a_person(owner: str) -> None:
    expected = [f": the owner {owner} is no path to a person"]
    assert faults(replace(SAVED, owner=owner)) == [UNRULED, *expected]


def test_owner_may_be_the_person_or_stand_behind_others() -> None:
    sources = {"id": "ours", "answer": "x", "title": "x", "url": "x"}
    far = Table("feed.answersource", OnErase.DELETE, owner="answer__mentor__user", left_out=sources)
    assert faults(far, Answer._meta.get_field("sources").related_model) == []
    account = next(table for table in PEOPLE if table.model == "accounts.user")
    assert faults(account, User) == []


def test_column_that_names_somebody_else_needs_a_rule() -> None:
    lost = ".blocked: names a person, and nothing says what becomes of it"
    assert faults(replace(BLOCK, others={}), Block) == [lost]


def test_rows_about_nobody_have_neither_owner_nor_export() -> None:
    wrong = ": about nobody, yet with an owner or an export"
    assert faults(replace(SAVED, on_erase=OnErase.NOT_PERSONAL)) == [wrong]


def test_models_and_rules_belong_together() -> None:
    assert faults_of([SavedArticle], []) == ["learner_series.savedarticle: no rules"]
    assert faults_of([], [SAVED]) == ["learner_series.savedarticle: rules for a model that does not exist"]


def test_titles_are_said_once() -> None:
    twin = replace(BLOCK, title=SAVED.title)
    assert faults_of([SavedArticle, Block], [SAVED, twin]) == [
        "learner_series.savedarticle: the same title as accounts.block"
    ]


# --- The site's own


def test_every_column_of_the_site_has_its_rule() -> None:
    # zeal, of the tests, has no table.
    assert check_personal_data(None) == []


@pytest.fixture
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(personal_data, "_tables", dict(personal_data._tables))


@pytest.mark.usefixtures("_own_registry")
def test_check_names_what_lacks_a_rule() -> None:
    register_tables([replace(BLOCK, exported=("blocked",))])
    found = [(error.id, error.msg) for error in run_checks() if error.id == "breakthru.E006"]
    assert found == [("breakthru.E006", "accounts.block.created_at: no rule")]


@pytest.mark.usefixtures("_own_registry")
def test_later_rules_take_the_place_of_earlier_ones() -> None:
    count = len(tables())
    register_tables([replace(BLOCK, title="Nobody I like")])
    assert len(tables()) == count
    assert [table.title for table in tables() if table.model == "accounts.block"] == ["Nobody I like"]


# --- Before somebody is erased


def test_hindrances_are_asked_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(personal_data, "_hindrances", [])
    asked: list[int] = []

    def says(words: str) -> personal_data.Hindrance:
        def hindrance(person: int, now: Any) -> str:
            asked.append(person)
            return words

        return hindrance

    for words in ("A mentorship runs.", "", "A payment is open."):
        personal_data.register_before_erase(says(words))
    assert personal_data.hindrances(7, NOON) == ["A mentorship runs.", "A payment is open."]
    assert asked == [7, 7, 7]
