"""An answer becomes part of an article's draft, with thanks."""

from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.models import AuditEntry, User
from breakthru.lib.richtext import ARTICLE, clean
from feed.models import Answer
from feed.models.answer import Basis
from feed.models.question import Visibility
from feed.services.answers import Source
from feed.services.folding import FoldError, answer_block, fold_answer, is_folded, working_revision
from learner_series.lifecycle import RevisionState
from learner_series.models import Article, Revision
from learner_series.services.editorial import OPEN, Gate
from learner_series.services.publishing import move
from tests.factories.library import ArticleFactory, approved, draft, published
from tests.factories.people import UserFactory, experience, staff
from tests.factories.questions import QuestionFactory, answered, source

pytestmark = pytest.mark.django_db
MENTOR = "from a mentor (Third year, LSM)"

NOW = datetime(2026, 6, 3, 12, tzinfo=UTC)


@pytest.fixture
def editor() -> User:
    """An editor."""
    return staff("editor")


def asked_from(article: Article | None, **fields: Any) -> Answer:
    """An answer to a question that Joan asked from the first part of `article`."""
    place = {"anchor": "first-part", "section_title": "First part"} if article else {}
    question = QuestionFactory.create(
        title="When should I start?",
        slug="when-should-i-start",
        asker=UserFactory.create(display_name="Joan O."),
        article=article,
        revision_id=article.live_id if article else None,
        **place,
    )
    answer = answered(question, **fields)
    answer.mentor.user.display_name = "Leila"
    answer.mentor.user.save()
    answer.answered_at = NOW
    answer.save()
    return Answer.objects.for_folding().get(pk=answer.pk)


def credits_of(revision: Revision) -> list[tuple[User | None, str, str, str]]:
    return [(row.user, row.role, row.anchor, row.path) for row in revision.credits.all()]


# --- Where it goes


def test_answer_goes_into_a_new_draft_of_what_readers_see(editor: User) -> None:
    article = published()
    answer = asked_from(article)

    made = fold_answer(by=editor, answer=answer, anchor="first-part")

    assert (made.article, made.number, made.state) == (article, 2, RevisionState.DRAFT)
    assert made.created_by == editor
    words = "<p>An opening.</p>" + '<h2 id="first-part">First part</h2><p>Words.</p>' + answer_block(answer)
    assert made.html.startswith(words + '<h3 id="inner-part">')
    article.refresh_from_db()
    assert article.live is not None
    assert "<aside" not in article.live.html


def test_answer_goes_into_the_newest_revision_while_that_is_a_draft(editor: User) -> None:
    article = published()
    newest = draft(article, html="<h2>First part</h2><p>New words.</p>")
    answer = asked_from(article)

    made = fold_answer(by=editor, answer=answer, anchor="first-part")

    assert (made.pk, made.version, made.title) == (newest.pk, newest.version + 1, newest.title)
    assert made.html == newest.html + answer_block(answer)


def test_answer_does_not_bring_along_what_is_in_review(editor: User) -> None:
    article = published()
    reviewed = draft(article, html="<h2>First part</h2><p>Not yet approved.</p>")
    move(by=reviewed.created_by, revision=reviewed, target=RevisionState.IN_REVIEW, now=NOW)

    made = fold_answer(by=editor, answer=asked_from(article), anchor="first-part")

    assert made.number == 3
    assert "Not yet approved." not in made.html


def test_answer_goes_on_from_the_newest_words_of_an_article_that_nobody_can_read_now(editor: User) -> None:
    article = published()
    assert article.live is not None
    move(by=editor, revision=article.live, target=RevisionState.RETIRED, now=NOW)

    made = fold_answer(by=editor, answer=asked_from(article), anchor="first-part")

    assert (made.number, "An opening." in made.html) == (2, True)


@pytest.mark.parametrize("from_another", [True, False])
def test_answer_goes_into_another_article_when_one_is_chosen(editor: User, from_another: bool) -> None:
    chosen = published(html="<h2>Elsewhere</h2><p>Words.</p>")
    answer = asked_from(published() if from_another else None)

    made = fold_answer(by=editor, answer=answer, anchor="elsewhere", article=chosen)

    assert made.article == chosen


def test_answer_stands_before_the_footnotes_when_no_section_is_chosen(editor: User) -> None:
    notes = '<section class="footnotes" aria-label="Footnotes"><ol><li id="fn-1">Note</li></ol></section>'
    article = published(html=f'<p>Text<sup><a href="#fn-1">1</a></sup></p>{notes}')
    answer = asked_from(article)

    made = fold_answer(by=editor, answer=answer, anchor="")

    assert made.html.endswith(answer_block(answer) + notes)


