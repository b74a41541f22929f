"""What time does with revisions: publication at an hour, retirement on a day."""

import logging
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from learner_series.lifecycle import RevisionState
from learner_series.models import Article, Revision, RevisionEvent
from learner_series.services import publishing
from learner_series.services.editorial import EditorialError
from learner_series.services.publishing import move, publish_due, retire_expired
from tests.factories.library import ArticleFactory, approved, draft, moved, published
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()
HOUR = timedelta(hours=1)
S = RevisionState
at_once = pytest.mark.django_db(
    transaction=True, available_apps=["accounts", "learner_series", "breakthru.outbox"]
)


def step(revision: Revision, *targets: RevisionState, **more: Any) -> Revision:
    """The revision after its steps, which all were taken NOW."""
    return moved(revision, *targets, now=NOW, **more)


def scheduled(article: Article | None = None, hours: float = 1) -> Revision:
    """A reviewed revision that is to be published in so many hours."""
    return step(approved(article), S.SCHEDULED, at=NOW + hours * HOUR)


def after(revision: Revision) -> Revision:
    return Revision.objects.get(pk=revision.pk)


# --- An hour to come


def test_scheduling_keeps_the_hour_and_shows_readers_nothing() -> None:
    revision = scheduled()
    assert (after(revision).state, after(revision).scheduled_for) == ("scheduled", NOW + HOUR)
    assert list(Article.objects.published()) == []


@pytest.mark.parametrize("at", [None, NOW - HOUR, NOW], ids=["none", "past", "now"])
def test_scheduling_needs_an_hour_in_the_future(at: Any) -> None:
    revision = approved()
    with pytest.raises(EditorialError, match=r"^Please choose an hour in the future\.$"):
        step(revision, S.SCHEDULED, at=at)
    assert (after(revision).state, after(revision).scheduled_for) == ("approved", None)


def test_scheduling_what_is_older_than_the_live_words_is_refused() -> None:
    old = approved()
    step(approved(old.article), S.PUBLISHED)
    with pytest.raises(EditorialError, match=r"^A newer revision is live\."):
        step(old, S.SCHEDULED, at=NOW + HOUR)
    assert after(old).state == "approved"


def test_scheduling_for_a_day_on_which_the_article_has_expired_is_refused() -> None:
    revision = approved(expires_on=NOW.date() + timedelta(days=2))
    with pytest.raises(
        EditorialError, match=r"^Readers could not open this article any more: it has expired"
    ):
        step(revision, S.SCHEDULED, at=NOW + timedelta(days=2))
    assert after(revision).state == "approved"
    assert step(revision, S.SCHEDULED, at=NOW + timedelta(days=1)).state == "scheduled"


@pytest.mark.parametrize("zone", ["Pacific/Honolulu", "Pacific/Kiritimati"])
def test_last_day_is_the_same_in_every_zone_of_staff(zone: str) -> None:
    last = NOW.date() + timedelta(days=2)
    midnight = datetime(last.year, last.month, last.day, tzinfo=UTC)
    revision = approved(expires_on=last)
    with timezone.override(zone):
        with pytest.raises(EditorialError, match="it has expired by then"):
            step(revision, S.SCHEDULED, at=midnight + timedelta(minutes=1))
        step(revision, S.SCHEDULED, at=midnight - timedelta(minutes=1))
    assert after(revision).state == "scheduled"


def test_a_second_scheduled_revision_of_an_article_is_refused() -> None:
    first = scheduled()
    second = approved(first.article)
    with pytest.raises(EditorialError, match=r"^Revision 1 of this article is scheduled already\.$"):
        step(second, S.SCHEDULED, at=NOW + 2 * HOUR)
    assert after(second).state == "approved"
    assert scheduled(hours=1).state == "scheduled"


def test_unscheduling_keeps_the_approval_and_drops_the_hour() -> None:
    revision = after(step(scheduled(), S.APPROVED))
    assert (revision.state, revision.scheduled_for, revision.approved_at is None) == ("approved", None, False)
    assert publish_due(now=NOW + 2 * HOUR) == 0


def test_a_scheduled_revision_that_goes_back_to_draft_keeps_neither_hour_nor_approval() -> None:
    revision = after(step(scheduled(), S.DRAFT))
    assert (revision.scheduled_for, revision.approved_by, revision.approved_at) == (None, None, None)


def test_a_scheduled_revision_may_be_published_before_its_hour_by_a_person() -> None:
    revision = after(step(scheduled(), S.PUBLISHED))
    assert (revision.state, revision.published_at, revision.scheduled_for) == ("published", NOW, None)


# --- The clock


