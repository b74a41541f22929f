"""What readers leave behind: progress, saved articles, what was helpful."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from learner_series.models import Article, ArticleFeedback, ReadingProgress, SavedArticle
from learner_series.services.reading import (
    give_feedback,
    mark_as_read,
    record_progress,
    save_article,
    unsave_article,
)
from tests.constraints import refused_by
from tests.factories.library import ArticleFactory, SeriesFactory, published, republished
from tests.factories.people import UserFactory
from tests.factories.reading import FeedbackFactory, ProgressFactory, SavedArticleFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LATER = NOW + timedelta(hours=1)
at_once = pytest.mark.django_db(
    transaction=True, available_apps=["accounts", "learner_series", "breakthru.outbox"]
)


@pytest.fixture
def reader() -> User:
    """Somebody who reads."""
    made: User = UserFactory.create()
    return made


def read_to(reader: User, article: Article, *steps: tuple[int, str]) -> ReadingProgress:
    """What is kept when `reader` came to each place (percent, anchor), an hour after another."""
    for hours, (percent, anchor) in enumerate(steps):
        now = NOW + timedelta(hours=hours)
        record_progress(by=reader, article=article, percent=percent, anchor=anchor, now=now)
    return ReadingProgress.objects.get(user=reader, article=article)


# --- Constraints: a yes and a no each


def test_progress_once() -> None:
    row = ProgressFactory.create()
    ProgressFactory.create(user=row.user)
    with refused_by("progress_once"):
        ProgressFactory.create(user=row.user, article=row.article)


def test_progress_percent_sane() -> None:
    for percent in (0, 100):
        ProgressFactory.create(percent=percent)
    with refused_by("progress_percent_sane"):
        ProgressFactory.create(percent=101)


def test_saved_once() -> None:
    row = SavedArticleFactory.create()
    SavedArticleFactory.create(user=row.user)
    with refused_by("saved_once"):
        SavedArticleFactory.create(user=row.user, article=row.article)


def test_feedback_once() -> None:
    row = FeedbackFactory.create()
    FeedbackFactory.create(user=row.user)
    with refused_by("feedback_once"):
        FeedbackFactory.create(user=row.user, article=row.article, is_helpful=False)


def test_feedback_missing_only_when_not_helpful() -> None:
    FeedbackFactory.create(is_helpful=False, missing="Costs.")
    with refused_by("feedback_missing_only_when_not_helpful"):
        FeedbackFactory.create(is_helpful=True, missing="Costs.")


# --- Progress


def test_progress_keeps_the_furthest_point_and_the_last_place(reader: User) -> None:
    row = read_to(reader, published(), (60, "second-part"), (20, "first-part"))
    assert (row.percent, row.anchor, row.read_at, row.finished_at) == (60, "first-part", LATER, None)


@pytest.mark.parametrize(("percent", "is_finished"), [(94, False), (95, True), (100, True)])
def test_progress_finishes_close_to_the_end(reader: User, percent: int, is_finished: bool) -> None:
    row = read_to(reader, published(), (percent, ""))
    assert (row.percent, row.finished_at) == (percent, NOW if is_finished else None)


def test_progress_keeps_when_it_was_finished_first(reader: User) -> None:
    row = read_to(reader, published(), (96, "second-part"), (10, "first-part"), (100, ""))
    assert (row.percent, row.anchor, row.finished_at) == (100, "", NOW)


@pytest.mark.parametrize("anchor", ["gone", "", "\x00", "x" * 10_000, "<script>"])
def test_progress_drops_a_place_that_the_text_does_not_have(reader: User, anchor: str) -> None:
    row = read_to(reader, published(), (10, "first-part"), (20, anchor))
    assert (row.percent, row.anchor) == (20, "")


def test_progress_in_an_article_without_a_live_text_has_no_place(reader: User) -> None:
    assert read_to(reader, ArticleFactory.create(), (10, "first-part")).anchor == ""


@pytest.mark.parametrize(("percent", "kept"), [(-1, 0), (0, 0), (101, 100), (999, 100)])
def test_progress_is_clipped(reader: User, percent: int, kept: int) -> None:
    assert read_to(reader, published(), (percent, "")).percent == kept


def test_progress_belongs_to_one_person(reader: User) -> None:
    article, other = published(), UserFactory.create()
    read_to(reader, article, (60, ""))
    assert ReadingProgress.objects.for_pair(user=other, article=article) is None
    assert read_to(other, article, (10, "")).percent == 10


def _at_once(*works: Callable[[], None]) -> list[Exception]:
    """What went wrong when all were done at the same moment."""
    gate, faults = threading.Barrier(len(works)), []

    def run(work: Callable[[], None]) -> None:
        gate.wait()
        try:
            work()
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


@at_once
def test_two_pages_that_report_the_first_progress_at_once_make_one_row() -> None:
    reader, article = UserFactory.create(), ArticleFactory.create()

    def work(percent: int) -> Callable[[], None]:
        return lambda: record_progress(by=reader, article=article, percent=percent, anchor="", now=NOW)

    assert _at_once(*(work(percent) for percent in (30, 70, 50, 10))) == []
    assert list(ReadingProgress.objects.values_list("percent", flat=True)) == [70]


@at_once
def test_two_words_of_one_reader_at_once_make_one() -> None:
    reader, article = UserFactory.create(), ArticleFactory.create()

    def work(is_helpful: bool) -> Callable[[], None]:
        return lambda: give_feedback(
            by=reader, article=article, is_helpful=is_helpful, missing="Costs.", now=NOW
        )

    assert _at_once(work(True), work(False), work(False)) == []
    assert ArticleFeedback.objects.count() == 1


# --- Read and not read


def test_mark_as_read_finishes_whatever_was_read_before(reader: User) -> None:
    article = published()
    for percent in (None, 40):
        if percent is not None:
            read_to(reader, article, (percent, "first-part"))
        mark_as_read(by=reader, article=article, is_read=True, now=LATER)
        row = ReadingProgress.objects.get()
        assert (row.percent, row.anchor, row.finished_at, row.read_at) == (100, "", LATER, LATER)


def test_mark_as_not_read_begins_anew(reader: User) -> None:
    article = published()
    read_to(reader, article, (100, "second-part"))
    mark_as_read(by=reader, article=article, is_read=False, now=LATER)
    row = ReadingProgress.objects.get()
    assert (row.percent, row.anchor, row.finished_at) == (0, "", None)


# --- Where to go on


def test_to_continue_lists_what_was_begun_and_not_finished_the_latest_first(reader: User) -> None:
    old = ProgressFactory.create(user=reader, read_at=NOW - timedelta(days=2))
    new = ProgressFactory.create(user=reader, read_at=NOW)
    ProgressFactory.create(user=reader, percent=100, finished_at=NOW)
    ProgressFactory.create(user=reader, article=ArticleFactory.create())
    ProgressFactory.create()
    assert list(ReadingProgress.objects.of(reader.pk).to_continue()) == [new, old]


def test_to_continue_takes_one_query_and_none_of_the_words(
    reader: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for anchor in ("first-part", "gone"):
        article = published(slug=f"a-{anchor}", series=SeriesFactory.create(title="Getting in"))
        ProgressFactory.create(user=reader, article=article, anchor=anchor)
    with django_assert_num_queries(1):
        rows = list(ReadingProgress.objects.of(reader.pk).to_continue())
        found = [(row.get_absolute_url(), str(row.article.series), row.article.minutes) for row in rows]
    assert sorted(found) == [
        ("/learn/a-first-part/#first-part", "Getting in", 1),
        ("/learn/a-gone/", "Getting in", 1),
    ]


def test_a_place_in_an_article_that_was_taken_away_leads_to_its_top() -> None:
    row = ReadingProgress(article=ArticleFactory.create(slug="gone"), anchor="first-part")
    assert row.get_absolute_url() == "/learn/gone/"


def test_finished_in_counts_what_was_read_of_one_series_and_can_be_opened(reader: User) -> None:
    series = SeriesFactory.create()
    for finished_at in (NOW, NOW, None):
        ProgressFactory.create(user=reader, article=published(series=series), finished_at=finished_at)
    ProgressFactory.create(user=reader, article=ArticleFactory.create(series=series), finished_at=NOW)
    ProgressFactory.create(user=reader, finished_at=NOW)
    assert ReadingProgress.objects.of(reader.pk).finished_in(series) == 2


def test_progress_by_article() -> None:
    row, other = ProgressFactory.create(), ProgressFactory.create()
    found = ReadingProgress.objects.of(row.user_id).by_article([row.article_id, other.article_id])
    assert found == {row.article_id: row}


# --- Saved


def test_save_twice_keeps_one_with_its_first_date(reader: User) -> None:
    article = published()
    for now in (NOW, LATER):
        save_article(by=reader, article=article, now=now)
    assert list(SavedArticle.objects.values_list("user", "article", "saved_at")) == [
        (reader.pk, article.pk, NOW)
    ]
    assert SavedArticle.objects.for_pair(user=reader, article=article) is not None


def test_unsave_takes_only_ones_own_and_may_be_repeated(reader: User) -> None:
    article = published()
    save_article(by=reader, article=article, now=NOW)
    other = SavedArticleFactory.create(article=article)
    for _ in range(2):
        unsave_article(by=reader, article=article)
    assert list(SavedArticle.objects.all()) == [other]
    assert SavedArticle.objects.for_pair(user=reader, article=article) is None


# --- Helpful


def _said(reader: User, article: Article, **fields: Any) -> ArticleFeedback:
    complete: dict[str, Any] = {"is_helpful": False, "missing": "The costs.", "now": NOW}
    give_feedback(by=reader, article=article, **{**complete, **fields})
    return ArticleFeedback.objects.get(user=reader, article=article)


def test_feedback_is_about_the_revision_that_was_read(reader: User) -> None:
    article = published()
    row = _said(reader, article)
    assert (row.is_helpful, row.missing, row.revision, row.given_at) == (
        False, "The costs.", article.live, NOW,
    )  # fmt: skip


def test_a_later_word_replaces_the_earlier(reader: User) -> None:
    article = published()
    first = _said(reader, article)
    again = republished(article)
    row = _said(reader, again, missing="The dates.", now=LATER)
    assert (row.pk, row.missing, row.revision, row.given_at) == (first.pk, "The dates.", again.live, LATER)


def test_a_yes_clears_what_was_missing(reader: User) -> None:
    article = published()
    _said(reader, article)
    row = _said(reader, article, is_helpful=True, missing="The costs.")
    assert (row.is_helpful, row.missing) == (True, "")


def test_feedback_of_one_person_on_one_article(reader: User) -> None:
    article = published()
    row = _said(reader, article)
    assert ArticleFeedback.objects.for_pair(user=reader, article=article) == row
    assert ArticleFeedback.objects.for_pair(user=UserFactory.create(), article=article) is None


def _doubted(yes: int, no: int) -> Article:
    article = published()
    for is_helpful, count in ((True, yes), (False, no)):
        FeedbackFactory.create_batch(count, article=article, is_helpful=is_helpful)
    return article


def test_the_most_doubtful_article_is_not_the_one_with_a_single_no() -> None:
    single, many, praised, _ = _doubted(0, 1), _doubted(2, 8), _doubted(9, 1), _doubted(3, 0)
    FeedbackFactory.create(article=ArticleFactory.create(), is_helpful=False)
    rows = list(ArticleFeedback.objects.by_article())
    assert [(row["article"], row["yes"], row["no"]) for row in rows] == [
        (many.pk, 2, 8), (single.pk, 0, 1), (praised.pk, 9, 1),
    ]  # fmt: skip


@pytest.mark.parametrize(("yes", "no", "expected"), [(0, 1, 0.270), (0, 2, 0.425), (10, 40, 0.693)])
def test_doubt_is_the_lower_bound_of_wilsons_interval(yes: int, no: int, expected: float) -> None:
    _doubted(yes, no)
    assert ArticleFeedback.objects.by_article()[0]["doubt"] == pytest.approx(expected, abs=0.001)


def test_reasons_are_what_was_missing_the_newest_first() -> None:
    article = published()
    for hours, missing in ((0, "Old."), (1, ""), (2, "New.")):
        at = NOW + timedelta(hours=hours)
        FeedbackFactory.create(article=article, is_helpful=False, missing=missing, given_at=at)
    FeedbackFactory.create(article=article)
    FeedbackFactory.create(is_helpful=False, missing="Elsewhere.")
    assert [row.missing for row in ArticleFeedback.objects.reasons(article.pk)] == ["New.", "Old."]


def test_everything_says_what_it_is() -> None:
    assert [
        str(ReadingProgress(user_id=1, article_id=2, percent=3)),
        str(SavedArticle(user_id=1, article_id=2)),
        str(ArticleFeedback(article_id=2, is_helpful=True)),
        str(ArticleFeedback(article_id=2, is_helpful=False)),
    ] == ["1: 2, 3 %", "1: 2", "2: yes", "2: no"]
