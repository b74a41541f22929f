"""The demo's questions and answers."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from accounts.models import Experience, Topic, User
from breakthru.demo.reading import table
from breakthru.lib.richtext import from_plain_text
from breakthru.outbox.services import settle
from feed.models import Question
from feed.models.answer import Basis
from feed.services.answers import AnswerDraft, Source, answer_question
from feed.services.questions import Passage, QuestionDraft, ask_question
from learner_series.models import Article


def load_questions(people: dict[str, User], now: datetime) -> None:
    """Ask and answer everything in questions.toml, oldest first, at the times it names."""
    rows = sorted(table("questions", "questions"), key=lambda row: row["days_ago"], reverse=True)
    for row in rows:
        asked_at = now - timedelta(days=row["days_ago"], minutes=len(row["title"]))
        question = ask_question(
            by=people[row["asker"]], token=uuid.uuid4(), draft=_question(row), now=asked_at
        )
        for answer in sorted(row.get("answers", []), key=lambda entry: float(entry["hours_after"])):
            answered_at = min(asked_at + timedelta(hours=answer["hours_after"]), now)
            _answer(people[answer["mentor"]], question, answer, answered_at)
    # These answers are days old: nobody gets a mail about them now.
    settle("accounts.mail_notification")


def _terms(group: str, keys: list[str]) -> tuple[Experience, ...]:
    return tuple(Experience.objects.for_group(group).filter(key__in=keys))


def _question(row: dict[str, Any]) -> QuestionDraft:
    return QuestionDraft(
        title=row["title"],
        body=from_plain_text(row["body"].strip()),
        topics=tuple(Topic.objects.filter(slug__in=row["topics"])),
        stage=next(iter(_terms("education_stage", [row.get("stage", "")])), None),
        roads=_terms("road", row.get("roads", [])),
        passage=_passage(row["passage"]) if "passage" in row else None,
    )


def _passage(row: dict[str, str]) -> Passage:
    article = Article.objects.published().with_outline().get(slug=row["article"])
    headings = article.live.headings if article.live else ()
    heading = next(heading for heading in headings if heading.text == row["section"])
    return Passage(article, heading.id, heading.text)


def _answer(mentor: User, question: Question, row: dict[str, Any], at: datetime) -> None:
    scope = row.get("scope", {})
    chosen = (
        *_terms("education_stage", scope.get("stages", [])),
        *_terms("road", scope.get("roads", [])),
        *_terms("application_service", scope.get("services", [])),
    )
    draft = AnswerDraft(
        body=from_plain_text(row["body"].strip()),
        basis=Basis(row["basis"]),
        is_for_everyone=not chosen,
        scope_terms=chosen,
        cycle_year=scope.get("cycle_year"),
        sources=tuple(Source(title=source["title"], url=source["url"]) for source in row.get("sources", [])),
    )
    answer_question(by=mentor, token=uuid.uuid4(), question=question, draft=draft, now=at)
