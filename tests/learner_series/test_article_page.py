"""The page of an article: what stands around the text, and what a reader can do with it."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from breakthru.lib.richtext.anchors import is_reserved
from feed.models import Question
from learner_series.models import Article, ArticleAuthor, Credit, RelatedArticle, Revision
from learner_series.models.revision import CreditRole
from learner_series.services.editorial import Gate
from tests.factories.library import (
    HTML,
    CalendarEntryFactory,
    FactCardFactory,
    NextStepFactory,
    SeriesFactory,
    published,
)
from tests.factories.people import MentorFactory, TopicFactory, UserFactory
from tests.factories.questions import QuestionFactory, answered
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
TODAY = datetime(2027, 4, 20, 12, tzinfo=UTC)


def _live(article: Article) -> Revision:
    return Revision.objects.get(live_article=article)


def _asked(article: Article, anchor: str = "", section_title: str = "", title: str = "Why so?") -> Question:
    question: Question = QuestionFactory.create(
        article=article, revision=_live(article), anchor=anchor, section_title=section_title, title=title
    )
    answered(question)
    return question


def _full(count: int) -> Article:
    """An article with everything around it, `count` times."""
    series = SeriesFactory.create()
    fact = FactCardFactory.create()
    card = f'<aside data-fact="{fact.key}"></aside>'
    made = [published(html=HTML + card, series=series) for _ in range(count + 2)]
    article = made[1]
    article.topics.set(TopicFactory.create_batch(count))
    for other in made[2:]:
        RelatedArticle.objects.create(article=article, other=other)
    for number in range(count):
        ArticleAuthor.objects.create(article=article, user=MentorFactory.create().user)
        Credit.objects.create(
            revision=_live(article), user=UserFactory.create(), role=CreditRole.ASKED, path=f"/feed/{number}/"
        )
        _asked(article)
        _asked(article, "first-part", "First part")
    CalendarEntryFactory.create()
    NextStepFactory.create(calendar_kind="amcas-submit")
    NextStepFactory.create_batch(count)
    return article


@pytest.fixture
def spring() -> Iterator[None]:
    """A day on which the calendar's next entry is near; before anybody signs in, or their session is over."""
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def learner(client: Client) -> User:
    """Somebody who is signed in."""
    user: User = UserFactory.create()
    client.force_login(user)
    return user


# --- The whole page


