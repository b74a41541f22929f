"""The site's template tags and filters."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django import forms
from django.template import Context, Template
from django.test import RequestFactory

from breakthru.templatetags import ui

NOW = datetime(2025, 6, 3, 12, 0, tzinfo=UTC)


def render(source: str, **context: Any) -> str:
    return Template(source).render(Context(context))


def test_icon_prints_its_paths_into_the_page() -> None:
    assert render('{% icon "plus" %}') == (
        '<svg class="i" viewBox="0 0 24 24" aria-hidden="true"><path d="M12 5v14M5 12h14"/></svg>'
    )


def test_icon_of_an_unknown_name_is_an_error() -> None:
    with pytest.raises(ui.UnknownDrawingError, match="i-unicorn"):
        ui.icon("unicorn")


def test_symbol_without_a_label_is_decoration() -> None:
    assert ui.symbol("open", "state") == (
        '<svg aria-hidden="true" class="state" viewBox="0 0 32 32">'
        '<circle cx="16" cy="16" r="11" class="r4" stroke-width="2.5" stroke-dasharray="4.2 3.480"/></svg>'
    )


def test_symbol_with_a_label_is_an_image() -> None:
    assert ui.symbol("mark", label="Done & dusted").startswith(
        '<svg aria-label="Done &amp; dusted" role="img" viewBox="0 0 48 48">'
    )


def test_symbol_of_a_cover_fills_its_frame_in_its_tone() -> None:
    assert ui.symbol("cover-b", "cover low", 2).startswith(
        '<svg aria-hidden="true" class="cover low" data-tone="2" preserveAspectRatio="xMidYMid slice" '
        'viewBox="0 0 320 180">'
    )


def test_symbol_of_an_unknown_name_is_an_error() -> None:
    with pytest.raises(ui.UnknownDrawingError, match="unicorn"):
        ui.symbol("unicorn")


@pytest.mark.parametrize(
    ("here", "link", "printed"),
    [
        ("/feed/", "/feed/", ' aria-current="page"'),
        ("/feed/ask/", "/feed/", ' aria-current="true"'),
        ("/learn/", "/feed/", ""),
        ("/", "/", ' aria-current="page"'),
        ("/feed/", "/", ""),
    ],
)
def test_is_current_marks_the_page_and_what_lies_above_it(here: str, link: str, printed: str) -> None:
    request = RequestFactory().get(here)
    assert render("{% is_current link %}", request=request, link=link) == printed


def test_is_current_prints_nothing_without_a_request() -> None:
    assert render('{% is_current "/feed/" %}') == ""


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Amara", "AM"),
        ("Amara Okafor", "AO"),
        ("Ana Maria de la Cruz", "AC"),
        ("Jean-Luc", "JL"),
        ("tomás", "TO"),
        ("Q", "Q"),
        ("(Leila)", "LE"),
        ("…", ""),
        ("", ""),
    ],
)
def test_initials_are_two_letters_of_the_name(name: str, letters: str) -> None:
    assert ui.initials(name) == letters


def test_tone_is_the_same_for_the_same_key() -> None:
    assert [ui.tone(key) for key in ("amara", "devon", "leila", "amara")] == [
        ui.tone("amara"),
        ui.tone("devon"),
        ui.tone("leila"),
        ui.tone("amara"),
    ]


def test_tone_uses_all_five_and_no_other() -> None:
    assert {ui.tone(f"person-{number}") for number in range(100)} == {1, 2, 3, 4, 5}


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=3, minutes=50), "3 hours ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=30, hours=23), "30 days ago"),
        (timedelta(days=31), "May 3, 2025"),
        (timedelta(days=-2), "June 5, 2025"),
    ],
)
def test_ago_speaks_in_the_largest_unit_and_then_by_date(age: timedelta, words: str) -> None:
    with time_machine.travel(NOW, tick=False):
        assert ui.ago(NOW - age) == words


def test_lines_splits_a_label_from_its_explanation() -> None:
    assert ui.lines("Anonymously\nReaders cannot see who asked.") == [
        "Anonymously",
        "Readers cannot see who asked.",
    ]


def test_nested_puts_each_h3_below_its_h2() -> None:
    intro, first, detail, second = (
        {"level": 3, "id": "intro", "text": "Before it all"},
        {"level": 2, "id": "first", "text": "First"},
        {"level": 3, "id": "detail", "text": "Detail"},
        {"level": 2, "id": "second", "text": "Second"},
    )
    assert ui.nested([intro, first, detail, second]) == [(intro, []), (first, [detail]), (second, [])]


@dataclass(frozen=True)
class Row:
    """Something with a key, or somebody's progress in it."""

    pk: int = 0
    finished_at: datetime | None = None