@pytest.mark.parametrize(
    "gate", [Gate(is_premium=True), Gate(sections=("first-part",))], ids=["article", "section"]
)
@pytest.mark.parametrize("is_draft", [True, False])
def test_what_is_for_members_stays_so(editor: User, gate: Gate, is_draft: bool) -> None:
    article = published(gate=gate)
    if is_draft:
        draft(article, gate=gate)
    answer = asked_from(article, body="<p>A secret of members.</p>")

    made = fold_answer(by=editor, answer=answer, anchor="first-part")

    assert (made.is_premium, tuple(made.premium_sections)) == (gate.is_premium, gate.sections)
    assert "A secret of members." in made.html
    assert "A secret of members." not in made.open_html


# --- Thanks, and the log


def test_asker_and_mentor_are_credited(editor: User) -> None:
    answer = asked_from(published())

    made = fold_answer(by=editor, answer=answer, anchor="first-part")

    path = f"/feed/{answer.question_id}/when-should-i-start/"
    assert credits_of(made) == [
        (answer.question.asker, "asked", "first-part", path),
        (answer.mentor.user, "answered", "first-part", path),
    ]


def test_asker_is_credited_once_for_two_answers(editor: User) -> None:
    first = asked_from(published())
    second = answered(first.question)
    fold_answer(by=editor, answer=first, anchor="first-part")

    made = fold_answer(by=editor, answer=second, anchor="second-part")

    assert made.number == 2
    assert [(user, role, anchor) for user, role, anchor, _ in credits_of(made)] == [
        (first.question.asker, "asked", "second-part"),
        (first.mentor.user, "answered", "first-part"),
        (second.mentor.user, "answered", "second-part"),
    ]


def test_thanks_of_the_live_text_come_along(editor: User) -> None:
    article = published()
    first = asked_from(article)
    made = fold_answer(by=editor, answer=first, anchor="first-part")
    for target in (RevisionState.IN_REVIEW, RevisionState.APPROVED, RevisionState.PUBLISHED):
        by = staff("editor") if target == RevisionState.APPROVED else editor
        move(by=by, revision=made, target=target, now=NOW)

    later = fold_answer(by=editor, answer=answered(first.question), anchor="")

    assert later.number == 3
    assert first.mentor.user in [user for user, *_ in credits_of(later)]


def test_folding_stands_in_the_audit_log(editor: User) -> None:
    article = published()
    answer = asked_from(article)
    fold_answer(by=editor, answer=answer, anchor="first-part")
    row = AuditEntry.objects.get(action="answer.folded")
    assert (row.actor, row.target, row.reason) == (
        editor,
        f"feed.answer:{answer.pk}",
        f"learner_series.article:{article.pk}, revision 2",
    )


# --- What is refused


def test_an_answer_is_folded_into_one_draft_once(editor: User) -> None:
    answer = asked_from(published())
    made = fold_answer(by=editor, answer=answer, anchor="first-part")

    with pytest.raises(FoldError, match=r"^This answer is in the draft already\.$"):
        fold_answer(by=editor, answer=answer, anchor="second-part")

    again = Revision.objects.get(pk=made.pk)
    assert (again.version, again.html, len(credits_of(again))) == (made.version, made.html, 2)


def test_an_answer_that_an_editor_took_out_can_be_folded_again(editor: User) -> None:
    answer = asked_from(published())
    made = fold_answer(by=editor, answer=answer, anchor="first-part")
    made.html = made.html.replace(answer_block(answer), "")
    made.save()

    again = fold_answer(by=editor, answer=answer, anchor="second-part")

    assert is_folded(answer=answer, revision=again)
    assert [anchor for _, _, anchor, _ in credits_of(again)] == ["second-part", "second-part"]


@pytest.mark.parametrize("group", ["moderator", "coordinator", None])
def test_folding_is_for_editors(group: str | None) -> None:
    person = staff(group) if group else UserFactory.create()
    answer = asked_from(published())
    with pytest.raises(FoldError, match="Only editors"):
        fold_answer(by=person, answer=answer, anchor="")


@pytest.mark.parametrize("visibility", [Visibility.HELD, Visibility.HIDDEN])
@pytest.mark.parametrize("what", ["answer", "question"])
def test_what_not_everybody_can_see_is_not_folded(editor: User, what: str, visibility: Visibility) -> None:
    answer = asked_from(published())
    post = answer if what == "answer" else answer.question
    post.visibility = visibility
    post.save()
    # Hidden after the editor had opened the page.
    answer.visibility = answer.question.visibility = Visibility.SHOWN

    with pytest.raises(FoldError, match="Not everybody can see this answer any more"):
        fold_answer(by=editor, answer=answer, anchor="")


