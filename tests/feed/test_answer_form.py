"""The form to answer: its rules, its words, and what it keeps."""

from datetime import date
from typing import Any

import pytest
from django.http import QueryDict

from accounts.models.experience import Privacy
from feed.forms.answer import AnswerForm
from feed.models.answer import Basis
from feed.services.answers import Source
from tests.factories.people import experience

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
URL = "https://example.org/rule"


def _form(**fields: Any) -> AnswerForm:
    """A complete story for everyone, with the named fields changed; None leaves a field out."""
    complete: dict[str, Any] = {"body": "It worked.", "basis": "own_experience", "is_for_everyone": "on"}
    data = QueryDict(mutable=True)
    for name, value in {**complete, **fields}.items():
        if value is not None:
            data.setlist(name, value if isinstance(value, list) else [value])
    return AnswerForm(data, today=TODAY, may_show_contacts=True)


def test_a_story_for_everyone_is_complete() -> None:
    form = _form()
    assert form.errors == {}
    draft = form.draft()
    assert (draft.body, draft.basis, draft.is_for_everyone) == (
        "<p>It worked.</p>",
        Basis.OWN_EXPERIENCE,
        True,
    )
    assert (draft.scope_terms, draft.cycle_year, draft.sources) == ((), None, ())


@pytest.mark.parametrize(
    "body", [None, "", "   ", "<p><br></p>", "<p>&nbsp;\u200b</p>", "<p><script>x</script></p>"]
)
def test_body_that_says_nothing_is_refused(body: str | None) -> None:
    assert _form(body=body).errors == {"body": ["Please write a few sentences. A short answer is fine."]}


def test_body_of_200_kb_is_refused_and_kept() -> None:
    form = _form(body="x" * 200_000)
    assert form.errors == {"body": ["Please shorten this to 8,000 characters; it has 200,000 now."]}
    assert form["body"].value() == "x" * 200_000


def test_all_four_bases_are_offered() -> None:
    field = AnswerForm(today=TODAY, may_show_contacts=True).fields["basis"]
    assert [value for value, _ in field.choices] == list(Basis)  # type: ignore[attr-defined]


def test_basis_is_required_and_must_be_one_of_four() -> None:
    assert _form(basis=None).errors == {"basis": ["Please choose what your answer rests on."]}
    assert list(_form(basis="<script>").errors) == ["basis"]


# --- Scope


def test_scope_of_stages_roads_and_services_is_kept_in_that_order() -> None:
    stage, road = experience(), experience("road", "reapplicant")
    service = experience("application_service", "amcas")
    form = _form(is_for_everyone=None, stages=[stage.key], roads=[road.key], services=[service.key])
    assert form.errors == {}
    assert form.draft().scope_terms == (stage, road, service)


def test_scope_must_be_said() -> None:
    message = "Please say for whom this is true: choose stages, roads or a service, or “everyone”."
    assert _form(is_for_everyone=None).errors == {"is_for_everyone": [message]}
    assert _form(stages=[experience().key]).errors == {"is_for_everyone": [message]}


@pytest.mark.parametrize(
    ("field", "group"),
    [("stages", "education_stage"), ("roads", "road"), ("services", "application_service")],
)
@pytest.mark.parametrize("privacy", [Privacy.P2, Privacy.P3, Privacy.P4])
def test_scope_terms_that_are_private_are_refused(field: str, group: str, privacy: Privacy) -> None:
    term = experience(group, "private_one", learner_privacy=privacy)
    assert list(_form(is_for_everyone=None, **{field: [term.key]}).errors) == [field]


@pytest.mark.parametrize("field", ["stages", "roads", "services"])
@pytest.mark.parametrize("key", ["no-such-term", "<script>", "\x00"])
def test_scope_terms_that_do_not_exist_are_refused(field: str, key: str) -> None:
    assert list(_form(is_for_everyone=None, **{field: [key]}).errors) == [field]


@pytest.mark.parametrize(("typed", "expected"), [("", None), ("2026", 2026), ("2029", 2029)])
def test_cycle_year_is_none_or_one_of_the_next_four(typed: str, expected: int | None) -> None:
    form = _form(cycle_year=typed)
    assert form.errors == {}
    assert form.draft().cycle_year == expected


@pytest.mark.parametrize("typed", ["2025", "2030", "next", "<script>"])
def test_cycle_year_of_another_time_is_refused(typed: str) -> None:
    assert list(_form(cycle_year=typed).errors) == ["cycle_year"]


# --- Sources


def test_official_source_needs_one_link() -> None:
    message = "An answer from an official source needs at least one link to it."
    assert _form(basis="official_source").errors == {"source_1_url": [message]}
    assert _form(basis="official_source", source_2_url=URL).errors == {}


def test_sources_without_a_title_are_called_by_their_address() -> None:
    form = _form(source_1_title="The rule", source_1_url=URL, source_3_url="example.org/other")
    assert form.errors == {}
    assert form.draft().sources == (
        Source("The rule", URL),
        Source("https://example.org/other", "https://example.org/other"),
    )


def test_long_address_without_a_title_is_shortened_in_its_title_only() -> None:
    url = "https://example.org/" + "a" * 400
    form = _form(source_1_url=url)
    assert form.errors == {}
    assert [(len(source.title), source.url) for source in form.draft().sources] == [(160, url)]


def test_source_title_without_an_address_is_asked_for_it() -> None:
    form = _form(source_2_title="The rule")
    assert form.errors == {"source_2_url": ["Please add the web address, or empty the title."]}


def test_source_with_a_broken_address_has_one_message() -> None:
    form = _form(source_1_title="The rule", source_1_url="not an address")
    assert form.errors == {"source_1_url": ["Enter a valid URL."]}


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.org/rule",
        "ftps://example.org/rule",
        "https://known.example@elsewhere.example/",
        "https://example.org/\x00",
        "https://example.org/" + "a" * 500,
    ],
)
def test_source_addresses_that_are_no_open_web_page_are_refused(url: str) -> None:
    assert list(_form(source_1_url=url).errors) == ["source_1_url"]


def test_source_title_takes_no_invisible_sign() -> None:
    form = _form(source_1_title="The\u202erule", source_1_url=URL)
    assert form.errors == {
        "source_1_title": ["There is a sign in it that nobody can see. Please type it again by hand."]
    }


def test_source_title_may_hold_a_less_than_sign() -> None:
    assert _form(source_1_title="Scores < 500", source_1_url=URL).errors == {}


# --- Contact details


@pytest.mark.parametrize(
    ("field", "value", "place"),
    [
        ("body", "Call 555-234-5678.", 2),
        ("source_1_title", "Ask @jane_doe", 5),
        ("source_2_url", "https://www.instagram.com/jane/", 5),
    ],
)
def test_contact_details_come_back_once_with_a_box_to_keep_them(field: str, value: str, place: int) -> None:
    fields = {"source_1_url": URL, field: value}
    form = _form(**fields)
    assert list(form.errors) == [field]
    assert form.helper.layout.fields.index("as_it_is") == place
    kept = _form(**fields, as_it_is="on")
    assert kept.errors == {}


def test_page_of_an_official_source_is_no_contact() -> None:
    form = _form(basis="official_source", source_1_url="https://students-residents.aamc.org/5551234567/faq")
    assert form.errors == {}
