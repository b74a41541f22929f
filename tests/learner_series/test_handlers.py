"""Outbox handlers of the Learner Series."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from breakthru.outbox.models import Outbox
from breakthru.outbox.registry import handler_for
from breakthru.outbox.services import deliver
from learner_series import handlers
from learner_series.lifecycle import RevisionState
from learner_series.models import Article, RelatedArticle, Revision
from tests.factories.library import approved, moved, published
from tests.factories.people import TopicFactory


@pytest.mark.parametrize(
    ("kind", "handler"),
    [
        ("learner_series.publish_due", handlers.publish_scheduled),
        ("learner_series.retire_expired", handlers.retire_by_date),
        ("learner_series.relate_article", handlers.relate_one),
        ("learner_series.relate_all", handlers.relate_all),
    ],
)
def test_each_kind_has_its_handler(kind: str, handler: Callable[[str], None]) -> None:
    assert handler_for(kind) is handler


@pytest.mark.parametrize("kind", ["publish_due", "retire_expired", "relate_all"])
def test_what_time_does_stands_in_the_schedule(kind: str) -> None:
    name = f"learner_series.{kind}"
    assert settings.CELERY_BEAT_SCHEDULE[name]["task"] == name


def _state(revision: Revision) -> str:
    return Revision.objects.get(pk=revision.pk).state


@pytest.mark.django_db
def test_publish_scheduled_publishes_at_the_hour_and_once() -> None:
    hour = timezone.now() + timedelta(hours=1)
    revision = moved(approved(), RevisionState.SCHEDULED, at=hour)
    handlers.publish_scheduled("2026-11-22T12:00")
    assert _state(revision) == "scheduled"
    with time_machine.travel(hour, tick=False):
        for _ in range(2):
            handlers.publish_scheduled("2026-11-22T13:00")
    assert _state(revision) == "published"
    assert revision.events.filter(target=RevisionState.PUBLISHED).count() == 1


@pytest.mark.django_db
def test_publish_scheduled_through_the_outbox_commits_with_its_row() -> None:
    hour = timezone.now() + timedelta(hours=1)
    revision = moved(approved(), RevisionState.SCHEDULED, at=hour)
    row = Outbox.objects.create(kind="learner_series.publish_due", ref="2026-11-22T13:00")
    with time_machine.travel(hour, tick=False):
        assert [deliver(row.pk), deliver(row.pk)] == [True, False]
    assert _state(revision) == "published"


@pytest.mark.django_db
def test_retire_by_date_retires_on_the_last_day_and_not_before() -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    article = published(expires_on=tomorrow)
    handlers.retire_by_date("2026-11-22T04:07")
    assert list(Article.objects.published()) == [article]
    with time_machine.travel(datetime.combine(tomorrow, time.min, tzinfo=UTC), tick=False):
        handlers.retire_by_date("2026-11-23T00:07")
    assert list(Article.objects.published()) == []


def _of_one_topic() -> list[Article]:
    topic = TopicFactory.create()
    made = [published(), published()]
    for article in made:
        article.topics.add(topic)
    return made


@pytest.mark.django_db
def test_relate_one_takes_the_id_as_text() -> None:
    first, second = _of_one_topic()
    handlers.relate_one(str(first.pk))
    assert [(row.article, row.other) for row in RelatedArticle.objects.all()] == [(first, second)]


@pytest.mark.django_db
def test_relate_all_begins_at_a_time_slot_and_goes_on_behind_an_id() -> None:
    first, second = _of_one_topic()
    handlers.relate_all(str(first.pk))
    assert [row.article for row in RelatedArticle.objects.all()] == [second]
    handlers.relate_all("2026-11-22T03:23")
    assert {row.article for row in RelatedArticle.objects.all()} == {first, second}