@pytest.mark.usefixtures("spring")
@pytest.mark.parametrize("count", [1, 3])
def test_full_article_takes_thirteen_queries_for_a_visitor(
    client: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    path = _full(count).get_absolute_url()
    with django_assert_num_queries(13):
        page = open_page(client, path)
    assert len(page.xpath("//nav[@aria-labelledby='h-series']//a[@rel]")) == 2


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.usefixtures("spring", "learner")
def test_full_article_takes_twenty_one_queries_signed_in(
    client: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    path = _full(count).get_absolute_url()
    with django_assert_num_queries(21):
        page = open_page(client, path)
    assert len(page.xpath("//form[@action='/accounts/logout/']")) == 1


@pytest.mark.usefixtures("spring", "learner")
def test_full_article_has_headings_in_order_one_title_and_nothing_that_runs(client: Client) -> None:
    page = open_page(client, _full(2).get_absolute_url())
    levels = heading_levels(page)
    assert (levels.count(1), levels[0], skipped_levels(levels), unsafe_attributes(page)) == (1, 1, [], [])


def test_ids_of_an_article_page_are_each_there_once(client: Client) -> None:
    found = attributes(open_page(client, _full(2).get_absolute_url()), "//@id")
    assert len(found) == len(set(found))


@pytest.mark.parametrize("gate", [Gate(), Gate(is_premium=True)], ids=["detail", "teaser"])
def test_no_heading_can_take_an_id_of_the_page_around_it(client: Client, gate: Gate) -> None:
    path = published(html="<p>Words.</p><p>More.</p>", gate=gate).get_absolute_url()
    found = attributes(open_page(client, path), "//@id")
    assert [name for name in found if not is_reserved(name)] == []


def test_article_carries_what_its_script_needs(client: Client) -> None:
    article = published(slug="why", title="Why “so”")
    page = open_page(client, "/learn/why/")
    (root,) = page.xpath("//article[@data-article]")
    assert (root.get("data-article"), root.get("data-title"), root.get("data-progress-url")) == (
        "why",
        article.title,
        None,
    )
    assert attributes(page, "//script[@type='module']/@src")[-1].startswith("/static/js/reading")
    assert len(root.xpath(".//*[@data-prose]//h2")) == 2
    (ask,) = root.xpath(".//a[@data-ask-quote]")
    assert (ask.get("href"), "hidden" in ask.attrib) == ("/feed/ask/?article=why", True)
    assert {"hidden" in note.attrib for note in page.xpath("//*[@data-resume]")} == {True}


@pytest.mark.usefixtures("learner")
def test_article_tells_its_script_where_progress_of_a_signed_in_reader_goes(client: Client) -> None:
    published(slug="why")
    page = open_page(client, "/learn/why/")
    assert attributes(page, "//article/@data-progress-url") == ["/learn/why/progress/"]
    assert page.xpath("//*[@data-resume]") == []
    assert attributes(page, "//article//input[@name='csrfmiddlewaretoken']/@value") != []


def test_article_head_tells_others_title_and_summary_and_never_the_text(client: Client) -> None:
    published(slug="why", title="Why “so”", series=SeriesFactory.create(title="Getting in"))
    page = open_page(client, "/learn/why/")
    found = {meta.get("property"): meta.get("content") for meta in page.xpath("//meta[@property]")}
    assert {name: found[name] for name in found if name.startswith("og:") and "site" not in name} == {
        "og:locale": "en_US",
        "og:type": "article",
        "og:title": "Why “so”",
        "og:description": "In short.",
        "og:url": "http://testserver/learn/why/",
    }
    assert found["article:section"] == "Getting in"
    assert attributes(page, "//link[@rel='canonical']/@href") == ["http://testserver/learn/why/"]
    assert attributes(page, "//link[@type='application/atom+xml']/@href") == ["/learn/feed.xml"]
    assert page.xpath("//meta[@name='robots']") == []


@pytest.mark.parametrize("gate", [Gate(), Gate(is_premium=True), Gate(sections=("first-part",))])
def test_article_data_says_what_is_free_and_parses_whatever_the_titles(client: Client, gate: Gate) -> None:
    title = '</script> "Why" \\ ‘so’ <b>&amp;\u2028é 🙂'
    article = published(gate=gate, series=SeriesFactory.create(title=title))
    Article.objects.update(title=title)
    ArticleAuthor.objects.create(article=article, user=UserFactory.create(display_name="Zoë </script>"))
    page = open_page(client, article.get_absolute_url())
    (block,) = page.xpath("//script[@type='application/ld+json']")
    about, place = json.loads(block.text)["@graph"]
    free = gate == Gate()
    gated = {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".premium-part"}
    assert (about["@type"], about["headline"], place["@type"]) == ("Article", title, "BreadcrumbList")
    assert (about["isAccessibleForFree"], about.get("hasPart")) == (free, None if free else gated)
    assert about["author"] == [{"@type": "Person", "name": "Zoë </script>"}]
    assert about["dateModified"] >= about["datePublished"]
    assert (page.xpath("//*[contains(@class, 'premium-part')]") == []) == free


# --- Who wrote it, who read it, how fresh it is


@pytest.mark.parametrize(
    ("is_chosen", "line"),
    [
        (True, "Reviewed by Priya (Third year, LSM) on May 12, 2026"),
        (False, "Reviewed by Devon on May 14, 2026"),
    ],
)
def test_byline_names_the_chosen_reviewer_or_who_approved(client: Client, is_chosen: bool, line: str) -> None:
    article = published()
    approver = _live(article).approved_by
    assert approver is not None
    User.objects.filter(pk=approver.pk).update(display_name="Devon")
    Revision.objects.update(approved_at=datetime(2026, 5, 14, tzinfo=UTC))
    reviewer = MentorFactory.create(user__display_name="Priya").user if is_chosen else None
    Article.objects.update(reviewer=reviewer, checked_on=date(2026, 5, 12))
    ArticleAuthor.objects.create(article=article, user=MentorFactory.create(user__display_name="Amara").user)
    page = open_page(client, article.get_absolute_url())
    assert texts(page, "//header//p[contains(., 'Reviewed')]") == [line]
    assert "Amara Third year, LSM" in texts(page, "//header//*[@class='person']/div")
    assert "Facts checked May 12, 2026" in texts(page, "//header//*[@class='meta']/span")


@pytest.mark.parametrize(
    ("checked_on", "last"),
    [(date(2026, 5, 12), "We last checked its facts on May 12, 2026. "), (None, "")],
)
def test_article_that_is_due_says_so_at_its_top(client: Client, checked_on: date | None, last: str) -> None:
    article = published()
    page = open_page(client, article.get_absolute_url())
    assert page.xpath("//*[contains(@class, 'warn')]") == []
    Article.objects.update(checked_on=checked_on, review_on=date(2026, 6, 1))
    page = open_page(client, article.get_absolute_url())
    sources = "Rules and dates may have changed since then, so please check the sources."
    due = f"This article is due for a check. {last}{sources}"
    assert texts(page, "//*[contains(@class, 'warn')]") == [due]


def test_fact_card_shows_rule_value_source_and_day(client: Client) -> None:
    fact = FactCardFactory.create(review_on=date(2026, 11, 2))
    article = published(html=f'<p>One.</p><h2>Two</h2><aside data-fact="{fact.key}"></aside><p>Three.</p>')
    with time_machine.travel(datetime(2026, 11, 2, 12, tzinfo=UTC), tick=False):
        page = open_page(client, article.get_absolute_url())
    (card,) = page.xpath("//aside[starts-with(@aria-label, 'Fact')]")
    told = f"{fact.rule} Three times in one year. Source: The rule itself, checked on November 1, 2026"
    assert (card.get("aria-label"), words(card)) == (f"Fact: {fact.rule}", told)
    assert attributes(card, ".//a/@href") == ["https://example.org/rule"]
    with time_machine.travel(datetime(2026, 11, 3, 12, tzinfo=UTC), tick=False):
        page = open_page(client, article.get_absolute_url())
    expired = texts(page, "//aside[starts-with(@aria-label, 'Fact')]//*[contains(@class, 'warn')]")
    assert expired == ["This is due for a check. Look it up at the source."]


# --- Contents and sections


def test_contents_stand_twice_and_show_what_is_locked(client: Client) -> None:
    article = published(gate=Gate(sections=("first-part",)))
    page = open_page(client, article.get_absolute_url())
    lists = page.xpath("//*[contains(@class, 'toc')]//nav/ol | //nav[contains(@class, 'toc')]/ol")
    assert [texts(one, ".//a") for one in lists] == [
        ["First part (Premium)", "Inner part", "Second part"]
    ] * 2


def test_answered_questions_stand_at_their_section_and_those_about_all_of_it_at_the_end(
    client: Client,
) -> None:
    article = published()
    about_all, about_part = _asked(article), _asked(article, "inner-part", "Inner part", "And then?")
    QuestionFactory.create(article=article, title="Nobody answered this")
    page = open_page(client, article.get_absolute_url())
    folds = page.xpath("//details[contains(@class, 'inset')]")
    assert [words(fold.xpath("./summary")[0]) for fold in folds] == [
        "1 question from readers about this section: Inner part",
        "1 question from readers about this article",
    ]
    assert [texts(fold, ".//li") for fold in folds] == [["And then? (1 answer)"], ["Why so? (1 answer)"]]
    assert [attributes(fold, ".//li/a/@href") for fold in folds] == [
        [about_part.get_absolute_url()],
        [about_all.get_absolute_url()],
    ]


def test_locked_section_names_itself_and_the_way_to_premium(client: Client) -> None:
    article = published(gate=Gate(sections=("first-part",)))
    page = open_page(client, article.get_absolute_url())
    assert texts(page, "//*[contains(@class, 'premium-part')]") == [
        "Premium The section “First part” is for Premium members. See Premium"
    ]
    assert attributes(page, "//*[contains(@class, 'premium-part')]//a/@href") == ["/membership/"]
    assert texts(page, "//header//*[contains(@class, 'tag premium')]") == [
        "Some sections are for Premium members"
    ]


# --- Where it leads


def test_credits_thank_who_asked_and_answered_also_when_they_left(client: Client) -> None:
    article = published()
    for role, user in (
        (CreditRole.ASKED, UserFactory.create(display_name="Joan")),
        (CreditRole.ANSWERED, None),
    ):
        Credit.objects.create(revision=_live(article), role=role, user=user, path="/feed/1/why/")
    page = open_page(client, article.get_absolute_url())
    thanks = page.xpath("//p[contains(., 'With thanks')]")
    assert [words(one) for one in thanks] == [
        "With thanks to Joan, who asked, and a former member, who answered."
    ]
    assert attributes(thanks[0], ".//a/@href") == ["/feed/1/why/"] * 2


@pytest.mark.usefixtures("spring")
def test_next_step_shows_the_date_it_hangs_on_with_its_source(client: Client) -> None:
    CalendarEntryFactory.create(ends_on=date(2027, 6, 1), is_estimate=True)
    NextStepFactory.create(title="Get ready", href="/feed/", calendar_kind="amcas-submit")
    NextStepFactory.create(title="Walk with somebody", href="/mentorship/")
    page = open_page(client, published().get_absolute_url())
    dated, plain = page.xpath("//*[@aria-labelledby='h-on']//section")
    assert words(dated) == (
        "Get ready It helps. AMCAS submission opens: May 27, 2027 to June 1, 2027 (expected; the official"
        " date is not out yet) Source: The calendar itself, checked on November 1, 2026 Go on"
    )
    assert attributes(dated, ".//a/@href") == ["https://example.org/calendar", "/feed/"]
    assert (words(plain), plain.get("class")) == ("Walk with somebody It helps. Go on", "card night stack")
    assert attributes(plain, ".//a/@href") == ["/mentorship/"]


def test_article_without_anything_around_it_leads_nowhere_twice(client: Client) -> None:
    NextStepFactory.create()
    page = open_page(client, published(html="<p>Only this.</p>").get_absolute_url())
    assert texts(page, "//main//h2") == [
        "Did this article help you?",
        "Still unsure? Ask about this article",
        "A way on from here",
    ]


def test_related_articles_and_neighbors_show_their_summary_and_gate(client: Client) -> None:
    series = SeriesFactory.create(title="Getting in")
    article = published(series=series, position=1)
    after = published(series=series, position=2, title="After it", gate=Gate(sections=("first-part",)))
    other = published(title="Beside it", gate=Gate(is_premium=True))
    article.topics.add(TopicFactory.create(name="MCAT", slug="mcat"))
    RelatedArticle.objects.create(article=article, other=other)
    page = open_page(client, article.get_absolute_url())
    assert texts(page, "//*[@aria-labelledby='h-related']//li[h3]") == [
        "Beside it In short. Premium 1 min read"
    ]
    assert texts(page, "//*[@aria-labelledby='h-series']//*[contains(@class, 'card')]") == [
        "Next After it Partly Premium 1 min read"
    ]
    assert attributes(page, "//a[@rel='next']/@href") == [after.get_absolute_url()]
    assert attributes(page, "//*[@aria-label='Topics']//a/@href") == ["/learn/?topic=mcat"]


def test_a_fact_card_that_is_gone_leaves_no_trace(client: Client) -> None:
    article = published(html="<p>Before.</p><p>After.</p>")
    html = '<p>Before.</p><aside data-fact="gone"></aside><p>After.</p>'
    Revision.objects.filter(live_article=article).update(html=html, open_html=html)
    body = open_page(client, article.get_absolute_url()).xpath("//*[@data-prose]")[0]
    assert body.xpath(".//p/text()") == ["Before.", "After."]
    assert body.xpath(".//aside") == []
