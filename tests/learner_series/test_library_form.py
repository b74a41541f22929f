"""Choose what the library shows."""

from typing import Any

import pytest
from django.http import QueryDict

from accounts.models import User
from learner_series.forms.library import LibraryForm
from learner_series.models import Article
from tests.factories.library import published
from tests.factories.people import TopicFactory, UserFactory, experience
from tests.factories.reading import SavedArticleFactory

pytestmark = pytest.mark.django_db


def read(query: str) -> LibraryForm:
    """The form of an address, checked."""
    form = LibraryForm(QueryDict(query))
    form.is_valid()
    return form


def titles(query: str, user: User | None = None) -> set[str]:
    articles = read(query).apply(Article.objects.published(), user.pk if user else None)
    return {article.title for article in articles}


@pytest.fixture
def reader() -> User:
    """Somebody with a saved article, in a library of three."""
    ants, bees = (published(title=title, summary=title) for title in ("Ants", "Bees"))
    published(title="Ants and bees", summary="Both")
    ants.topics.add(TopicFactory.create(slug="insects"))
    bees.audience.add(experience("road", "parent"))
    made: User = SavedArticleFactory.create(article=ants).user
    return made


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"Ants", "Bees", "Ants and bees"}),
        ("q=ants", {"Ants", "Ants and bees"}),
        ("q=%20ants%20", {"Ants", "Ants and bees"}),
        ("topic=insects", {"Ants"}),
        ("stage=road:parent", {"Bees"}),
        ("saved=on", {"Ants"}),
        ("q=bees&topic=insects", set()),
        ("q=ants&topic=insects&saved=1", {"Ants"}),
        ("stage=road:parent&saved=1", set()),
    ],
)
def test_each_choice_narrows_what_is_shown(reader: User, query: str, expected: set[str]) -> None:
    assert titles(query, reader) == expected


def test_nothing_is_saved_by_a_visitor(reader: User) -> None:
    assert titles("saved=on") == set()
    assert titles("saved=on", UserFactory.create()) == set()


@pytest.mark.parametrize(
    "query",
    [
        "topic=gone",
        "topic=%00",
        "topic=%3Cscript%3E",
        "stage=road:gone",
        "stage=parent",
        "stage=road",
        "stage=:",
        "stage=%00:%00",
        "stage=road:%27%20OR%201",
        f"stage={'x' * 131}",
        "saved=",
        "saved=false",
        "q=",
        "q=%20",
        "q=%00",
        f"q={'x' * 201}",
        "more=1&page=2",
    ],
    ids=lambda query: query[:20],
)
def test_what_is_unknown_falls_back_to_everything(reader: User, query: str) -> None:
    assert titles(query, reader) == {"Ants", "Bees", "Ants and bees"}
    assert read(query).is_empty is True


@pytest.mark.parametrize(
    "query", ["q=ants", "topic=insects", "stage=road:parent", "saved=on", "q=%22&topic=gone"]
)
def test_a_form_with_a_choice_is_not_empty(reader: User, query: str) -> None:
    assert read(query).is_empty is False


def test_one_bad_value_leaves_the_good_ones(reader: User) -> None:
    assert titles("q=ants&topic=gone&stage=%00", reader) == {"Ants", "Ants and bees"}


@pytest.mark.parametrize(("query", "words"), [("q=%20a%20%20b%20", "a  b"), (f"q={'é' * 200}", "é" * 200)])
def test_words_are_what_was_typed_without_the_space_around(query: str, words: str) -> None:
    assert read(query).words == words


def test_the_stage_is_a_term_since_keys_repeat_across_groups() -> None:
    experience("education_stage", "on_leave")
    road = experience("road", "on_leave")
    cleaned: dict[str, Any] = read("stage=road:on_leave").cleaned_data
    assert cleaned["stage"] == road
