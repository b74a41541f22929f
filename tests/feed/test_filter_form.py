"""What the Feed shows by its address."""

import pytest

from feed.forms.search import FeedFilterForm
from feed.models import Question
from tests.factories.people import TopicFactory
from tests.factories.questions import QuestionFactory, answered

pytestmark = pytest.mark.django_db


def _applied(**data: str) -> set[str]:
    form = FeedFilterForm(data)
    form.is_valid()
    return {question.title for question in form.apply(Question.objects.all())}


@pytest.fixture(autouse=True)
def questions() -> None:
    """One waiting about gap years, one waiting about nothing, one answered about gap years."""
    topic = TopicFactory.create(slug="gap-year")
    QuestionFactory.create(title="waiting").topics.add(topic)
    QuestionFactory.create(title="other")
    answered(QuestionFactory.create(title="answered")).question.topics.add(topic)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({}, {"waiting", "other", "answered"}),
        ({"show": ""}, {"waiting", "other", "answered"}),
        ({"show": "unanswered"}, {"waiting", "other"}),
        ({"topic": "gap-year"}, {"waiting", "answered"}),
        ({"show": "unanswered", "topic": "gap-year"}, {"waiting"}),
        ({"show": "nonsense"}, {"waiting", "other", "answered"}),
        ({"topic": "nonsense"}, {"waiting", "other", "answered"}),
        ({"topic": "\x00"}, {"waiting", "other", "answered"}),
        ({"show": "unanswered", "topic": "<script>"}, {"waiting", "other"}),
    ],
)
def test_filter_keeps_what_fits_and_ignores_unknown_values(data: dict[str, str], expected: set[str]) -> None:
    assert _applied(**data) == expected
