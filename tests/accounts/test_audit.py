"""The audit log."""

import pytest

from accounts.models import AuditEntry
from accounts.services.audit import record_action
from tests.factories.people import TopicFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_record_says_who_did_what_to_which_object() -> None:
    actor, topic = UserFactory.create(), TopicFactory.create()
    record_action(by=actor, action="topic.merged", target=topic, reason="same thing")
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.target, entry.reason) == (
        actor,
        "topic.merged",
        f"accounts.topic:{topic.pk}",
        "same thing",
    )


def test_record_may_have_no_actor_and_no_reason() -> None:
    record_action(by=None, action="topic.expired", target=TopicFactory.create())
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.reason) == (None, "")
