"""Staff page of a draft: who may read it, fact cards, and two editors at once."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from time_machine import TimeMachineFixture

from accounts.models import AuditEntry, User
from learner_series.admin.saving import NO_PICTURE
from learner_series.lifecycle import RevisionState
from learner_series.models import Credit, Revision
from learner_series.services.editorial import Gate, edit_draft
from learner_series.services.publishing import move
from tests.factories.library import FactCardFactory, draft
from tests.factories.people import UserFactory, staff
from tests.learner_series.revision_page import change_url, page_of, post, said

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
FACT = '<p>Limits.</p><aside data-fact="mcat-attempts"></aside>'


@pytest.fixture
def editor(client: Client) -> User:
    """An editor who is signed in and wrote nothing."""
    person = staff("editor", display_name="Bo")
    client.force_login(person)
    return person


def errors_of(page: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = page.context["adminform"].form.errors
    return found


def edited(revision: Revision, by: User, title: str) -> Revision:
    """Somebody else saves the draft meanwhile."""
    return edit_draft(by=by, revision=revision, version=1, title=title, summary="S", html="<p>Theirs.</p>")


# --- Who may read it ---


def test_draft_offers_its_sections_by_level(client: Client, editor: User) -> None:
    field = client.get(change_url(draft())).context["adminform"].form.fields["premium_sections"]
    assert field.choices == [
        ("first-part", "First part"),
        ("inner-part", "\u2003\u2003Inner part"),
        ("second-part", "Second part"),
    ]


def test_draft_without_headings_says_why_there_is_nothing_to_choose(client: Client, editor: User) -> None:
    page = client.get(change_url(draft(html="<p>Words.</p>"))).content.decode()
    assert "This text has no headings yet, so no single section can be chosen." in page


def test_draft_shows_the_gate_it_has(client: Client, editor: User) -> None:
    page = client.get(change_url(draft(gate=Gate(sections=("second-part",)))))
    form = page.context["adminform"].form
    assert (form["is_premium"].value(), form["premium_sections"].value()) == (False, ["second-part"])


@pytest.mark.parametrize(
    ("typed", "gate"),
    [
        ({"is_premium": "on"}, (True, [])),
        ({"premium_sections": ["first-part", "second-part"]}, (False, ["first-part", "second-part"])),
    ],
)
def test_gate_is_saved_by_its_service(
    client: Client, editor: User, typed: dict[str, Any], gate: tuple[bool, list[str]]
) -> None:
    revision = draft()
    assert said(post(client, revision, **typed)) == ["The draft is saved."]
    revision.refresh_from_db()
    assert (revision.is_premium, revision.premium_sections) == gate
    assert revision.open_word_count < revision.word_count


def test_gate_is_taken_away_again(client: Client, editor: User) -> None:
    revision = draft(gate=Gate(sections=("first-part",)))
    post(client, revision, premium_sections=[])
    assert Revision.objects.get().premium_sections == []


def test_a_section_that_is_gone_is_told_beside_the_field_and_everything_typed_stays(
    client: Client, editor: User
) -> None:
    revision = draft(gate=Gate(sections=("second-part",)))
    html = '<h2 id="new-part">New part</h2><p>Typed.</p>'
    page = post(client, revision, title="Typed title", html=html)
    message = (
        "There is no section “Second part” any more, and it was for Premium members. Please choose again."
    )
    assert errors_of(page) == {"premium_sections": [message]}
    form = page.context["adminform"].form
    assert form.fields["premium_sections"].choices == [("new-part", "New part")]
    assert (form["title"].value(), form["html"].value()) == ("Typed title", html)
    assert Revision.objects.get().version == 1


def test_an_anchor_that_never_was_is_told_by_its_name(client: Client, editor: User) -> None:
    page = post(client, draft(), premium_sections=["made-up"])
    assert "There is no section “made-up” any more" in errors_of(page)["premium_sections"][0]


def test_two_kinds_of_gate_are_told_beside_the_field(client: Client, editor: User) -> None:
    page = post(client, draft(), is_premium="on", premium_sections=["first-part"])
    message = "Choose the whole article or single sections for Premium members, not both."
    assert errors_of(page) == {"premium_sections": [message]}


@pytest.mark.parametrize(
    ("gate", "words"),
    [
        (Gate(), "Everybody reads all of it."),
        (Gate(is_premium=True), "For Premium members: The whole article. Everybody reads 5 of 11 words."),
        (
            Gate(sections=("first-part", "second-part")),
            "For Premium members: “First part” and “Second part”. Everybody reads 8 of 11 words.",
        ),
    ],
)
def test_page_of_a_revision_in_review_says_who_may_read_it(
    client: Client, editor: User, gate: Gate, words: str
) -> None:
    revision = draft(gate=gate)
    move(by=editor, revision=revision, target=RevisionState.IN_REVIEW, now=NOON)
    assert words in client.get(change_url(revision)).content.decode()


# --- Fact cards ---


def test_known_fact_card_is_used(client: Client, editor: User) -> None:
    card = FactCardFactory.create(key="mcat-attempts")
    post(client, draft(), html=FACT)
    assert [use.card_id for use in card.uses.all()] == [card.pk]


def test_unknown_fact_card_is_told_beside_the_text_and_everything_typed_stays(
    client: Client, editor: User
) -> None:
    page = post(client, draft(), html=FACT, title="Typed title")
    message = "There is no fact card “mcat-attempts”. Choose another, or add it under Fact cards first."
    assert errors_of(page) == {"html": [message]}
    form = page.context["adminform"].form
    assert (form["title"].value(), form["html"].value()) == ("Typed title", FACT)


# --- Two editors at once ---


def test_who_saves_second_loses_nothing_and_is_told(client: Client, editor: User) -> None:
    revision, other = draft(html="<p>Before.</p>"), staff("editor", display_name="Amara")
    Credit.objects.create(revision=revision, user=None, role="asked", path="/feed/1/x/")
    edited(revision, other, "Theirs")
    AuditEntry.objects.filter(action="revision.edited").update(at=NOON)
    response = post(client, revision, title="Mine", html="<p>Mine.</p>", is_premium="on")
    revision.refresh_from_db()
    made = revision.article.revisions.get(number=2)
    assert (revision.title, revision.html) == ("Theirs", "<p>Theirs.</p>")
    assert (made.title, made.html, made.is_premium, made.state) == (
        "Mine",
        "<p>Mine.</p>",
        True,
        RevisionState.DRAFT,
    )
    assert (made.created_by, made.credits.count(), response["Location"]) == (editor, 1, change_url(made))
    both = reverse("admin:learner_series_article_compare", args=[revision.article_id])
    message = (
        "Amara saved revision 1 on November 22, 2026, noon Eastern Time (17:00 UTC), after you had opened it."
        " Nothing is lost: your words are a draft of their own now, revision 2."
        f' <a href="{both}?old=1&amp;new=2" class="bt-link">Compare the two</a>'
    )
    assert said(response) == [message]
    assert LogEntry.objects.count() == 0


def test_who_saves_in_two_windows_is_told_so(client: Client, editor: User) -> None:
    revision = draft()
    edited(revision, editor, "First window")
    assert said(post(client, revision, title="Second"))[0].startswith(
        "You, in another window, saved revision 1"
    )


def test_who_saves_after_a_former_editor_is_told_of_somebody(client: Client, editor: User) -> None:
    revision = draft()
    edited(revision, staff("editor"), "Theirs")
    AuditEntry.objects.update(actor=None)
    assert said(post(client, revision, title="Mine"))[0].startswith("Somebody saved revision 1 on")


def test_a_change_that_no_log_knows_is_somebody_s(client: Client, editor: User) -> None:
    revision = draft()
    Revision.objects.update(version=2)
    message = said(post(client, revision, title="Mine"))[0]
    assert message.startswith("Somebody saved revision 1 after you had opened it.")


def test_words_typed_while_the_draft_went_to_review_become_a_draft(client: Client, editor: User) -> None:
    revision = draft()
    opened = page_of(revision)
    move(by=revision.created_by, revision=revision, target=RevisionState.IN_REVIEW, now=NOON)
    response = client.post(change_url(revision), {**opened, "title": "Too late", "_save": "1"})
    made = revision.article.revisions.get(number=2)
    assert (made.title, response["Location"]) == ("Too late", change_url(made))
    assert said(response)[0].startswith(
        "Revision 1 stopped being a draft after you had opened it. Nothing is lost"
    )


def test_words_that_come_late_with_a_fault_can_be_mended_on_the_page(client: Client, editor: User) -> None:
    revision = draft()
    opened = page_of(revision)
    move(by=revision.created_by, revision=revision, target=RevisionState.IN_REVIEW, now=NOON)
    page = client.post(change_url(revision), {**opened, "title": "", "html": "<p>Typed.</p>", "_save": "1"})
    assert list(errors_of(page)) == ["title"]
    assert 'name="_save"' in page.content.decode()


def test_a_step_is_not_taken_when_the_words_became_another_draft(client: Client, editor: User) -> None:
    revision = draft()
    edited(revision, staff("editor"), "Theirs")
    post(client, revision, "send_to_review", title="Mine")
    states = revision.article.revisions.values_list("number", "state")
    assert list(states) == [(2, RevisionState.DRAFT), (1, RevisionState.DRAFT)]


def test_a_step_of_an_old_page_makes_no_draft_of_words_that_nobody_changed(
    client: Client, editor: User
) -> None:
    revision = draft()
    edited(revision, staff("editor"), "Theirs")
    response = post(client, revision, "send_to_review")
    assert said(response) == [
        "Somebody else saved this revision after you had opened it. Here it is as it is now."
    ]
    assert [(row.number, row.state) for row in Revision.objects.all()] == [(1, RevisionState.DRAFT)]


def test_words_that_nobody_has_seen_cannot_be_approved(client: Client, editor: User) -> None:
    revision = draft()
    author = revision.created_by
    seen = move(by=author, revision=revision, target=RevisionState.IN_REVIEW, now=NOON)
    move(by=author, revision=revision, target=RevisionState.DRAFT, now=NOON)
    edited(revision, author, "Unseen")
    move(by=author, revision=revision, target=RevisionState.IN_REVIEW, now=NOON)
    response = post(client, seen, "approve")
    assert said(response) == [
        "Somebody else saved this revision after you had opened it. Here it is as it is now."
    ]
    assert response["Location"] == change_url(revision)
    assert Revision.objects.get().state == RevisionState.IN_REVIEW


def test_page_posted_without_its_version_does_nothing(client: Client, editor: User) -> None:
    revision = draft()
    fields = {name: value for name, value in page_of(revision).items() if name != "version"}
    page = client.post(change_url(revision), {**fields, "title": "Mine", "_save": "1"})
    assert list(errors_of(page)) == ["version"]
    assert Revision.objects.get().title == revision.title


def test_words_of_who_is_an_editor_no_more_are_refused(client: Client) -> None:
    revision = draft()
    client.force_login(UserFactory.create(is_staff=True))
    assert post(client, revision, title="Mine").status_code == 403


# --- Who has it open ---

PRESENCE = "admin:learner_series_revision_presence"


def test_presence_names_the_others(client: Client, editor: User) -> None:
    url, other = reverse(PRESENCE, args=[draft().pk]), Client()
    other.force_login(staff("editor", display_name="Amara"))
    assert client.post(url).json() == {"others": []}
    assert other.post(url).json() == {"others": ["Bo"]}
    assert client.post(url).json() == {"others": ["Amara"]}


def test_presence_ends_when_the_page_is_silent(
    client: Client, editor: User, time_machine: TimeMachineFixture
) -> None:
    url, other = reverse(PRESENCE, args=[draft().pk]), Client()
    other.force_login(staff("editor"))
    time_machine.move_to(NOON, tick=False)
    client.post(url)
    time_machine.shift(149)
    assert other.post(url).json() == {"others": ["Bo"]}
    time_machine.shift(2)
    assert other.post(url).json() == {"others": []}


def test_presence_is_of_drafts_only(client: Client, editor: User) -> None:
    revision, other = draft(), Client()
    url = reverse(PRESENCE, args=[revision.pk])
    other.force_login(staff("editor"))
    other.post(url)
    move(by=editor, revision=revision, target=RevisionState.IN_REVIEW, now=NOON)
    assert client.post(url).json() == {"others": []}


def test_presence_of_an_unknown_revision_is_not_found(client: Client, editor: User) -> None:
    assert client.post(reverse(PRESENCE, args=[0])).status_code == 404


def test_page_warns_of_others_and_tells_the_script_where_to_ask(client: Client, editor: User) -> None:
    revision = draft()
    for name in ("Amara", "Cleo"):
        other = Client()
        other.force_login(staff("editor", display_name=name))
        other.get(change_url(revision))
    page = client.get(change_url(revision))
    assert "Amara and Cleo have this draft open, too." in page.content.decode()
    assert f'data-presence-url="{reverse(PRESENCE, args=[revision.pk])}"' in page.content.decode()


def test_page_warns_of_one_other(client: Client, editor: User) -> None:
    revision, other = draft(), Client()
    other.force_login(staff("editor", display_name="Amara"))
    other.get(change_url(revision))
    assert "Amara has this draft open, too." in client.get(change_url(revision)).content.decode()


def test_page_without_others_warns_of_nobody(client: Client, editor: User) -> None:
    assert "open, too" not in client.get(change_url(draft())).content.decode()


# --- Pictures ---


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<p>x</p><img src="https://example.org/a.png" alt="">', [NO_PICTURE, "The draft is saved."]),
        ('<p>x</p><img src="/learn/images/a.png" alt="">', ["The draft is saved."]),
    ],
    ids=["elsewhere", "here"],
)
def test_editor_hears_of_a_picture_that_was_left_out(
    client: Client, editor: User, html: str, expected: list[str]
) -> None:
    assert said(post(client, draft(), html=html)) == expected
