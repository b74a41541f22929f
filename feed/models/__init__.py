"""Questions and answers."""

from feed.models.answer import Answer, AnswerSource
from feed.models.question import Question, QuestionEvent

__all__ = ["Answer", "AnswerSource", "Question", "QuestionEvent"]
