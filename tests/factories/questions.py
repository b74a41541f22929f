"""Questions and answers."""

import uuid
from typing import Any

import factory
from django.utils import timezone

from feed.models import Answer, Question
from feed.models.answer import Basis
from feed.services.answers import AnswerDraft, Source, answer_question
from tests.factories.people import MentorFactory, UserFactory


class QuestionFactory(factory.django.DjangoModelFactory[Question]):
    """An open question that everybody can see."""

    class Meta:
        model = Question

    asker = factory.SubFactory(UserFactory)
    title = factory.Sequence(lambda n: f"Is this question number {n}?")
    slug = factory.Sequence(lambda n: f"is-this-question-number-{n}")


def answer_draft(**fields: Any) -> AnswerDraft:
    """A complete draft: a story for everyone."""
    complete: dict[str, Any] = {
        "body": "<p>It worked for me.</p>",
        "basis": Basis.OWN_EXPERIENCE,
        "is_for_everyone": True,
        "scope_terms": (),
        "cycle_year": None,
        "sources": (),
    }
    return AnswerDraft(**{**complete, **fields})


def source() -> Source:
    """A page a reader can check."""
    return Source(title="The rule itself", url="https://example.org/rule")


def answered(question: Question | None = None, **fields: Any) -> Answer:
    """An answer by a new verified mentor, made through the service."""
    target: Question = question or QuestionFactory.create()
    mentor = MentorFactory.create()
    return answer_question(
        by=mentor.user, token=uuid.uuid4(), question=target, draft=answer_draft(**fields), now=timezone.now()
    )
