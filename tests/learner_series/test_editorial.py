"""The words of articles: drafts, edits, copies."""

from typing import Any

import pytest

from accounts.models import AuditEntry
from breakthru.lib.richtext import ARTICLE, CLEANER_VERSION, clean
from learner_series.lifecycle import RevisionState
from learner_series.models import Article, Credit, FactUse, Revision
from learner_series.models.revision import CreditRole
from learner_series.services.editorial import (
    OPEN,
    OPENING_WORDS,
    EditorialError,
    Gate,
    StaleRevisionError,
    closed_like,
    copy_to_draft,
    create_draft,
    edit_draft,
    gate_of,
)
from tests.factories.library import ArticleFactory, FactCardFactory, approved, draft, picture, published
from tests.factories.people import UserFactory, staff

pytestmark = pytest.mark.django_db
S = RevisionState


def edited(revision: Revision, **fields: Any) -> Revision:
    """The draft after an editor saved it as it was opened."""
    complete: dict[str, Any] = {
        "by": staff("editor"),
        "version": revision.version,
        "title": "New",
        "summary": "Short.",
        "html": "<p>New words.</p>",
    }
    edit_draft(revision=revision, **{**complete, **fields})
    return Revision.objects.get(pk=revision.pk)


def retired() -> Revision:
    revision = draft()
    Revision.objects.filter(pk=revision.pk).update(state=S.RETIRED, retired_at=revision.created_at)
    return revision


# --- Drafts


def test_title_and_summary_are_lines_that_every_reader_can_see() -> None:
    revision = edited(draft(), title=" A\x0bnew \u202e title ", summary="In\r\n\x00 short.\u200b")
    assert (revision.title, revision.summary) == ("Anew title", "In short.")


def test_create_draft_keeps_words_outline_and_report() -> None:
    editor, article = staff("editor"), ArticleFactory.create()
    made = create_draft(
        by=editor,
        article=article,
        title="Why",
        summary="So.",
        cleaned=clean("<h2>One</h2><p>two three</p>", ARTICLE),
        report=[{"what": "a macro"}],
    )
    made.refresh_from_db()
    assert (made.article, made.title, made.summary, made.created_by) == (article, "Why", "So.", editor)
    assert (made.html, made.text) == ('<h2 id="one">One</h2><p>two three</p>', "One\ntwo three")
    assert made.outline == [{"level": 2, "id": "one", "text": "One"}]
    assert (made.word_count, made.cleaner_version, made.version) == (3, CLEANER_VERSION, 1)
    assert (made.state, made.import_report) == ("draft", [{"what": "a macro"}])


def test_drafts_are_numbered_within_their_article() -> None:
    article = draft().article
    numbers = [draft(article=article).number, draft(article=article).number, draft().number]
    assert numbers == [2, 3, 1]


def test_create_draft_changes_nothing_that_readers_see() -> None:
    article = published()
    draft(article=article, html="<p>New words.</p>", gate=Gate(is_premium=True))
    again = Article.objects.get(pk=article.pk)
    assert (again.live_id, again.word_count, again.is_gated) == (article.live_id, article.word_count, False)


def test_create_draft_is_told_to_the_audit_log() -> None:
    made = draft()
    entry = AuditEntry.objects.get(action="revision.created")
    assert (entry.actor, entry.target) == (made.created_by, f"learner_series.revision:{made.pk}")


@pytest.mark.parametrize("group", ["moderator", "coordinator"])
def test_create_draft_is_for_editors(group: str) -> None:
    with pytest.raises(EditorialError, match=r"^Only editors write drafts\.$"):
        create_draft(
            by=staff(group),
            article=ArticleFactory.create(),
            title="Why",
            summary="",
            cleaned=clean("<p>x</p>", ARTICLE),
            report=[],
        )
    assert Revision.objects.count() == 0


# --- Edits


def test_edit_draft_replaces_the_words_and_cleans_them() -> None:
    html = "<h2>Now</h2><p onclick='x()'>Then<script>x</script></p>"
    revision = edited(draft(), html=html)
    assert (revision.title, revision.summary) == ("New", "Short.")
    assert (revision.html, revision.text) == ('<h2 id="now">Now</h2><p>Then</p>', "Now\nThen")
    assert (revision.outline, revision.word_count) == ([{"level": 2, "id": "now", "text": "Now"}], 2)


def test_edit_draft_counts_the_edits() -> None:
    first = edited(draft())
    assert (first.version, edited(first).version) == (2, 3)


@pytest.mark.parametrize("state", ["in_review", "approved", "published", "retired"])
def test_edit_draft_is_refused_once_it_is_no_draft(state: str) -> None:
    revision = {"published": lambda: published().live, "retired": retired}.get(state, approved)()
    assert revision is not None
    if state == "in_review":
        Revision.objects.filter(pk=revision.pk).update(state=state)
    with pytest.raises(EditorialError, match=r"^This revision is not a draft any more\. Start a new draft"):
        edited(revision)
    assert Revision.objects.get(pk=revision.pk).html == revision.html