def test_publish_due_publishes_what_is_due_and_nothing_else() -> None:
    due, later = scheduled(hours=1), scheduled(hours=3)
    count = publish_due(now=NOW + HOUR)
    assert (count, after(due).state, after(later).state) == (1, "published", "scheduled")
    assert (after(due).published_at, after(due).scheduled_for) == (NOW + HOUR, None)


def test_publish_due_publishes_once() -> None:
    revision = scheduled()
    assert [publish_due(now=NOW + HOUR) for _ in range(2)] == [1, 0]
    assert revision.events.filter(target=S.PUBLISHED).count() == 1


def test_publish_due_catches_up_after_a_long_silence() -> None:
    revision, month = scheduled(), timedelta(days=30)
    assert publish_due(now=NOW + month) == 1
    assert (after(revision).published_at, after(revision).article.published_at) == (NOW + month, NOW + month)


def test_publish_due_goes_on_behind_one_that_fails(caplog: pytest.LogCaptureFixture) -> None:
    broken, good = scheduled(hours=1), scheduled(hours=2)
    Article.objects.filter(pk=broken.article_id).update(expires_on=NOW.date())
    with caplog.at_level(logging.WARNING):
        assert publish_due(now=NOW + 3 * HOUR) == 1
    assert (after(broken).state, after(good).state) == ("scheduled", "published")
    assert caplog.messages == [f"revision {broken.pk} could not become published"]


def test_publish_due_goes_on_behind_one_that_the_database_refuses(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, good = scheduled(hours=1), scheduled(hours=2)
    index = publishing.index_words

    def fail(*, article: Article, revision: Revision) -> None:
        index(article=article, revision=revision)
        if revision == broken:
            raise OperationalError

    monkeypatch.setattr(publishing, "index_words", fail)
    with caplog.at_level(logging.ERROR):
        assert publish_due(now=NOW + 3 * HOUR) == 1
    assert (after(broken).state, after(good).state) == ("scheduled", "published")
    assert caplog.messages == [f"revision {broken.pk} could not become published: OperationalError"]


def test_the_clock_does_not_publish_before_an_hour_that_was_moved_meanwhile() -> None:
    seen = scheduled(hours=1)
    step(seen, S.APPROVED)
    step(seen, S.SCHEDULED, at=NOW + 9 * HOUR)
    with pytest.raises(EditorialError, match="from “Scheduled” to “Published”"):
        move(by=None, revision=seen, target=S.PUBLISHED, now=NOW + 2 * HOUR)
    assert after(seen).state == "scheduled"


@at_once
def test_two_workers_publish_what_is_due_once() -> None:
    # Written by no service: where only some apps are there, nobody has permissions.
    revision = Revision.objects.create(
        article=ArticleFactory.create(),
        number=1,
        title="Why",
        created_by=UserFactory.create(),
        state=S.SCHEDULED,
        scheduled_for=NOW + HOUR,
        approved_by=UserFactory.create(),
        approved_at=NOW,
    )
    gate, counts = threading.Barrier(2), []

    def work() -> None:
        gate.wait()
        try:
            counts.append(publish_due(now=NOW + HOUR))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sorted(counts), revision.events.filter(target=S.PUBLISHED).count()) == ([0, 1], 1)
    assert after(revision).state == "published"


# --- The last day


def test_the_clock_does_not_retire_before_a_day_that_was_moved_meanwhile() -> None:
    article = published(expires_on=NOW.date() + timedelta(days=1))
    assert article.live is not None
    with pytest.raises(EditorialError, match="from “Published” to “Retired”"):
        move(by=None, revision=article.live, target=S.RETIRED, now=NOW)
    assert after(article.live).state == "published"


def test_retire_expired_takes_away_what_has_reached_its_last_day() -> None:
    kept = [published(expires_on=None), published(expires_on=NOW.date() + timedelta(days=1))]
    gone = [published(), published()]
    for article, days in zip(gone, (0, 400), strict=True):
        expires_on = NOW.date() - timedelta(days=days)
        Article.objects.filter(pk=article.pk).update(expires_on=expires_on)
    draft(expires_on=NOW.date())
    count = retire_expired(now=NOW)
    assert (count, set(Article.objects.published())) == (2, set(kept))
    assert {after(article.live).state for article in gone if article.live} == {"retired"}
    assert retire_expired(now=NOW) == 0


def test_a_retirement_by_the_clock_is_written_down_without_a_person() -> None:
    published()
    Article.objects.update(expires_on=NOW.date())
    retire_expired(now=NOW)
    event = RevisionEvent.objects.get(target=S.RETIRED)
    assert (event.source, event.by, event.at) == ("published", None, NOW)
