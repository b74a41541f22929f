"""Fold an answer of the Feed into an article, with thanks to who asked and who answered."""

from django.db import transaction
from django.utils import timezone
from django.utils.html import escape

from accounts.models import User
from accounts.services.audit import record_action
from breakthru.lib.richtext import RichTextError
from breakthru.lib.richtext.inserting import insert_at_end_of_section
from feed.models import Answer, Question
from feed.models.answer import Basis
from learner_series.models import Article, Credit, Revision
from learner_series.models.revision import CreditRole
from learner_series.permissions import can_edit_articles
from learner_series.services.editorial import EditorialError, Gate, copy_to_draft, edit_draft

FOLDED = "answer.folded"


class FoldError(ValueError):
    """The answer can't become part of the article; the text says why, for people."""


def working_revision(*, article: Article) -> Revision | None:
    """Return the revision that a fold goes on from; None for an article that never had words.

    That is the newest one while it is a draft; else what readers see, so that nothing unapproved comes
    along; else the newest.
    """
    newest = article.revisions.first()
    if newest is None or newest.is_editable:
        return newest
    return article.revisions.live().first() or newest


def is_folded(*, answer: Answer, revision: Revision) -> bool:
    """Say whether `revision` has the answer: each block leads back to the answer that it came from."""
    return f'#answer-{answer.pk}"' in revision.html


@transaction.atomic
def fold_answer(*, by: User, answer: Answer, anchor: str, article: Article | None = None) -> Revision:
    """Put a shown answer at the end of a section ("" for the whole text) of a draft, and return the draft.

    The article is the one that the question was asked from, unless `article` is another. Its newest
    revision is edited while that is a draft; otherwise a new draft starts (`working_revision`). What is for
    Premium members stays so. Raises FoldError.
    """
    if not can_edit_articles(by):
        message = "Only editors fold answers into articles."
        raise FoldError(message)
    pk = answer.question.article_id if article is None else article.pk
    if pk is None:
        message = "This question was not asked from an article. Please choose one."
        raise FoldError(message)
    # As drafts and steps do: nobody starts or sends on a draft of this article meanwhile.
    target = Article.objects.select_for_update().get(pk=pk)
    shown = Answer.objects.for_folding().select_for_update(of=("self", "question"))
    locked = shown.filter(pk=answer.pk).first()
    if locked is None:
        message = "Not everybody can see this answer any more, so it can't become part of an article."
        raise FoldError(message)
    try:
        draft = _fold(by, _draft_of(by, target), locked, anchor)
    except (EditorialError, RichTextError) as error:
        raise FoldError(str(error)) from error
    reason = f"{target._meta.label_lower}:{target.pk}, revision {draft.number}"
    record_action(by=by, action=FOLDED, target=locked, reason=reason)
    return draft


def _draft_of(by: User, article: Article) -> Revision:
    working = working_revision(article=article)
    if working is None:
        message = "This article has no words yet."
        raise FoldError(message)
    locked = Revision.objects.select_for_update().get(pk=working.pk)
    return locked if locked.is_editable else copy_to_draft(by=by, revision=locked)


def _fold(by: User, draft: Revision, answer: Answer, anchor: str) -> Revision:
    if is_folded(answer=answer, revision=draft):
        message = "This answer is in the draft already."
        raise FoldError(message)
    edited = edit_draft(
        by=by,
        revision=draft,
        version=draft.version,
        title=draft.title,
        summary=draft.summary,
        html=insert_at_end_of_section(draft.html, anchor, answer_block(answer)),
        gate=Gate(draft.is_premium, tuple(draft.premium_sections)),
    )
    _credit_both(edited, answer, anchor)
    return edited


def _credit_both(revision: Revision, answer: Answer, anchor: str) -> None:
    givers = {CreditRole.ASKED: answer.question.asker, CreditRole.ANSWERED: answer.mentor.user}
    path = answer.question.get_absolute_url()
    # The asker of several answers stands there already.
    Credit.objects.bulk_create(
        [
            Credit(revision=revision, user=user, role=role, anchor=anchor, path=path)
            for role, user in givers.items()
        ],
        update_conflicts=True,
        unique_fields=["revision", "user", "role", "path"],
        update_fields=["anchor"],
    )


def answer_block(answer: Answer) -> str:
    """Return the callout that stands in the article: what it is, for whom, the words, the sources, whose."""
    label, kind, tone = _named(answer)
    parts = [
        # In words, too: a label is not shown everywhere that a text goes.
        f"<p><strong>{escape(kind)}</strong></p>",
        _scope(answer),
        # Cleaned at write; a post's tags are a part of an article's.
        answer.body_html,
        _sources(answer),
        _credit(answer, answer.question),
    ]
    return f'<aside class="{tone}" aria-label="{escape(label)}">{"".join(parts)}</aside>'


def _named(answer: Answer) -> tuple[str, str, str]:
    """Return the label of the callout, its first words, and its tone: a story never looks like guidance."""
    # No names in the words: the credits carry them, and forget who leaves.
    mentor = f"a mentor ({answer.written_as})"
    if answer.is_story:
        return f"My story, from {mentor}", f"My story, from {mentor}", "note warn"
    if answer.is_guidance:
        kind = "an official source" if answer.basis == Basis.OFFICIAL_SOURCE else "a pattern across many"
        return "From the Feed", f"Guidance, {kind}", "note ok"
    return f"Opinion, from {mentor}", f"Opinion, from {mentor}", "note"


def _scope(answer: Answer) -> str:
    terms = [term.label for term in answer.scope_terms.all()]
    if answer.cycle_year is not None:
        terms.append(f"Starting school in {answer.cycle_year}")
    return f"<p>True for: {escape('; '.join(terms))}.</p>" if terms else ""


def _sources(answer: Answer) -> str:
    links = [f'<a href="{escape(source.url)}">{escape(source.title)}</a>' for source in answer.sources.all()]
    return f"<p>To check: {', '.join(links)}.</p>" if links else ""


def _credit(answer: Answer, question: Question) -> str:
    day = f"{timezone.localtime(answer.answered_at):%B %-d, %Y}"
    return (
        f"<p>From the Feed, answered by a mentor ({escape(answer.written_as)}) on {day}:"
        f' <a href="{escape(answer.get_absolute_url())}">{escape(question.title)}</a></p>'
    )