def test_edit_draft_is_for_editors() -> None:
    with pytest.raises(EditorialError):
        edited(draft(), by=UserFactory.create())


def test_the_second_of_two_who_save_at_once_is_told_and_changes_nothing() -> None:
    opened = draft()
    edited(opened, title="Hers", html="<p>Her words.</p>")
    with pytest.raises(StaleRevisionError, match=r"^Somebody else saved this revision after you had opened"):
        edited(opened, title="His", html="<p>His words.</p>")
    opened.refresh_from_db()
    assert (opened.title, opened.html, opened.version) == ("Hers", "<p>Her words.</p>", 2)
    assert AuditEntry.objects.filter(action="revision.edited").count() == 1


# --- Gates

SECTIONS = (
    "<p>Hello there.</p><h2>First</h2><p>For all.</p><h2>Locked</h2><p>For members.</p>"
    "<h3>Deep</h3><p>Deeper.</p><h2>End</h2><p>Bye.</p>"
)


def test_an_open_text_is_open_as_a_whole() -> None:
    made = draft(html=SECTIONS)
    assert (made.open_html, made.open_text, made.open_word_count) == (made.html, made.text, made.word_count)
    assert (made.is_premium, made.premium_sections, made.is_gated) == (False, [], False)


def test_of_a_premium_text_its_opening_is_open() -> None:
    paragraphs = "".join(f"<p>{f'word{n} ' * 60}</p>" for n in range(20))
    made = draft(html=paragraphs, gate=Gate(is_premium=True))
    assert (made.word_count, made.open_word_count) == (1200, OPENING_WORDS)
    assert made.html.startswith(made.open_html)
    assert ("word2" in made.open_text, "word3" in made.open_text) == (True, False)
    assert (made.is_premium, made.is_gated) == (True, True)


def test_of_a_text_with_a_premium_section_everything_else_is_open() -> None:
    made = draft(html=SECTIONS, gate=Gate(sections=("locked",)))
    assert made.open_text == "Hello there.\nFirst\nFor all.\nLocked\nDeep\nEnd\nBye."
    assert (made.open_word_count, made.word_count) == (9, 12)
    assert "For members." in made.html
    assert (made.is_premium, made.premium_sections, made.is_gated) == (False, ["locked"], True)
    assert [heading.id for heading in made.headings] == ["first", "locked", "deep", "end"]


def test_edit_draft_changes_the_gate_with_the_words() -> None:
    revision = edited(draft(html=SECTIONS), html=SECTIONS, gate=Gate(sections=("end",)))
    assert (revision.premium_sections, "Bye." in revision.open_text) == (["end"], False)
    revision = edited(revision, html=SECTIONS, gate=OPEN)
    assert (revision.premium_sections, revision.open_html) == ([], revision.html)


@pytest.mark.parametrize("gate", [Gate(is_premium=True), Gate(sections=("locked",)), OPEN])
def test_edit_draft_that_says_nothing_of_the_gate_leaves_it_as_it_is(gate: Gate) -> None:
    revision = edited(draft(html=SECTIONS, gate=gate), html=f"{SECTIONS}<p>And more.</p>")
    assert (gate_of(revision), "And more." in revision.html) == (gate, True)
    assert ("For members." in revision.open_html) is (gate == OPEN)


def test_a_premium_section_that_was_renamed_is_refused_and_nothing_changes() -> None:
    revision = draft(html=SECTIONS, gate=Gate(sections=("locked",)))
    with pytest.raises(EditorialError) as caught:
        edited(revision, html=SECTIONS.replace("Locked", "Closed"), gate=Gate(sections=("locked",)))
    assert str(caught.value) == (
        "There is no section “locked” any more, and it was for Premium members."
        " Please choose its section again."
    )
    again = Revision.objects.get(pk=revision.pk)
    assert (again.html, again.open_html, again.version) == (revision.html, revision.open_html, 1)


def test_a_whole_article_and_single_sections_are_not_gated_together() -> None:
    with pytest.raises(EditorialError, match=r"^Choose the whole article or single sections .*, not both\.$"):
        draft(html=SECTIONS, gate=Gate(is_premium=True, sections=("locked",)))
    assert Revision.objects.count() == 0


@pytest.mark.parametrize(
    ("gate", "other", "expected"),
    [
        (OPEN, OPEN, OPEN),
        (Gate(is_premium=True), OPEN, Gate(is_premium=True)),
        (OPEN, Gate(is_premium=True), Gate(is_premium=True)),
        (Gate(sections=("end",)), Gate(is_premium=True), Gate(is_premium=True)),
        (Gate(is_premium=True), Gate(sections=("locked",)), Gate(is_premium=True)),
        (OPEN, Gate(sections=("locked",)), Gate(sections=("locked",))),
        (Gate(sections=("end",)), Gate(sections=("locked", "end")), Gate(sections=("end", "locked"))),
    ],
)
def test_closed_like_is_at_least_as_close_as_both(gate: Gate, other: Gate, expected: Gate) -> None:
    assert closed_like(gate=gate, other=other, cleaned=clean(SECTIONS, ARTICLE)) == (expected, [])


