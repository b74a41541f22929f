"""The editorial loop: drafts, review, publication."""

from itertools import product
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from breakthru.lib.richtext import ARTICLE, CLEANER_VERSION, clean
from learner_series.lifecycle import RevisionState, can_move
from learner_series.models import Article, Revision, RevisionEvent
from learner_series.services.editorial import EditorialError, copy_to_draft, create_draft, edit_draft, move
from tests.constraints import refused_by
from tests.factories.library import ArticleFactory, draft, published
from tests.factories.people import UserFactory, staff

pytestmark = pytest.mark.django_db
NOW = timezone.now()
S = RevisionState


def _step(revision: Revision, *targets: RevisionState) -> Revision:
    """Take `revision` through `targets`, each step by a new editor."""
    for target in targets:
        revision = move(by=staff("editor"), revision=revision, target=target, now=NOW)
    return revision


# --- Drafts


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
    assert (made.word_count, made.cleaner_version) == (3, CLEANER_VERSION)
    assert (made.state, made.import_report) == ("draft", [{"what": "a macro"}])


def test_drafts_are_numbered_within_their_article() -> None:
    article = draft().article
    numbers = [draft(article=article).number, draft(article=article).number, draft().number]
    assert numbers == [2, 3, 1]


def test_create_draft_changes_nothing_that_readers_see() -> None:
    article = published()
    draft(article=article, html="<p>New words.</p>")
    again = Article.objects.get(pk=article.pk)
    assert (again.live_id, again.word_count) == (article.live_id, article.word_count)


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


def test_edit_draft_replaces_the_words_and_cleans_them() -> None:
    revision, editor = draft(), staff("editor")
    edit_draft(
        by=editor,
        revision=revision,
        title="New",
        summary="Short.",
        html="<h2>Now</h2><p onclick='x()'>Then<script>x</script></p>",
    )
    revision.refresh_from_db()
    assert (revision.title, revision.summary) == ("New", "Short.")
    assert (revision.html, revision.text) == ('<h2 id="now">Now</h2><p>Then</p>', "Now\nThen")
    assert (revision.outline, revision.word_count) == ([{"level": 2, "id": "now", "text": "Now"}], 2)


@pytest.mark.parametrize(
    "steps",
    [(S.IN_REVIEW,), (S.IN_REVIEW, S.APPROVED), (S.IN_REVIEW, S.APPROVED, S.PUBLISHED), (S.RETIRED,)],
    ids=["in_review", "approved", "published", "retired"],
)
def test_edit_draft_is_refused_once_it_is_no_draft(steps: tuple[RevisionState, ...]) -> None:
    opened_as_draft = draft()
    _step(opened_as_draft, *steps)
    with pytest.raises(EditorialError, match="This revision is not a draft any more"):
        edit_draft(by=staff("editor"), revision=opened_as_draft, title="New", summary="", html="<p>New</p>")
    opened_as_draft.refresh_from_db()
    assert opened_as_draft.title != "New"


def test_edit_draft_is_for_editors() -> None:
    with pytest.raises(EditorialError):
        edit_draft(by=UserFactory.create(), revision=draft(), title="New", summary="", html="<p>New</p>")


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
    assert (made.approved_by, made.published_at) == (None, None)


def test_copy_to_draft_is_for_editors() -> None:
    with pytest.raises(EditorialError):
        copy_to_draft(by=staff("moderator"), revision=draft())


# --- Steps


def _in_state(state: RevisionState) -> Revision:
    """A revision in `state`, put there without the service."""
    dates: dict[str, Any] = {
        "approved_by": staff("editor"),
        "approved_at": NOW,
        "published_at": NOW,
        "retired_at": NOW if state == S.RETIRED else None,
    }
    made = draft()
    Revision.objects.filter(pk=made.pk).update(state=state, **dates)
    return Revision.objects.get(pk=made.pk)


@pytest.mark.parametrize(("source", "target"), [pair for pair in product(S, repeat=2) if can_move(*pair)])
def test_move_takes_each_allowed_step_and_keeps_an_event(
    source: RevisionState, target: RevisionState
) -> None:
    revision, editor = _in_state(source), staff("editor")
    moved = move(by=editor, revision=revision, target=target, now=NOW)
    event = RevisionEvent.objects.get()
    assert (moved.state, Revision.objects.get(pk=revision.pk).state) == (target, target)
    assert (event.revision, event.source, event.target, event.by, event.at) == (
        revision,
        source,
        target,
        editor,
        NOW,
    )
    entry = AuditEntry.objects.get(action=f"revision.{target}")
    assert (entry.actor, entry.target) == (editor, f"learner_series.revision:{revision.pk}")


@pytest.mark.parametrize(("source", "target"), [pair for pair in product(S, repeat=2) if not can_move(*pair)])
def test_move_refuses_every_other_step_and_writes_nothing(
    source: RevisionState, target: RevisionState
) -> None:
    revision = _in_state(source)
    message = f"A revision can't go from “{source.label}” to “{target.label}”."
    with pytest.raises(EditorialError) as caught:
        move(by=staff("editor"), revision=revision, target=target, now=NOW)
    revision.refresh_from_db()
    assert (str(caught.value), revision.state, RevisionEvent.objects.count()) == (message, source, 0)


