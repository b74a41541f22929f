"""The library and its series as readers see them: what stands where, and what leads on."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from learner_series.services.editorial import Gate
from learner_series.views import reading
from tests.factories.library import SeriesFactory, published
from tests.factories.people import TopicFactory, UserFactory, experience
from tests.factories.reading import ProgressFactory, SavedArticleFactory
from tests.learner_series.markup import (
    attributes,
    heading_levels,
    open_page,
    skipped_levels,
    texts,
    unsafe_attributes,
    words,
)

pytestmark = pytest.mark.django_db
READ = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def learner(client: Client) -> User:
    """Somebody who is signed in."""
    user: User = UserFactory.create()
    client.force_login(user)
    return user


def _fill(count: int) -> None:
    """So many articles, each of a series, a topic and a stage of its own."""
    for number in range(count):
        article = published(series=SeriesFactory.create(), position=1)
        article.topics.add(TopicFactory.create())
        article.audience.add(experience(key=f"stage_{number}"))


# --- The front


@pytest.mark.parametrize("count", [1, 3])
def test_front_takes_five_queries_for_a_visitor(
    client: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _fill(count)
    with django_assert_num_queries(5):
        page = open_page(client, "/learn/")
    assert len(page.xpath("//*[@aria-labelledby='h-routes']//section")) == count
    assert len(page.xpath("//*[@aria-labelledby='h-topics']//details")) == count


@pytest.mark.parametrize("count", [1, 3])
def test_front_takes_nine_queries_signed_in(
    client: Client, learner: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _fill(count)
    for _ in range(count):
        ProgressFactory.create(user=learner)
    with django_assert_num_queries(9):
        page = open_page(client, "/learn/")
    assert len(page.xpath("//*[@aria-labelledby='h-continue']//li")) == count


def test_front_shows_the_newest_large_three_as_cards_and_the_rest_as_rows(client: Client) -> None:
    made = [published(title=f"Number {number}") for number in range(6)]
    page = open_page(client, "/learn/")
    newest = [article.title for article in reversed(made)]
    assert texts(page, "//article//h2") == newest[:1]
    assert texts(page, "//*[@aria-labelledby='h-new']//h3") == newest[1:4]
    assert texts(page, "//*[@aria-labelledby='h-all']//h3") == newest[4:]
    levels = heading_levels(page)
    assert (levels[0], levels.count(1), skipped_levels(levels), unsafe_attributes(page)) == (1, 1, [], [])


def test_later_pages_hold_the_list_only(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PAGE_SIZE", 1)
    _fill(3)
    page = open_page(client, "/learn/")
    assert page.xpath("//*[@aria-labelledby='h-all']") == []
    monkeypatch.setattr(reading, "PAGE_SIZE", 5)
    _fill(5)
    (older,) = attributes(open_page(client, "/learn/"), "//a[@rel='next']/@href")
    page = open_page(client, f"/learn/{older}")
    assert texts(page, "//main//h2") == ["Earlier articles"]
    assert len(page.xpath("//*[@aria-labelledby='h-all']//h3")) == 3
    assert attributes(page, "//nav[@aria-label='Pages']//a/@href") == ["/learn/"]


def test_front_names_stages_and_folds_roads(client: Client) -> None:
    article = published()
    article.audience.add(experience(key="ug_year2"), experience(group="road", key="gap_year"))
    page = open_page(client, "/learn/")
    (stages,) = page.xpath("//nav[@aria-label='Where you are now']")
    assert attributes(stages, "./ul//a/@href") == ["/learn/", "?stage=education_stage%3Aug_year2"]
    assert texts(stages, ".//a[@aria-current]") == ["All"]
    assert attributes(stages, "./details//a/@href") == ["?stage=road%3Agap_year"]
    assert attributes(stages, "./details/@open") == []


def test_front_keeps_a_place_for_what_a_visitor_began_on_this_device(client: Client) -> None:
    published()
    page = open_page(client, "/learn/")
    (shelf,) = page.xpath("//section[@data-continue]")
    assert ("hidden" in shelf.attrib, texts(shelf, "./ul[@data-continue-list]/li")) == (True, [])
    assert "Kept on this device only." in words(shelf)
    assert len(shelf.xpath(".//template[@data-continue-row]//a[@data-link]")) == 1
    assert len(shelf.xpath(".//template[@data-continue-row]//*[@data-percent]")) == 1
    assert page.xpath("//a[contains(@href, 'saved')]") == []


def test_front_offers_a_reader_what_they_began_and_what_they_saved(client: Client, learner: User) -> None:
    article = published(slug="why", title="Why")
    ProgressFactory.create(user=learner, article=article, percent=40, anchor="first-part")
    page = open_page(client, "/learn/")
    assert texts(page, "//*[@aria-labelledby='h-continue']//li") == ["Why 40% read"]
    assert attributes(page, "//*[@aria-labelledby='h-continue']//a/@href") == ["/learn/why/#first-part"]
    assert attributes(page, "//header//a[contains(@href, 'saved')]/@href") == ["/learn/?saved=on"]
    assert page.xpath("//section[@data-continue]") == []


@pytest.mark.usefixtures("learner")
def test_front_says_nothing_of_going_on_to_who_has_begun_nothing(client: Client) -> None:
    published()
    assert open_page(client, "/learn/").xpath("//*[@aria-labelledby='h-continue']") == []


def test_route_shows_what_is_read_what_is_next_and_that_there_is_more(client: Client, learner: User) -> None:
    series = SeriesFactory.create(slug="in", title="Getting in")
    gates = [Gate(), Gate(is_premium=True), Gate(sections=("first-part",)), Gate(), Gate()]
    made = [
        published(series=series, position=place, title=f"Part {place}", gate=gate)
        for place, gate in enumerate(gates, start=1)
    ]
    ProgressFactory.create(user=learner, article=made[0], percent=100, finished_at=READ)
    (route,) = open_page(client, "/learn/").xpath("//*[@aria-labelledby='h-routes']//section")
    assert texts(route, ".//li") == [
        "Part 1 1 min, read",
        "Part 2 Premium, 1 min, next",
        "Part 3 partly Premium, 1 min",
        "Part 4 1 min",
    ]
    assert [(item.get("class"), item.get("aria-current")) for item in route.xpath(".//li")] == [
        ("done", None),
        (None, "step"),
        ("ahead", None),
        ("ahead", None),
    ]
    assert texts(route, "./a") == ["All 5 parts of Getting in"]


def test_route_whose_parts_stand_far_back_shows_them_all_the_same(client: Client) -> None:
    part = published(series=SeriesFactory.create(slug="in"), position=9)
    (route,) = open_page(client, "/learn/").xpath("//*[@aria-labelledby='h-routes']//section")
    assert attributes(route, ".//ol//a/@href") == [part.get_absolute_url()]


def test_shelf_shows_a_few_of_its_topic_and_leads_to_all(client: Client) -> None:
    few, many = (
        TopicFactory.create(name="Few", order=1),
        TopicFactory.create(name="Many", slug="many", order=2),
    )
    for _ in range(5):
        published().topics.add(many)
    published().topics.add(few)
    page = open_page(client, "/learn/")
    folds = page.xpath("//*[@aria-labelledby='h-topics']//details")
    assert [words(fold.xpath("./summary")[0]) for fold in folds] == ["Few (1)", "Many (5)"]
    assert ["open" in fold.attrib for fold in folds] == [True, False]
    assert [len(fold.xpath(".//li")) for fold in folds] == [1, 4]
    assert [attributes(fold, "./p/a/@href") for fold in folds] == [[], ["/learn/?topic=many"]]
    assert texts(folds[1], "./p/a") == ["All 5 in Many"]


def test_feed_of_articles_is_told_to_programs_and_to_people(client: Client) -> None:
    published()
    page = open_page(client, "/learn/")
    assert attributes(page, "//link[@rel='alternate']/@href") == ["/learn/feed.xml"]
    assert attributes(page, "//main//a[contains(., 'Atom')]/@href") == ["/learn/feed.xml"]


# --- What was searched or chosen


@pytest.mark.parametrize("count", [1, 3])
def test_search_takes_one_query_for_a_visitor(
    client: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _fill(count)
    with django_assert_num_queries(1):
        page = open_page(client, "/learn/", {"q": "opening"})
    assert len(page.xpath("//*[@aria-labelledby='h-found']//li")) == count


@pytest.mark.parametrize("count", [1, 3])
def test_stage_takes_three_queries_for_a_visitor(
    client: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _fill(count)
    for _ in range(count - 1):
        published().audience.add(experience(key="stage_0"))
    with django_assert_num_queries(3):
        page = open_page(client, "/learn/", {"stage": "education_stage:stage_0"})
    assert len(page.xpath("//*[@aria-labelledby='h-found']//li")) == count


def test_search_marks_what_it_found_and_shows_the_gate(client: Client) -> None:
    published(html="<p>An <b>opening</b> of “words” &amp; more.</p><h2>Next</h2><p>End.</p>")
    published(html="<p>Opening.</p><h2>Rest</h2><p>Hidden.</p>", gate=Gate(is_premium=True))
    page = open_page(client, "/learn/", {"q": "openings"})
    rows = page.xpath("//*[@aria-labelledby='h-found']//li")
    assert sorted(texts(page, "//mark")) == ["Opening", "opening"]
    assert {"Premium" in words(row) for row in rows} == {True, False}
    assert "…opening of “words” & more. Next…" in texts(page, "//*[@aria-labelledby='h-found']//li/p")
    levels = heading_levels(page)
    assert (levels[0], skipped_levels(levels), unsafe_attributes(page)) == (1, [], [])


def test_search_by_title_alone_shows_the_summary_when_there_are_no_open_words(client: Client) -> None:
    published(html="<p>All of it.</p>", title="Zebra", gate=Gate(is_premium=True))
    page = open_page(client, "/learn/", {"q": "zebra"})
    assert texts(page, "//*[@aria-labelledby='h-found']//li/p")[0] == "In short."


def test_search_keeps_what_was_chosen_and_takes_each_away(client: Client, learner: User) -> None:
    article = published()
    article.topics.add(TopicFactory.create(name="MCAT", slug="mcat"))
    article.audience.add(experience(key="ug_year2"))
    SavedArticleFactory.create(user=learner, article=article)
    chosen = {"q": "opening", "topic": "mcat", "stage": "education_stage:ug_year2", "saved": "on"}
    page = open_page(client, "/learn/", chosen)
    assert texts(page, "//title") == ["Search: opening, Learner Series · Project BreakThru"]
    assert attributes(page, "//form[@role='search']//input/@value") == [
        "opening", "mcat", "education_stage:ug_year2", "on",
    ]  # fmt: skip
    assert texts(page, "//ul[@aria-label='Chosen']//a") == [
        "“opening”, take away", "MCAT, take away", "Ug year2, take away", "Saved, take away",
    ]  # fmt: skip
    assert attributes(page, "//ul[@aria-label='Chosen']//a/@href") == [
        "?topic=mcat&stage=education_stage%3Aug_year2&saved=on",
        "?q=opening&stage=education_stage%3Aug_year2&saved=on",
        "?q=opening&topic=mcat&saved=on",
        "?q=opening&topic=mcat&stage=education_stage%3Aug_year2",
    ]
    assert page.xpath("//nav[@aria-label='Where you are now']") == []


@pytest.mark.parametrize(
    ("query", "title", "is_indexed"),
    [
        ({"q": "opening"}, "Search: opening", False),
        ({"topic": "mcat"}, "MCAT", True),
        ({"stage": "road:gap_year"}, "Gap year", True),
        ({"saved": "on"}, "Articles you saved", False),
    ],
)
def test_results_are_named_and_only_lists_of_the_library_are_indexed(
    client: Client, query: dict[str, str], title: str, is_indexed: bool
) -> None:
    article = published()
    article.topics.add(TopicFactory.create(name="MCAT", slug="mcat"))
    article.audience.add(experience(group="road", key="gap_year"))
    page = open_page(client, "/learn/", query)
    assert texts(page, "//h1") == [title]
    assert (page.xpath("//meta[@name='robots']") == []) == is_indexed


def test_stage_can_be_changed_where_it_was_chosen(client: Client) -> None:
    published().audience.add(experience(key="ug_year2"), experience(group="road", key="gap_year"))
    page = open_page(client, "/learn/", {"stage": "road:gap_year"})
    (stages,) = page.xpath("//nav[@aria-label='Where you are now']")
    assert texts(stages, ".//a[@aria-current='page']") == ["Gap year"]
    assert "open" in stages.xpath("./details")[0].attrib


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ({"q": "opening"}, ["More results", "Best results"]),
        ({"topic": "mcat"}, ["Older articles", "Newest articles"]),
    ],
)
def test_results_are_paged_and_keep_what_was_chosen(
    client: Client, monkeypatch: pytest.MonkeyPatch, query: dict[str, str], labels: list[str]
) -> None:
    monkeypatch.setattr(reading, "PAGE_SIZE", 2)
    topic = TopicFactory.create(slug="mcat")
    for _ in range(3):
        published().topics.add(topic)
    page = open_page(client, "/learn/", query)
    (more,) = page.xpath("//nav[@aria-label='Pages']//a")
    later = open_page(client, f"/learn/{more.get('href')}")
    (back,) = later.xpath("//nav[@aria-label='Pages']//a")
    assert [words(more), words(back)] == labels
    ((name, value),) = query.items()
    assert back.get("href") == f"?{name}={value}"
    shown = [attributes(one, "//*[@aria-labelledby='h-found']//h3/a/@href") for one in (page, later)]
    assert ([len(one) for one in shown], set(shown[0]) & set(shown[1])) == ([2, 1], set())


@pytest.mark.parametrize(
    ("query", "says", "leads_to"),
    [
        ({"q": "zebra"}, "No article fits these words", "/feed/ask/"),
        ({"q": "zebra", "topic": "mcat"}, "No article fits these words", "/learn/?q=zebra"),
        ({"saved": "on"}, "Sign in to see what you saved", "/accounts/login/?next=/learn/%3Fsaved%3Don"),
        ({"topic": "mcat"}, "No article fits this yet", "/learn/"),
    ],
)
def test_nothing_found_says_what_to_do_next(
    client: Client, query: dict[str, str], says: str, leads_to: str
) -> None:
    TopicFactory.create(slug="mcat")
    page = open_page(client, "/learn/", query)
    assert texts(page, "//main//h2") == [says]
    assert leads_to in attributes(page, "//main//a/@href")


@pytest.mark.usefixtures("learner")
def test_nothing_saved_says_how_to_save(client: Client) -> None:
    assert texts(open_page(client, "/learn/", {"saved": "on"}), "//main//h2") == ["Nothing saved yet"]


def test_nothing_behind_the_last_result_leads_back(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PAGE_SIZE", 1)
    topic = TopicFactory.create(slug="mcat")
    old = published()
    for article in (old, published()):
        article.topics.add(topic)
    (more,) = attributes(open_page(client, "/learn/?topic=mcat"), "//nav[@aria-label='Pages']//a/@href")
    old.topics.clear()
    page = open_page(client, f"/learn/{more}")
    assert texts(page, "//main//h2") == ["Nothing more than this"]
    assert "?topic=mcat" in attributes(page, "//main//section//a/@href")