def test_closed_like_closes_all_and_says_so_when_a_section_has_another_name() -> None:
    other = Gate(sections=("locked", "closed", "gone"))
    gate, report = closed_like(gate=OPEN, other=other, cleaned=clean(SECTIONS, ARTICLE))
    assert gate == Gate(is_premium=True)
    assert [(entry.count, entry.example) for entry in report] == [(2, "closed, gone")]


# --- Facts and pictures


def _shown(revision: Revision) -> list[str]:
    return sorted(revision.facts.values_list("card__key", flat=True))


def test_a_draft_remembers_the_facts_it_shows_each_once() -> None:
    for key in ("attempts", "fees", "unused"):
        FactCardFactory.create(key=key)
    made = draft(html="<p>{{fact:attempts}}</p><p>And</p><p>{{fact:fees}}</p><p>{{fact:attempts}}</p>")
    assert _shown(made) == ["attempts", "fees"]
    assert 'data-fact="attempts"' in made.html


def test_an_edit_replaces_the_facts_it_shows() -> None:
    for key in ("attempts", "fees"):
        FactCardFactory.create(key=key)
    revision = edited(draft(html="<p>{{fact:attempts}}</p>"), html="<p>{{fact:fees}}</p>")
    assert _shown(revision) == ["fees"]
    assert _shown(edited(revision)) == []


def test_a_fact_card_that_is_not_there_is_refused_and_nothing_changes() -> None:
    revision = draft()
    with pytest.raises(EditorialError, match=r"^There is no fact card “fees”\.$"):
        edited(revision, html="<p>{{fact:fees}}</p>")
    again = Revision.objects.get(pk=revision.pk)
    assert (again.html, again.version, FactUse.objects.count()) == (revision.html, 1, 0)


def _pictured(*names: str) -> str:
    return "".join(f'<figure><img src="/learn/images/{name}" alt="Roads"></figure>' for name in names)


def _uses(revision: Revision) -> list[tuple[str, bool]]:
    return sorted(revision.images.values_list("image", "is_open"))


def test_a_draft_remembers_its_pictures_and_which_of_them_are_open() -> None:
    picture("a.webp")
    picture("b.webp")
    html = f"<p>Hi.</p>{_pictured('a.webp')}<h2>Locked</h2><p>Hm.</p>{_pictured('b.webp', 'gone.webp')}"
    made = draft(html=html, gate=Gate(sections=("locked",)))
    assert _uses(made) == [("a.webp", True), ("b.webp", False)]


def test_a_picture_inside_and_outside_the_gate_is_open() -> None:
    picture("a.webp")
    html = f"<p>Hi.</p>{_pictured('a.webp')}<h2>Locked</h2>{_pictured('a.webp')}"
    assert _uses(draft(html=html, gate=Gate(sections=("locked",)))) == [("a.webp", True)]


def test_an_edit_replaces_the_pictures() -> None:
    picture("a.webp")
    picture("b.webp")
    revision = edited(draft(html=_pictured("a.webp")), html=_pictured("b.webp"))
    assert _uses(revision) == [("b.webp", True)]


# --- Copies


def test_copy_to_draft_starts_anew_with_the_same_words() -> None:
    live = published().live
    assert live is not None
    editor = staff("editor")
    made = copy_to_draft(by=editor, revision=live)
    assert (made.number, made.state, made.created_by, made.import_report) == (2, "draft", editor, [])
    assert (made.title, made.summary, made.html, made.outline) == (
        live.title,
        live.summary,
        live.html,
        live.outline,
    )
    assert (made.approved_by, made.published_at, made.version) == (None, None, 1)


@pytest.mark.parametrize("gate", [Gate(is_premium=True), Gate(sections=("locked",))], ids=["all", "section"])
def test_copy_to_draft_keeps_the_gate(gate: Gate) -> None:
    source = draft(html=SECTIONS, gate=gate)
    made = copy_to_draft(by=staff("editor"), revision=source)
    assert gate_of(made) == gate
    assert made.open_html == source.open_html != made.html


def test_copy_to_draft_keeps_facts_pictures_and_those_who_gave_to_it() -> None:
    FactCardFactory.create(key="fees")
    picture("a.webp")
    source, asker = draft(html=f"<p>{{{{fact:fees}}}}</p>{_pictured('a.webp')}"), UserFactory.create()
    Credit.objects.create(
        revision=source, user=asker, role=CreditRole.ASKED, anchor="first-part", path="/feed/1/why/"
    )
    made = copy_to_draft(by=staff("editor"), revision=source)
    assert (_shown(made), _uses(made)) == (["fees"], [("a.webp", True)])
    assert list(made.credits.values_list("user", "role", "anchor", "path")) == [
        (asker.pk, "asked", "first-part", "/feed/1/why/")
    ]
    assert source.credits.count() == 1


def test_copy_to_draft_is_for_editors() -> None:
    with pytest.raises(EditorialError):
        copy_to_draft(by=staff("moderator"), revision=draft())