DONE, BEGUN = Row(finished_at=NOW), Row()


@pytest.mark.parametrize(
    ("progress", "states"),
    [
        ({}, ["ahead", "ahead", "ahead"]),
        ({1: BEGUN}, ["next", "ahead", "ahead"]),
        ({3: BEGUN}, ["next", "ahead", "ahead"]),
        ({1: DONE}, ["done", "next", "ahead"]),
        ({2: DONE}, ["next", "done", "ahead"]),
        ({1: DONE, 2: DONE, 3: DONE}, ["done", "done", "done"]),
        ({9: DONE}, ["ahead", "ahead", "ahead"]),
    ],
)
def test_as_road_leads_to_the_first_unread_once_something_is_begun(
    progress: dict[int, Row], states: list[str]
) -> None:
    articles = [Row(1), Row(2), Row(3)]
    road = ui.as_road(articles, progress)
    assert road == [
        (article, state, progress.get(article.pk)) for article, state in zip(articles, states, strict=True)
    ]


def test_marked_shows_what_was_found_and_nothing_that_runs() -> None:
    assert render("{{ found|marked }}", found="a <b> \x02score\x03") == "a &lt;b&gt; <mark>score</mark>"


class RoadForm(forms.Form):
    """A form with every kind of choice."""

    stage = forms.ChoiceField(choices=[("gap", "Gap year"), ("post", "Post-bacc")], widget=forms.RadioSelect)
    roads = forms.MultipleChoiceField(
        choices=[
            ("first", "First-generation"),
            ("rural", "Rural"),
            ("Tests", [("retake", "MCAT retake")]),
            ("other", "Other"),
        ],
        widget=forms.CheckboxSelectMultiple,
    )
    shown = forms.ChoiceField(
        choices=[("no", "Anonymously")], widget=forms.RadioSelect(attrs={"data-look": "choice"})
    )
    note = forms.CharField()


def test_faulty_names_the_fields_with_errors_in_order() -> None:
    form = RoadForm({"stage": "gap", "shown": "no"})
    assert [field.name for field in ui.faulty(form)] == ["roads", "note"]


@pytest.mark.parametrize(("name", "expected"), [("stage", "check"), ("roads", "chips"), ("shown", "choice")])
def test_look_is_what_the_widget_asks_for_or_the_kind_usually_has(name: str, expected: str) -> None:
    assert ui.look(RoadForm()[name]) == expected


def test_choice_groups_keeps_loose_options_together_and_named_groups_apart() -> None:
    groups = ui.choice_groups(RoadForm()["roads"])
    assert [(name, [option["value"] for option in options]) for name, options in groups] == [
        ("", ["first", "rural"]),
        ("Tests", ["retake"]),
        ("", ["other"]),
    ]


def test_choice_groups_marks_what_is_chosen() -> None:
    form = RoadForm({"roads": ["rural"]})
    ((_, options),) = ui.choice_groups(form["roads"])[:1]
    assert [option["selected"] for option in options] == [False, True]


def test_choice_groups_needs_choices() -> None:
    with pytest.raises(TypeError, match="note has no choices"):
        ui.choice_groups(RoadForm()["note"])