@pytest.mark.parametrize("group", ["moderator", "coordinator", "analyst"])
def test_move_is_for_editors(group: str) -> None:
    revision = draft()
    with pytest.raises(EditorialError):
        move(by=staff(group), revision=revision, target=S.IN_REVIEW, now=NOW)
    revision.refresh_from_db()
    assert revision.state == "draft"


def test_move_judges_the_row_in_the_database_not_the_page_that_was_open() -> None:
    opened = draft()
    _step(opened, S.IN_REVIEW)
    with pytest.raises(EditorialError, match="from “In review” to “In review”"):
        _step(opened, S.IN_REVIEW)


def test_approval_keeps_who_and_when() -> None:
    revision = _step(draft(), S.IN_REVIEW)
    reviewer = staff("editor")
    moved = move(by=reviewer, revision=revision, target=S.APPROVED, now=NOW)
    assert (moved.approved_by, moved.approved_at) == (reviewer, NOW)


def test_approval_by_the_author_is_refused_by_the_service() -> None:
    revision = _step(draft(), S.IN_REVIEW)
    with pytest.raises(EditorialError, match=r"^Someone other than the author approves a revision\.$"):
        move(by=revision.created_by, revision=revision, target=S.APPROVED, now=NOW)
    revision.refresh_from_db()
    assert (revision.state, revision.approved_by) == ("in_review", None)


def test_approval_by_the_author_is_refused_by_the_database() -> None:
    revision = draft()
    approval = {"state": S.APPROVED, "approved_at": NOW}
    Revision.objects.filter(pk=revision.pk).update(approved_by=staff("editor"), **approval)
    with refused_by("revision_approved_by_another"):
        Revision.objects.filter(pk=revision.pk).update(approved_by=revision.created_by, **approval)


@pytest.mark.parametrize("steps", [(S.IN_REVIEW,), (S.IN_REVIEW, S.APPROVED)], ids=["in_review", "approved"])
def test_back_to_draft_forgets_the_approval(steps: tuple[RevisionState, ...]) -> None:
    moved = _step(draft(), *steps, S.DRAFT)
    assert (moved.state, moved.approved_by, moved.approved_at) == ("draft", None, None)


# --- Publication


def test_publishing_makes_the_revision_live_with_its_title_summary_and_length() -> None:
    article = ArticleFactory.create(title="Old title", summary="")
    revision = draft(article=article)
    Revision.objects.filter(pk=revision.pk).update(title="New title", summary="New summary", word_count=77)
    _step(revision, S.IN_REVIEW, S.APPROVED, S.PUBLISHED)
    article.refresh_from_db()
    revision.refresh_from_db()
    assert (article.live, article.published_at, revision.published_at) == (revision, NOW, NOW)
    assert (article.title, article.summary, article.word_count) == ("New title", "New summary", 77)


def test_the_live_text_stays_until_publication() -> None:
    article = published()
    before, revision = article.live, draft(article=article, html="<p>New words.</p>")
    for target in (S.IN_REVIEW, S.APPROVED):
        _step(revision, target)
        assert Article.objects.get(pk=article.pk).live == before
    _step(revision, S.PUBLISHED)
    assert Article.objects.get(pk=article.pk).live == revision


def test_publishing_again_retires_the_former_and_keeps_the_first_date() -> None:
    article = published()
    former, first_date = article.live, article.published_at
    assert former is not None
    revision = _step(draft(article=article), S.IN_REVIEW, S.APPROVED, S.PUBLISHED)
    former.refresh_from_db()
    article.refresh_from_db()
    assert (former.state, former.retired_at) == ("retired", NOW)
    assert (article.live, article.published_at) == (revision, first_date)
    assert former.events.get(source=S.PUBLISHED).target == S.RETIRED


def test_retiring_the_live_revision_takes_the_article_from_readers() -> None:
    article = published()
    assert article.live is not None
    _step(article.live, S.RETIRED)
    article.refresh_from_db()
    assert article.live is None
    assert list(Article.objects.published()) == []


def test_retiring_a_draft_leaves_the_live_text_alone() -> None:
    article = published()
    live, moved = article.live, _step(draft(article=article), S.RETIRED)
    article.refresh_from_db()
    assert (moved.state, moved.retired_at, article.live) == ("retired", NOW, live)


def test_who_edited_a_draft_of_somebody_else_does_not_approve_it() -> None:
    revision, second = draft(), staff("editor")
    edit_draft(by=second, revision=revision, title="New", summary="", html="<p>All new.</p>")
    move(by=second, revision=revision, target=RevisionState.IN_REVIEW, now=timezone.now())
    with pytest.raises(EditorialError, match="other than the author"):
        move(by=second, revision=revision, target=RevisionState.APPROVED, now=timezone.now())
    third = move(by=staff("editor"), revision=revision, target=RevisionState.APPROVED, now=timezone.now())
    assert third.state == RevisionState.APPROVED
