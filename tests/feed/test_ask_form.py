"""The form to ask: its rules, its words, and what it keeps."""

import uuid
from typing import Any

import pytest
from django.http import QueryDict

from accounts.models.experience import Privacy
from feed.forms.ask import AskForm
from feed.services.questions import Passage
from tests.factories.library import published
from tests.factories.people import TopicFactory, experience

pytestmark = pytest.mark.django_db
TITLE = "Is one gap year enough for me?"


def _form(*, may_show_contacts: bool = True, **fields: Any) -> AskForm:
    """A form with a good title and one topic, and the named fields changed."""
    data = QueryDict(mutable=True)
    complete: dict[str, Any] = {"title": TITLE, "topics": [TopicFactory.create().slug]}
    for name, value in {**complete, **fields}.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return AskForm(data, may_show_contacts=may_show_contacts)


def test_a_title_and_a_topic_are_enough() -> None:
    form = _form()
    assert form.errors == {}
    draft = form.draft(None)
    assert (draft.title, draft.body, draft.stage, draft.roads, draft.passage) == (TITLE, "", None, (), None)
    assert len(draft.topics) == 1


@pytest.mark.parametrize(
    ("title", "message"),
    [
        ("", "This field is required."),
        ("Why though?", "Please write a whole sentence, so that mentors know what you ask."),
        ("Why" + " " * 40 + "though?", "Please write a whole sentence, so that mentors know what you ask."),
        ("x" * 141, "Ensure this value has at most 140 characters (it has 141)."),
        (
            "Is this \u202e sdrawkcab ok?",
            "There is a sign in it that nobody can see. Please type it again by hand.",
        ),
        ("Is this a null \x00 byte here?", "Null characters are not allowed."),
    ],
)
def test_title_is_refused_with_a_reason(title: str, message: str) -> None:
    assert message in _form(title=title).errors["title"]


@pytest.mark.parametrize("length", [15, 140])
def test_title_takes_its_shortest_and_longest(length: int) -> None:
    assert _form(title="x" * length).errors == {}


def test_title_loses_double_spaces_and_ends() -> None:
    form = _form(title="  Is  one gap\u00a0 year  enough?  ")
    assert form.errors == {}
    assert form.draft(None).title == "Is one gap year enough?"


def test_body_takes_plain_text_as_paragraphs() -> None:
    form = _form(body="One < two.\n\nThree.")
    assert form.errors == {}
    assert form.draft(None).body == "<p>One &lt; two.</p><p>Three.</p>"


def test_body_takes_the_editors_html_cleaned() -> None:
    form = _form(body="<p>One<script>alert(1)</script></p>")
    assert form.errors == {}
    assert form.draft(None).body == "<p>One</p>"


def test_body_of_8000_characters_fits_and_one_more_does_not() -> None:
    assert _form(body="x" * 8000).errors == {}
    assert _form(body="x" * 8001).errors == {
        "body": ["Please shorten this to 8,000 characters; it has 8,001 now."]
    }


def test_body_of_200_kb_is_refused_and_kept() -> None:
    form = _form(body="x" * 200_000)
    assert form.errors == {"body": ["Please shorten this to 8,000 characters; it has 200,000 now."]}
    assert form["body"].value() == "x" * 200_000


@pytest.mark.parametrize(("count", "fits"), [(1, True), (3, True), (4, False)])
def test_topics_are_one_to_three(count: int, fits: bool) -> None:
    form = _form(topics=[topic.slug for topic in TopicFactory.create_batch(count)])
    assert form.errors == ({} if fits else {"topics": ["Please choose 3 topics at most."]})


def test_topics_are_required() -> None:
    assert _form(topics=[]).errors == {"topics": ["Please choose at least one topic."]}


@pytest.mark.parametrize("slug", ["no-such-topic", "<script>", "\x00", "1"])
def test_topics_that_do_not_exist_are_refused(slug: str) -> None:
    assert list(_form(topics=[slug]).errors) == ["topics"]


def test_stage_and_roads_are_kept() -> None:
    stage, road = experience(), experience("road", "community_college")
    draft = _form(stage=stage.key, roads=[road.key])
    assert draft.errors == {}
    assert (draft.draft(None).stage, draft.draft(None).roads) == (stage, (road,))