def test_a_question_from_nowhere_needs_an_article(editor: User) -> None:
    with pytest.raises(FoldError, match="not asked from an article"):
        fold_answer(by=editor, answer=asked_from(None), anchor="")


def test_an_article_without_words_takes_no_answer(editor: User) -> None:
    empty = ArticleFactory.create()
    with pytest.raises(FoldError, match="no words yet"):
        fold_answer(by=editor, answer=asked_from(None), anchor="", article=empty)
    assert working_revision(article=empty) is None


def test_a_section_that_is_gone_starts_no_draft(editor: User) -> None:
    article = published()
    with pytest.raises(FoldError, match="no such section any more"):
        fold_answer(by=editor, answer=asked_from(article), anchor="gone")
    assert article.revisions.count() == 1


def test_what_the_editorial_services_refuse_is_said(editor: User) -> None:
    answer = asked_from(published(), body="<p>{{ fact: unheard-of }}</p>")
    with pytest.raises(FoldError, match="no fact card “unheard-of”"):
        fold_answer(by=editor, answer=answer, anchor="first-part")


def test_folding_is_all_or_nothing(editor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    article = published()
    answer = asked_from(article)
    monkeypatch.setattr("feed.services.folding.record_action", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        fold_answer(by=editor, answer=answer, anchor="first-part")
    assert article.revisions.count() == 1


# --- What editors go on from


def test_working_revision_is_the_draft_else_the_live_one() -> None:
    article = published()
    live = article.live
    waiting = approved(article)
    assert working_revision(article=article) == live
    later = draft(article)
    assert (waiting.number, working_revision(article=article)) == (2, later)


# --- The callout


@pytest.mark.parametrize(
    ("basis", "tone", "label", "kind"),
    [
        (Basis.OFFICIAL_SOURCE, "note ok", "From the Feed", "Guidance, an official source"),
        (Basis.PATTERN, "note ok", "From the Feed", "Guidance, a pattern across many"),
        (Basis.OWN_EXPERIENCE, "note warn", f"My story, {MENTOR}", f"My story, {MENTOR}"),
        (Basis.OPINION, "note", f"Opinion, {MENTOR}", f"Opinion, {MENTOR}"),
    ],
)
def test_callout_says_first_what_the_answer_is(basis: Basis, tone: str, label: str, kind: str) -> None:
    block = answer_block(asked_from(None, basis=basis, sources=(source(),)))
    opening = f'<aside class="{tone}" aria-label="{label}"><p><strong>{kind}</strong></p>'
    assert block[: len(opening)] == opening


def test_callout_has_words_scope_sources_and_credit() -> None:
    stages = (
        experience("education_stage", "ug_year3", label="College, third year"),
        experience("road", "gap"),
    )
    body = "<p>One.</p><ul><li>Two</li></ul>"
    links = (source(), Source(title="More & more", url="https://example.org/?a=1&b=2"))
    answer = asked_from(
        None, body=body, is_for_everyone=False, scope_terms=stages, cycle_year=2027, sources=links
    )
    assert answer_block(answer) == (
        '<aside class="note warn" aria-label="My story, from a mentor (Third year, LSM)">'
        "<p><strong>My story, from a mentor (Third year, LSM)</strong></p>"
        "<p>True for: College, third year; Gap; Starting school in 2027.</p>"
        "<p>One.</p><ul><li>Two</li></ul>"
        '<p>To check: <a href="https://example.org/rule">The rule itself</a>, '
        '<a href="https://example.org/?a=1&amp;b=2">More &amp; more</a>.</p>'
        "<p>From the Feed, answered by a mentor (Third year, LSM) on June 3, 2026: "
        f'<a href="/feed/{answer.question_id}/when-should-i-start/#answer-{answer.pk}">'
        "When should I start?</a></p></aside>"
    )


def test_callout_for_everyone_needs_no_scope_and_no_sources() -> None:
    block = answer_block(asked_from(None))
    assert ("True for" in block, "To check" in block) == (False, False)


def test_callout_escapes_names_and_titles(editor: User) -> None:
    script = '"><script>alert(1)</script>'
    answer = asked_from(published(), sources=(Source(title=script, url="https://example.org/x"),))
    for person in (answer.question.asker, answer.mentor.user):
        person.display_name = script
        person.save()
    answer.question.title = script
    answer.question.save()

    made = fold_answer(by=editor, answer=answer, anchor="first-part")

    assert "<script" not in made.html
    assert "alert(1)" in made.text
    assert clean(made.html, ARTICLE).html == made.html


def test_open_is_the_gate_of_an_open_article(editor: User) -> None:
    made = fold_answer(by=editor, answer=asked_from(published()), anchor="first-part")
    assert (Gate(made.is_premium, tuple(made.premium_sections)), made.open_html) == (OPEN, made.html)
