"""What a Markdown document says about itself."""

from datetime import date

import pytest

from breakthru.lib.documents import Dropped
from learner_series.models import Article
from learner_series.models.article import Cover
from learner_series.services.front_matter import FrontMatter, describe_article, find_series
from tests.factories.library import ArticleFactory, SeriesFactory
from tests.factories.people import TopicFactory, UserFactory


def test_front_matter_gives_entries_and_words() -> None:
    about = FrontMatter({"slug": "two-roads", "topics": "mcat, gap-years,"})
    assert (about.get("slug"), about.get("cover")) == ("two-roads", "")
    assert (about.words("topics"), about.words("author")) == (["mcat", "gap-years"], [])


@pytest.mark.django_db
def test_find_series_by_its_slug() -> None:
    series = SeriesFactory.create(slug="getting-in")
    assert find_series(FrontMatter({"series": "getting-in"})) == (series, [])
    assert find_series(FrontMatter()) == (None, [])


@pytest.mark.django_db
def test_find_series_reports_an_unknown_one() -> None:
    found = find_series(FrontMatter({"series": "getting-out"}))
    assert found == (None, [Dropped("Unknown series", 1, "getting-out")])


@pytest.mark.django_db
def test_describe_article_fills_looks_topics_and_authors() -> None:
    article = ArticleFactory.create()
    topic = TopicFactory.create(slug="mcat")
    first, second = UserFactory.create(slug="ben-1"), UserFactory.create(slug="ana-1")
    entries = {
        "cover": "c",
        "tone": "4",
        "checked_on": "2026-11-20",
        "topics": "mcat",
        "author": "ben-1, ana-1",
    }
    assert describe_article(article=article, about=FrontMatter(entries)) == []
    saved = Article.objects.get()
    assert (saved.cover, saved.tone, saved.checked_on) == (Cover.C, 4, date(2026, 11, 20))
    assert list(saved.topics.all()) == [topic]
    assert [link.user for link in saved.author_links.select_related("user")] == [first, second]


@pytest.mark.django_db
def test_describe_article_reports_what_is_unknown_and_keeps_the_rest() -> None:
    article = ArticleFactory.create()
    TopicFactory.create(slug="mcat")
    gone = UserFactory.create(slug="gone", is_active=False)
    entries = {"cover": "z", "tone": "9", "checked_on": "soon", "topics": "mcat, x, y", "author": gone.slug}
    assert describe_article(article=article, about=FrontMatter(entries)) == [
        Dropped("Unknown covers", 1, "z"),
        Dropped("Unknown tones", 1, "9"),
        Dropped("Dates that cannot be read", 1, "soon"),
        Dropped("Unknown topics", 2, "x, y"),
        Dropped("Unknown authors", 1, "gone"),
    ]
    saved = Article.objects.get()
    assert (saved.cover, saved.tone, saved.checked_on) == (Cover.A, 1, None)
    assert [topic.slug for topic in saved.topics.all()] == ["mcat"]


@pytest.mark.django_db
def test_describe_article_leaves_an_article_alone_when_nothing_is_said() -> None:
    article = ArticleFactory.create(tone=3)
    assert describe_article(article=article, about=FrontMatter()) == []
    saved = Article.objects.get()
    assert (saved.tone, saved.checked_on, saved.topics.count(), saved.author_links.count()) == (3, None, 0, 0)