@pytest.mark.parametrize("privacy", [Privacy.P2, Privacy.P3, Privacy.P4])
def test_stage_and_roads_that_are_private_are_not_offered_nor_taken(privacy: Privacy) -> None:
    stage = experience("education_stage", "on_leave", learner_privacy=privacy, label="On leave")
    road = experience("road", "quiet_road", learner_privacy=privacy, label="A quiet road")
    form = _form(stage=stage.key, roads=[road.key])
    assert list(form.errors) == ["stage", "roads"]
    assert "On leave" not in str(form["stage"])
    assert "A quiet road" not in str(form["roads"])


def test_stage_of_another_group_or_out_of_use_is_refused() -> None:
    other = experience("application_service", "amcas")
    retired = experience("education_stage", "old", retired_at="2026-01-01T00:00:00Z")
    for key in (other.key, retired.key, "no-such-stage", "<script>", "\x00"):
        assert list(_form(stage=key).errors) == ["stage"]


def test_token_is_kept_and_a_broken_one_becomes_a_new_one() -> None:
    token = uuid.uuid4()
    form, broken = _form(token=str(token)), _form(token="<script>")
    assert (form.is_valid(), broken.is_valid()) == (True, True)
    assert form.cleaned_data["token"] == token
    assert isinstance(broken.cleaned_data["token"], uuid.UUID)


def test_two_forms_have_two_tokens() -> None:
    one, other = AskForm(may_show_contacts=True), AskForm(may_show_contacts=True)
    assert one["token"].value() != other["token"].value()


def test_draft_takes_the_passage_of_the_address() -> None:
    passage, form = Passage(published(), "first-part", "First part"), _form()
    assert form.errors == {}
    assert form.draft(passage).passage == passage


# --- Contact details

EMAIL = (
    "This looks like an e-mail address. Everybody can read it here, and search engines may keep it. Please"
    " take it out, or tick “Post it as it is”."
)
UNDER_18 = (
    "This looks like an e-mail address. Please take it out: we do not show ways to reach anybody who is under"
    " 18 or has not told us their age. If it is something else, write it in another way."
)


def _offered(form: AskForm) -> int | None:
    """Where the box to post it as it is stands in the form, None for nowhere."""
    fields: list[Any] = form.helper.layout.fields
    return fields.index("as_it_is") if "as_it_is" in fields else None


@pytest.mark.parametrize(
    ("fields", "warned", "place"),
    [
        ({"body": "Write to jane@example.org."}, ["body"], 3),
        ({"body": '<p>Write <a href="mailto:jane@example.org">me</a>.</p>'}, ["body"], 3),
        ({"body": "<jane@example.org>"}, ["body"], 3),
        ({"title": "Will jane@example.org do?"}, ["title"], 2),
        ({"title": "Will <jane@example.org> do?", "body": "jane@example.org"}, ["title", "body"], 3),
    ],
)
def test_contact_details_come_back_once_with_a_box_beside_them(
    fields: dict[str, Any], warned: list[str], place: int
) -> None:
    form = _form(**fields)
    assert form.errors == {name: [EMAIL] for name in warned}
    assert _offered(form) == place
    again = _form(**fields, as_it_is="on")
    assert again.errors == {}


def test_all_kinds_that_were_found_are_named() -> None:
    (message,) = _form(body="jane@example.org, 555-234-5678, or my insta is jane").errors["body"]
    assert str(message).startswith(
        "This looks like an e-mail address, a phone number and a contact on Instagram."
    )


def test_the_box_stands_only_where_it_is_needed() -> None:
    form = _form(body="No contact at all.", as_it_is="on")
    assert (form.errors, _offered(form)) == ({}, None)


def test_a_ticked_box_stays_when_something_else_is_wrong() -> None:
    form = _form(body="jane@example.org", topics=[], as_it_is="on")
    assert (list(form.errors), _offered(form), form["as_it_is"].value()) == (["topics"], 3, True)


@pytest.mark.parametrize("ticked", [{}, {"as_it_is": "on"}])
def test_under_18_contact_details_are_taken_out_first(ticked: dict[str, Any]) -> None:
    form = _form(may_show_contacts=False, body="jane@example.org", **ticked)
    assert form.errors == {"body": [UNDER_18]}
    assert _offered(form) is None
