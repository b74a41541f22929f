"""The way of a revision to readers: review, publication, retirement."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from breakthru.outbox.models import Outbox
from learner_series.lifecycle import RevisionState, can_move
from learner_series.models import Article, Revision, RevisionEvent
from learner_series.services.editorial import EditorialError, Gate, StaleRevisionError, edit_draft
from learner_series.services.publishing import index_words, move
from tests.constraints import refused_by
from tests.factories.library import ArticleFactory, approved, draft, moved, published, republished
from tests.factories.people import staff

pytestmark = pytest.mark.django_db
NOW = timezone.now()
HOUR = timedelta(hours=1)
S = RevisionState


def step(revision: Revision, *targets: RevisionState, **more: Any) -> Revision:
    """The revision after its steps, which all were taken NOW."""
    return moved(revision, *targets, now=NOW, **more)


def in_state(state: RevisionState) -> Revision:
    """A revision in `state`, put there without the service."""
    fields: dict[str, Any] = {
        "approved_by": staff("editor"),
        "approved_at": NOW,
        "published_at": NOW,
        "retired_at": NOW if state == S.RETIRED else None,
        "scheduled_for": NOW + HOUR if state == S.SCHEDULED else None,
    }
    made = draft()
    Revision.objects.filter(pk=made.pk).update(state=state, **fields)
    return Revision.objects.get(pk=made.pk)


def after(revision: Revision) -> Revision:
    return Revision.objects.get(pk=revision.pk)


# --- Steps


@pytest.mark.parametrize(("source", "target"), [pair for pair in product(S, repeat=2) if can_move(*pair)])
def test_move_takes_each_allowed_step_and_keeps_an_event(
    source: RevisionState, target: RevisionState
) -> None:
    revision, editor = in_state(source), staff("editor")
    at = NOW + HOUR if target == S.SCHEDULED else None
    moved = move(by=editor, revision=revision, target=target, now=NOW, at=at)
    event = RevisionEvent.objects.get()
    assert (moved.state, after(revision).state) == (target, target)
    assert (event.revision, event.source, event.target) == (revision, source, target)
    assert (event.by, event.at) == (editor, NOW)
    entry = AuditEntry.objects.get(action=f"revision.{target}")
    assert (entry.actor, entry.target) == (editor, f"learner_series.revision:{revision.pk}")


@pytest.mark.parametrize(("source", "target"), [pair for pair in product(S, repeat=2) if not can_move(*pair)])
def test_move_refuses_every_other_step_and_writes_nothing(
    source: RevisionState, target: RevisionState
) -> None:
    revision = in_state(source)
    message = f"A revision can't go from “{source.label}” to “{target.label}”."
    with pytest.raises(EditorialError) as caught:
        move(by=staff("editor"), revision=revision, target=target, now=NOW, at=NOW + HOUR)
    assert (str(caught.value), after(revision).state) == (message, source)
    assert RevisionEvent.objects.count() == 0


@pytest.mark.parametrize("group", ["moderator", "coordinator", "analyst"])
def test_move_is_for_editors(group: str) -> None:
    revision = draft()
    with pytest.raises(EditorialError):
        move(by=staff(group), revision=revision, target=S.IN_REVIEW, now=NOW)
    assert after(revision).state == "draft"


@pytest.mark.parametrize(("source", "target"), [pair for pair in product(S, repeat=2) if can_move(*pair)])
def test_the_clock_takes_its_two_steps_and_no_other(source: RevisionState, target: RevisionState) -> None:
    revision, late = in_state(source), NOW + 2 * HOUR
    Article.objects.update(expires_on=NOW.date() if source == S.PUBLISHED else None)
    if (source, target) in {(S.SCHEDULED, S.PUBLISHED), (S.PUBLISHED, S.RETIRED)}:
        move(by=None, revision=revision, target=target, now=late)
        assert (after(revision).state, RevisionEvent.objects.get().by) == (target, None)
        assert AuditEntry.objects.get(action=f"revision.{target}").actor is None
    else:
        with pytest.raises(EditorialError):
            move(by=None, revision=revision, target=target, now=late, at=late + HOUR)
        assert (after(revision).state, RevisionEvent.objects.count()) == (source, 0)


def test_move_judges_the_row_in_the_database_not_the_page_that_was_open() -> None:
    opened = draft()
    step(opened, S.IN_REVIEW)
    with pytest.raises(EditorialError, match="from “In review” to “In review”"):
        step(opened, S.IN_REVIEW)


# --- Review


def test_approval_keeps_who_and_when() -> None:
    revision = step(draft(), S.IN_REVIEW)
    reviewer = staff("editor")
    moved = move(by=reviewer, revision=revision, target=S.APPROVED, now=NOW)
    assert (moved.approved_by, moved.approved_at) == (reviewer, NOW)


def test_approval_by_the_author_is_refused_by_the_service() -> None:
    revision = step(draft(), S.IN_REVIEW)
    with pytest.raises(EditorialError, match=r"^Someone other than the author approves a revision\.$"):
        move(by=revision.created_by, revision=revision, target=S.APPROVED, now=NOW)
    assert (after(revision).state, after(revision).approved_by) == ("in_review", None)


def test_approval_by_the_author_is_refused_by_the_database() -> None:
    revision = draft()
    approval = {"state": S.APPROVED, "approved_at": NOW}
    Revision.objects.filter(pk=revision.pk).update(approved_by=staff("editor"), **approval)
    with refused_by("revision_approved_by_another"):
        Revision.objects.filter(pk=revision.pk).update(approved_by=revision.created_by, **approval)


def test_who_edited_a_draft_of_somebody_else_does_not_approve_it() -> None:
    revision, second = draft(), staff("editor")
    edit_draft(by=second, revision=revision, version=1, title="New", summary="So.", html="<p>All new.</p>")
    move(by=second, revision=revision, target=S.IN_REVIEW, now=NOW)
    with pytest.raises(EditorialError, match="other than the author"):
        move(by=second, revision=revision, target=S.APPROVED, now=NOW)
    assert step(revision, S.APPROVED).state == "approved"


@pytest.mark.parametrize(("text", "summary"), [("", "So."), (" \n", "So."), ("Words.", ""), ("Words.", " ")])
def test_approval_needs_words_and_a_summary(text: str, summary: str) -> None:
    revision = step(draft(), S.IN_REVIEW)
    Revision.objects.filter(pk=revision.pk).update(text=text, summary=summary)
    with pytest.raises(EditorialError, match=r"^A text needs words and a summary before it can be approved"):
        step(revision, S.APPROVED)
    assert after(revision).state == "in_review"


def test_approval_of_words_that_changed_meanwhile_is_refused() -> None:
    opened = draft()
    step(opened, S.IN_REVIEW, S.DRAFT)
    edit_draft(
        by=staff("editor"), revision=opened, version=1, title="Other", summary="So.", html="<p>Other.</p>"
    )
    step(opened, S.IN_REVIEW)
    with pytest.raises(StaleRevisionError):
        step(opened, S.APPROVED, version=1)
    assert after(opened).state == "in_review"
    assert step(opened, S.APPROVED, version=2).state == "approved"


@pytest.mark.parametrize("steps", [(S.IN_REVIEW,), (S.IN_REVIEW, S.APPROVED)], ids=["in_review", "approved"])
def test_back_to_draft_forgets_the_approval(steps: tuple[RevisionState, ...]) -> None:
    moved = step(draft(), *steps, S.DRAFT)
    assert (moved.state, moved.approved_by, moved.approved_at) == ("draft", None, None)


# --- Publication


def test_publishing_makes_the_revision_live_with_its_title_summary_and_length() -> None:
    article = ArticleFactory.create(title="Old title", summary="")
    revision = approved(article=article)
    Revision.objects.filter(pk=revision.pk).update(
        title="New title", summary="New summary", word_count=77, open_word_count=7
    )
    step(revision, S.PUBLISHED)
    article.refresh_from_db()
    assert (article.live, article.published_at, after(revision).published_at) == (revision, NOW, NOW)
    assert (article.title, article.summary) == ("New title", "New summary")
    assert (article.word_count, article.open_word_count) == (77, 7)


@pytest.mark.parametrize(
    ("gate", "expected"),
    [
        (Gate(), (False, False)),
        (Gate(is_premium=True), (True, False)),
        (Gate(sections=("x",)), (False, True)),
    ],
    ids=["open", "premium", "section"],
)
def test_publishing_tells_the_article_what_is_gated(gate: Gate, expected: tuple[bool, bool]) -> None:
    article = published(html="<p>Open.</p><h2 id='x'>Part</h2><p>Words.</p>", gate=gate)
    assert (article.is_premium, article.has_premium_sections) == expected
    again = republished(article)
    assert (again.is_premium, again.has_premium_sections) == (False, False)


def test_the_live_text_stays_until_publication() -> None:
    article = published()
    before, revision = article.live, draft(article=article, html="<p>New words.</p>")
    for target in (S.IN_REVIEW, S.APPROVED):
        step(revision, target)
        assert Article.objects.get(pk=article.pk).live == before
    step(revision, S.PUBLISHED)
    assert Article.objects.get(pk=article.pk).live == revision


def test_publishing_again_retires_the_former_and_keeps_the_first_date() -> None:
    article = published()
    former, first_date = article.live, article.published_at
    assert former is not None
    revision = step(approved(article=article), S.PUBLISHED)
    article.refresh_from_db()
    assert (after(former).state, after(former).retired_at) == ("retired", NOW)
    assert (article.live, article.published_at) == (revision, first_date)
    assert former.events.get(source=S.PUBLISHED).target == S.RETIRED


def test_publishing_an_older_revision_than_the_live_one_is_refused() -> None:
    old = approved()
    new = step(approved(old.article), S.PUBLISHED)
    with pytest.raises(EditorialError, match=r"^A newer revision is live\. To go back to these words, start"):
        step(old, S.PUBLISHED)
    assert (after(old).state, Article.objects.get(pk=old.article_id).live) == ("approved", new)


def test_publishing_over_the_head_of_an_older_scheduled_one_is_refused() -> None:
    old = step(approved(), S.SCHEDULED, at=NOW + HOUR)
    new = approved(old.article)
    with pytest.raises(
        EditorialError, match=r"^Revision 1 is scheduled and would be too old by then\. Unsch"
    ):
        step(new, S.PUBLISHED)
    assert (after(old).state, after(new).state) == ("scheduled", "approved")
    step(old, S.APPROVED)
    assert step(new, S.PUBLISHED).state == "published"


def test_publishing_before_a_newer_scheduled_one_is_open() -> None:
    old = approved()
    new = step(approved(old.article), S.SCHEDULED, at=NOW + HOUR)
    assert (step(old, S.PUBLISHED).state, after(new).state) == ("published", "scheduled")


@pytest.mark.parametrize(("days", "state"), [(-1, "approved"), (0, "approved"), (1, "published")])
def test_publishing_what_has_expired_is_refused(days: int, state: str) -> None:
    revision = approved(expires_on=NOW.date() + timedelta(days=days))
    if state == "published":
        step(revision, S.PUBLISHED)
    else:
        with pytest.raises(
            EditorialError, match=r"^Readers could not open this article any more: it has exp"
        ):
            step(revision, S.PUBLISHED)
    assert after(revision).state == state


def test_publishing_hands_the_search_for_what_goes_with_it_to_the_outbox() -> None:
    article = published()
    assert list(Outbox.objects.values_list("kind", "ref")) == [
        ("learner_series.relate_article", str(article.pk))
    ]


def _found(words: str) -> int:
    return Article.objects.search(words).count()


def test_publishing_lets_title_summary_and_words_be_found() -> None:
    published(title="Choosing schools", html="<p>Distances matter.</p>")
    assert [_found(words) for words in ("choose", "short", "distance", "elsewhere")] == [1, 1, 1, 0]


@pytest.mark.parametrize("gate", [Gate(is_premium=True), Gate(sections=("part",))], ids=["all", "section"])
def test_publishing_lets_no_gated_word_be_found(gate: Gate) -> None:
    published(html="<p>Public words.</p><h2>Part</h2><p>Secret phrase.</p>", gate=gate)
    assert [_found(words) for words in ("public", "secret", "phrase")] == [1, 0, 0]


def test_publishing_anew_forgets_the_words_that_went() -> None:
    article = published(html="<p>Former phrase.</p>")
    republished(article, html="<p>Current phrase.</p>")
    assert [_found(words) for words in ("former", "current")] == [0, 1]


def test_words_of_any_script_and_length_fit_the_index() -> None:
    article = published()
    assert article.live is not None
    # Rare characters of four bytes, in hyphenated words that are all different: more than can be indexed.
    words = (chr(0x20000 + n // 200) + chr(0x20000 + n % 200) for n in range(40_000))
    article.live.open_text = " ".join(f"{word * 3}-{word[::-1] * 3}" for word in words)
    index_words(article=article, revision=article.live)
    assert _found(article.live.open_text.split("-")[0]) == 1


# --- Retirement


def test_retiring_the_live_revision_takes_the_article_from_readers() -> None:
    article = published()
    assert article.live is not None
    step(article.live, S.RETIRED)
    article.refresh_from_db()
    assert article.live is None
    assert list(Article.objects.published()) == []


def test_retiring_a_draft_leaves_the_live_text_alone() -> None:
    article = published()
    live, moved = article.live, step(draft(article=article), S.RETIRED)
    article.refresh_from_db()
    assert (moved.state, moved.retired_at, article.live) == ("retired", NOW, live)
