"""The vocabulary's files: checked whole, loaded whole, nothing ever deleted."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import Experience, ExperienceGroup, PersonExperience, User
from accounts.models.experience import Privacy
from accounts.services import vocabulary
from accounts.services.vocabulary import (
    GROUP_COLUMNS,
    TERM_COLUMNS,
    VocabularyChange,
    VocabularyError,
    load_vocabulary,
    read_vocabulary,
)
from tests.factories.people import UserFactory, experience

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
STAGE = "stage,Stage,To fit the answers,onboarding,both,yes"
ROAD = "road,Road,To find mentors,profile,both,no"
YEAR_1 = "stage,Stage,year_1,Year 1,,single,P1,P0,no,3,no,1"
YEAR_2 = "stage,Stage,year_2,Year 2,A hint,single,P2,P1,yes,10,yes,2"

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write both files; each is given as its lines below the header."""

    def to_folder(groups: list[str], terms: list[str]) -> Path:
        for name, columns, lines in (
            ("vocabulary-groups.csv", GROUP_COLUMNS, groups),
            ("vocabulary.csv", TERM_COLUMNS, terms),
        ):
            (tmp_path / name).write_text("\n".join([",".join(columns), *lines]) + "\n", encoding="utf-8")
        return tmp_path

    return to_folder


def test_files_of_the_project_are_sound() -> None:
    groups, terms = read_vocabulary(vocabulary.DATA)
    assert (len(groups) > 20, len(terms) > 300) == (True, True)
    # No learner is ever asked for class P4, so such a group is a filter or the mentors' own.
    asked = {group.key for group in groups if group.applies_to == "both" and group.asked_in == "onboarding"}
    assert [t.key for t in terms if t.group_id in asked and t.learner_privacy == Privacy.P4] == []


def test_lines_become_groups_and_terms(write: Write) -> None:
    (group,), (first, second) = read_vocabulary(write([STAGE], [YEAR_1, YEAR_2]))
    assert (group.key, group.label, group.why_we_ask, group.asked_in, group.applies_to, group.is_facet) == (
        "stage", "Stage", "To fit the answers", "onboarding", "both", True,
    )  # fmt: skip
    assert (first.group_id, first.key, first.help, first.mentor_opts_in, first.is_identity) == (
        "stage", "year_1", "", False, False,
    )  # fmt: skip
    assert (second.help, second.mentor_opts_in, second.weight, second.is_identity, second.order) == (
        "A hint", True, 10, True, 2,
    )  # fmt: skip


