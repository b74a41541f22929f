"""Outbox handlers of the Feed."""

import pytest
from django.core import mail

from breakthru.outbox.registry import handler_for
from feed.handlers import question_answered
from tests.factories.questions import answered


def test_question_answered_is_registered() -> None:
    assert handler_for("feed.question_answered") is question_answered


@pytest.mark.django_db
def test_question_answered_takes_the_id_as_text() -> None:
    made = answered()
    question_answered(str(made.pk))
    assert [message.to for message in mail.outbox] == [[made.question.asker.email]]
