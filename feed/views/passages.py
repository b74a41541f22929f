"""What the Feed knows of an article's sections, for the page of the article."""

from collections.abc import Mapping, Sequence

from accounts.models import User
from breakthru.lib.richtext import nearest_heading
from feed.models import Question
from learner_series.models import Article, Revision

# More than anybody reads beside a text; the Feed has them all.
SHOWN = 60


def questions_by_anchor(
    article: Article, revision: Revision, user: User | None
) -> Mapping[str, Sequence[Question]]:
    """Return the answered questions that `user` meets by the anchor of their section, '' for the whole.

    A question whose section is gone stands at the nearest heading that is left; two queries at most.
    """
    headings = revision.headings
    known = {heading.id for heading in headings} | {""}
    questions = list(Question.objects.answered_at(article, user)[:SHOWN])
    lost = {
        row.revision_id for row in questions if row.anchor and row.anchor not in known and row.revision_id
    }
    former = Revision.objects.only("outline").in_bulk(lost) if lost else {}
    found: dict[str, list[Question]] = {}
    for question in questions:
        old = former.get(question.revision_id or 0)
        anchor = question.anchor
        if anchor not in known:
            place = nearest_heading(old.headings, anchor, headings) if old else None
            anchor = place.id if place else ""
        found.setdefault(anchor, []).append(question)
    return found