BROKEN: dict[str, tuple[list[str], list[str], str]] = {
    "unknown group": (
        [STAGE],
        ["nowhere" + YEAR_1[5:]],
        r"vocabulary\.csv, line 2: nowhere/year_1 .* unknown",
    ),
    "term twice": ([STAGE], [YEAR_1, YEAR_1], r"vocabulary\.csv, line 3: stage/year_1 stands twice"),
    "group twice": ([STAGE, STAGE], [], r"vocabulary-groups\.csv, line 3: stage stands twice"),
    "neither yes nor no": ([STAGE.replace("yes", "maybe")], [], r"vocabulary-groups\.csv, line 2: 'maybe'"),
    "unknown class": ([STAGE], [YEAR_1.replace("P1", "P9")], r"line 2: .*P9"),
    "no number": ([STAGE], [YEAR_1.replace(",3,", ",much,")], r"line 2: .*much"),
    "too heavy": ([STAGE], [YEAR_1, YEAR_2.replace(",10,", ",11,")], r"line 3: weight 11 is more than 10"),
    "negative": ([STAGE], [YEAR_1.replace(",3,", ",-3,")], r"line 2: "),
    "no label": ([STAGE], [YEAR_1.replace("Year 1", "")], r"line 2: .*label"),
    "bad key": ([STAGE], [YEAR_1.replace("year_1", "Year One!")], r"line 2: .*key"),
    "short line": ([STAGE], ["stage,Stage,year_1"], r"vocabulary\.csv, line 2: "),
    "open quote": ([STAGE], ['stage,"Stage'], r"vocabulary\.csv can't be read"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_fault_is_named_with_file_and_line(fault: str, write: Write) -> None:
    groups, terms, text = BROKEN[fault]
    with pytest.raises(VocabularyError, match=text):
        read_vocabulary(write(groups, terms))


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match=r"vocabulary-groups\.csv can't be read"):
        read_vocabulary(tmp_path)


def test_file_of_another_encoding_is_named(write: Write) -> None:
    folder = write([STAGE], [])
    (folder / "vocabulary.csv").write_bytes(b"\xff\xfe")
    with pytest.raises(VocabularyError, match=r"vocabulary\.csv can't be read"):
        read_vocabulary(folder)


@pytest.mark.parametrize("content", ["", "group,label\n"])
def test_wrong_columns_are_named(content: str, write: Write) -> None:
    folder = write([STAGE], [])
    (folder / "vocabulary.csv").write_text(content)
    with pytest.raises(
        VocabularyError, match=r"vocabulary\.csv: expected the columns group, group_label, key"
    ):
        read_vocabulary(folder)


@pytest.mark.django_db
def test_loading_twice_changes_nothing(write: Write) -> None:
    folder = write([STAGE, ROAD], [YEAR_1, YEAR_2])
    assert load_vocabulary(folder=folder, now=NOON) == VocabularyChange(2, 2, 2, 0, 0)
    assert load_vocabulary(folder=folder, now=NOON) == VocabularyChange(2, 2, 0, 0, 0)
    assert list(ExperienceGroup.objects.values_list("key", flat=True)) == ["stage", "road"]


@pytest.mark.django_db
def test_loading_takes_over_changes_of_groups_and_terms(write: Write) -> None:
    load_vocabulary(folder=write([STAGE], [YEAR_1, YEAR_2]), now=NOON)
    changed = write([STAGE.replace(",Stage,", ",Your stage,")], [YEAR_1.replace("Year 1", "First"), YEAR_2])
    assert load_vocabulary(folder=changed, now=NOON) == VocabularyChange(1, 2, 0, 1, 0)
    assert ExperienceGroup.objects.get().label == "Your stage"
    assert Experience.objects.get(key="year_1").label == "First"


@pytest.mark.django_db
def test_term_that_left_the_file_is_retired_and_people_keep_it(write: Write) -> None:
    load_vocabulary(folder=write([STAGE], [YEAR_1, YEAR_2]), now=NOON)
    term = Experience.objects.get(key="year_2")
    held = PersonExperience.objects.create(user=UserFactory.create(), experience=term)
    folder = write([STAGE], [YEAR_1])
    assert load_vocabulary(folder=folder, now=NOON) == VocabularyChange(1, 1, 0, 0, 1)
    term.refresh_from_db()
    assert term.retired_at == NOON
    assert PersonExperience.objects.get() == held
    # Retired once, not again with each load.
    assert load_vocabulary(folder=folder, now=datetime.now(UTC)).retired == 0


@pytest.mark.django_db
def test_term_that_returns_is_in_use_again(write: Write) -> None:
    load_vocabulary(folder=write([STAGE], [YEAR_1]), now=NOON)
    load_vocabulary(folder=write([STAGE], []), now=NOON)
    assert load_vocabulary(folder=write([STAGE], [YEAR_1]), now=NOON) == VocabularyChange(1, 1, 0, 1, 0)
    assert Experience.objects.in_use().count() == 1


@pytest.mark.django_db
def test_term_that_staff_added_stays_in_use(write: Write) -> None:
    load_vocabulary(folder=write([STAGE], [YEAR_1]), now=NOON)
    experience("stage", "their_own", is_staff_made=True, changed_by_staff_at=NOON)
    assert load_vocabulary(folder=write([STAGE], [YEAR_1]), now=NOON) == VocabularyChange(1, 1, 0, 0, 0)
    assert Experience.objects.get(key="their_own").retired_at is None


@pytest.mark.django_db
def test_term_that_staff_added_is_the_files_own_once_they_name_it(write: Write) -> None:
    load_vocabulary(folder=write([STAGE], []), now=NOON)
    experience("stage", "year_1", label="Theirs", kind="multi", is_staff_made=True, changed_by_staff_at=NOON)
    assert load_vocabulary(folder=write([STAGE], [YEAR_1]), now=NOON).changed == 1
    term = Experience.objects.get()
    # The words stay staff's, what the term is comes from the files, and so does its end.
    assert (term.label, term.kind, term.is_staff_made) == ("Theirs", "single", False)
    assert load_vocabulary(folder=write([STAGE], []), now=NOON).retired == 1


@pytest.mark.django_db
def test_words_and_retirement_that_staff_chose_are_not_undone(write: Write) -> None:
    folder = write([STAGE], [YEAR_1])
    load_vocabulary(folder=folder, now=NOON)
    Experience.objects.update(label="Better", retired_at=NOON, changed_by_staff_at=NOON)
    ExperienceGroup.objects.update(label="Their words", changed_by_staff_at=NOON)
    assert load_vocabulary(folder=folder, now=NOON) == VocabularyChange(1, 1, 0, 0, 0)
    assert Experience.objects.values_list("label", "retired_at").get() == ("Better", NOON)
    assert ExperienceGroup.objects.get().label == "Their words"


@pytest.mark.django_db
def test_classes_follow_the_files_whatever_staff_changed(write: Write) -> None:
    load_vocabulary(folder=write([STAGE], [YEAR_1]), now=NOON)
    Experience.objects.update(label="Better", changed_by_staff_at=NOON)
    stricter = write([STAGE], [YEAR_1.replace("P1", "P2").replace(",3,", ",4,")])
    assert load_vocabulary(folder=stricter, now=NOON).changed == 1
    assert Experience.objects.values_list("label", "learner_privacy", "weight").get() == ("Better", "P2", 3)


@pytest.mark.django_db
@pytest.mark.parametrize(("privacy", "is_kept"), [("P2", True), ("P3", False), ("P4", False)])
def test_answers_are_forgotten_when_their_term_becomes_sensitive(
    write: Write, privacy: str, is_kept: bool
) -> None:
    load_vocabulary(folder=write([STAGE], [YEAR_1]), now=NOON)
    PersonExperience.objects.create(user=UserFactory.create(), experience=Experience.objects.get())
    load_vocabulary(folder=write([STAGE], [YEAR_1.replace("P1", privacy)]), now=NOON)
    assert PersonExperience.objects.exists() is is_kept


# --- Staff pages


@pytest.fixture
def superuser(client: Client) -> User:
    """A superuser, signed in."""
    made: User = UserFactory.create(is_staff=True, is_superuser=True)
    client.force_login(made)
    return made


@pytest.mark.django_db
def test_words_changed_by_staff_survive_the_next_load(client: Client, superuser: User, write: Write) -> None:
    folder = write([STAGE], [YEAR_1])
    load_vocabulary(folder=folder, now=NOON)
    term, group = Experience.objects.get(), ExperienceGroup.objects.get()
    words = {"label": "Better", "help": "", "weight": 3, "order": 1, "retired_at_0": "", "retired_at_1": ""}
    client.post(reverse("admin:accounts_experience_change", args=[term.pk]), words)
    question = {
        "label": "Ours", "why_we_ask": "W", "asked_in": "onboarding", "applies_to": "both", "order": 1,
    }  # fmt: skip
    client.post(reverse("admin:accounts_experiencegroup_change", args=[group.pk]), question)
    load_vocabulary(folder=folder, now=NOON)
    assert (Experience.objects.get().label, ExperienceGroup.objects.get().label) == ("Better", "Ours")
    assert Experience.objects.get().is_staff_made is False


@pytest.mark.django_db
def test_term_added_by_staff_survives_the_next_load(client: Client, superuser: User, write: Write) -> None:
    folder = write([STAGE], [YEAR_1])
    load_vocabulary(folder=folder, now=NOON)
    term = {
        "group": "stage", "key": "added", "label": "Added", "help": "", "kind": "single",
        "learner_privacy": "P1", "mentor_privacy": "P1", "weight": 1, "order": 2, "retired_at_0": "",
        "retired_at_1": "",
    }  # fmt: skip
    client.post(reverse("admin:accounts_experience_add"), term)
    load_vocabulary(folder=folder, now=NOON)
    assert set(Experience.objects.in_use().values_list("key", flat=True)) == {"year_1", "added"}


@pytest.mark.django_db
@pytest.mark.parametrize(("count", "said"), [(4, "fewer than 5 people"), (5, "5 people")])
def test_staff_see_how_many_hold_a_term_only_from_five_on(
    client: Client, superuser: User, count: int, said: str
) -> None:
    term = experience()
    for _ in range(count):
        PersonExperience.objects.create(user=UserFactory.create(), experience=term)
    page = client.get(reverse("admin:accounts_experience_change", args=[term.pk])).content.decode()
    assert re.findall(r"fewer than \d+ people|\b\d+ people", page) == [said]


@pytest.mark.django_db
def test_broken_file_leaves_the_tables_as_they_were(write: Write) -> None:
    load_vocabulary(folder=write([STAGE], [YEAR_1]), now=NOON)
    with pytest.raises(VocabularyError):
        load_vocabulary(folder=write([ROAD], [YEAR_1]), now=NOON)
    assert list(ExperienceGroup.objects.values_list("key", flat=True)) == ["stage"]


@pytest.mark.django_db
def test_command_loads_the_files_of_the_project(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_vocabulary")
    groups, terms = ExperienceGroup.objects.count(), Experience.objects.count()
    said = f"Vocabulary: {groups} groups, {terms} terms ({terms} added, 0 changed, 0 retired).\n"
    assert capsys.readouterr().out == said


@pytest.mark.django_db
def test_command_names_the_fault_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(now: datetime) -> VocabularyChange:
        message = "vocabulary.csv, line 7: x"
        raise VocabularyError(message)

    monkeypatch.setattr("accounts.management.commands.load_vocabulary.load_vocabulary", fail)
    with pytest.raises(CommandError, match=r"^vocabulary\.csv, line 7: x$"):
        call_command("load_vocabulary")
