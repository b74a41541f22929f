"""The page of a series: the road through it, and how far a reader is."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from learner_series.models import Article, Series
from learner_series.services.editorial import Gate
from learner_series.views import reading
from tests.factories.library import SeriesFactory, published
from tests.factories.people import UserFactory
from tests.factories.reading import ProgressFactory
from tests.learner_series.markup import (
    attributes,
    heading_levels,
    open_page,
    skipped_levels,
    texts,
    unsafe_attributes,
)

pytestmark = pytest.mark.django_db
READ = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def learner(client: Client) -> User:
    """Somebody who is signed in."""
    user: User = UserFactory.create()
    client.force_login(user)
    return user


def _series(count: int) -> tuple[Series, list[Article]]:
    """A series of so many parts, the second of them for members."""
    series = SeriesFactory.create(slug="in", title="Getting in")
    return series, [
        published(series=series, position=place, title=f"Part {place}", gate=Gate(is_premium=place == 2))
        for place in range(1, count + 1)
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_series_takes_six_queries_signed_in(
    client: Client, learner: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _, parts = _series(count)
    for part in parts:
        ProgressFactory.create(user=learner, article=part)
    with django_assert_num_queries(6):
        page = open_page(client, "/learn/series/in/")
    assert len(page.xpath("//ol[@class='road']/li")) == count


def test_series_shows_what_is_read_and_what_is_next(client: Client, learner: User) -> None:
    _, parts = _series(3)
    ProgressFactory.create(user=learner, article=parts[0], percent=100, finished_at=READ)
    page = open_page(client, "/learn/series/in/")
    assert texts(page, "//*[@id='h-progress']") == ["1 of 3 read"]
    (bar,) = page.xpath("//progress")
    assert (bar.get("value"), bar.get("max"), bar.get("aria-labelledby")) == ("1", "3", "h-progress")
    steps = page.xpath("//ol[@class='road']/li")
    assert [(step.get("class"), step.get("aria-current")) for step in steps] == [
        ("done", None),
        (None, "step"),
        ("ahead", None),
    ]
    assert texts(page, "//ol//p[@class='meta']") == [
        "1 min read Read",
        "Premium 1 min read Next for you",
        "1 min read",
    ]
    assert page.xpath("//*[@data-series-progress]") == []


def test_series_lets_the_script_show_a_visitor_what_they_read_on_this_device(client: Client) -> None:
    _, parts = _series(2)
    page = open_page(client, "/learn/series/in/")
    assert attributes(page, "//ol[@data-series-progress]/li[@class='ahead']/@data-article") == [
        part.slug for part in parts
    ]
    assert page.xpath("//progress") == []
    levels = heading_levels(page)
    assert (levels[0], skipped_levels(levels), unsafe_attributes(page)) == (1, [], [])


def test_long_series_goes_on_where_its_page_ends(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SERIES_PAGE", 2)
    _series(3)
    page = open_page(client, "/learn/series/in/")
    assert texts(page, "//ol//h2") == ["Part 1", "Part 2"]
    assert attributes(page, "//nav[@aria-label='Pages']//a/@href") == ["?after=2"]
    page = open_page(client, "/learn/series/in/", {"after": "2"})
    assert texts(page, "//ol//h2") == ["Part 3"]
    assert attributes(page, "//nav[@aria-label='Pages']//a/@href") == ["/learn/series/in/"]


@pytest.mark.parametrize("after", ["", "x", "²", "99999", "-1", "0"])
def test_series_begins_at_its_beginning_for_a_place_that_is_none(client: Client, after: str) -> None:
    _series(2)
    page = open_page(client, "/learn/series/in/", {"after": after})
    assert texts(page, "//ol//h2") == ["Part 1", "Part 2"]
    assert page.xpath("//nav[@aria-label='Pages']") == []


def test_series_behind_its_last_part_leads_back(client: Client) -> None:
    _series(1)
    page = open_page(client, "/learn/series/in/", {"after": "7"})
    assert texts(page, "//main//h2") == ["Nothing after this"]
