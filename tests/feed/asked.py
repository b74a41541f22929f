"""Questions asked at articles, and the addresses of the staff pages about them."""

from typing import Any

from django.urls import reverse

from feed.admin.sections import section_url
from feed.models import Answer, Question
from learner_series.models import Article
from tests.factories.questions import QuestionFactory

LIST = "/admin/feed/question/sections/"


def ask(
    article: Article | None, anchor: str = "first-part", title: str = "First part", **fields: Any
) -> Question:
    """A question asked from a section of `article`."""
    made: Question = QuestionFactory.create(
        article=article,
        revision_id=article.live_id if article else None,
        anchor=anchor,
        section_title=title if anchor else "",
        **fields,
    )
    return made


def section(article: Article, anchor: str = "first-part") -> str:
    return section_url(article, anchor)


def fold(article: Article, answer: Answer) -> str:
    return reverse("admin:feed_answer_fold", args=[article.pk, answer.pk])
