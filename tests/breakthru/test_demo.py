"""The demo that people meet: whole, and from files that agree with each other."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.contrib.staticfiles import finders
from django.db import transaction
from django.test import Client, override_settings
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from accounts.models import Topic, User
from breakthru.demo import load_demo
from breakthru.demo.reading import articles, front_matter, table, words
from breakthru.management.commands.up import DEMO_ACCOUNTS
from breakthru.outbox.models import Outbox
from feed.models import Answer, Question
from feed.models.answer import Basis
from learner_series.models import Article, FactCard, NextStep, ReadingProgress, RelatedArticle, Series
from learner_series.models.next_step import Reader
from learner_series.services.next_steps import ReaderProfile, offers_for
from memberships.access import has_premium_access
from mentors.models import MentorProfile
from mentors.models.profile import ProgramYear

pytestmark = pytest.mark.django_db
LOADED_AT = timezone.now()


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The whole demo, loaded once for all tests of this file and taken back after them."""
    with django_db_blocker.unblock(), override_settings(DEMO=True), transaction.atomic():
        load_demo(now=LOADED_AT)
        yield
        transaction.set_rollback(True)


def test_every_printed_account_signs_in(demo: None) -> None:
    who = {authenticate(email=f"{name}@demo.test", password="breakthru-demo") for name, _ in DEMO_ACCOUNTS}

    assert (None in who, len(who)) == (False, 11)


def test_nobody_but_staff_opens_the_staff_pages(demo: None) -> None:
    staff = set(User.objects.filter(is_staff=True).values_list("slug", flat=True))

    assert staff == {"editor", "moderator", "coordinator", "safeguarding", "billing", "admin"}


def test_staff_have_their_groups(demo: None) -> None:
    lead = User.objects.get(slug="safeguarding")

    assert [group.name for group in lead.groups.all()] == ["safeguarding lead"]


def test_every_article_is_published_in_its_series(demo: None) -> None:
    about = {front["slug"]: front["series"] for front, _ in articles()}

    found = dict(Article.objects.published().values_list("slug", "series__slug"))

    assert found == about


def test_the_library_is_as_large_as_promised(demo: None) -> None:
    lengths = {article.slug: article.word_count for article in Article.objects.published()}

    assert len(lengths) >= 12
    assert {slug: count for slug, count in lengths.items() if not 800 <= count <= 2000} == {}


def test_two_articles_are_premium_and_one_has_a_premium_section(demo: None) -> None:
    assert set(Article.objects.filter(is_premium=True).values_list("slug", flat=True)) == {
        "writing-the-personal-statement",
        "money-during-medical-school",
    }
    assert set(Article.objects.filter(has_premium_sections=True).values_list("slug", flat=True)) == {
        "when-a-cycle-does-not-work-out"
    }


def test_every_fact_card_of_the_files_is_shown_somewhere(demo: None) -> None:
    unused = [card.key for card in FactCard.objects.with_use() if card.live_count == 0]

    assert (unused, FactCard.objects.count()) == ([], len(table("facts", "facts")))


def test_one_fact_card_is_due_for_a_check(demo: None) -> None:
    expired = FactCard.objects.expired(LOADED_AT.date()).values_list("key", flat=True)

    assert "tmdsas-essay-length" in expired


def test_what_goes_with_an_article_is_as_its_file_says(demo: None) -> None:
    wanted = {front["slug"]: words(front.get("related", "")) for front, _ in articles()}

    found = {
        article.slug: [row.other.slug for row in RelatedArticle.objects.for_page(article)]
        for article in Article.objects.published()
    }

    assert found == wanted


def test_links_of_articles_and_next_steps_lead_to_pages(demo: None) -> None:
    client = Client()
    texts = Article.objects.published().values_list("live__html", flat=True)
    local = {href for text in texts for href in re.findall(r'href="(/[^"#?]*)', text)}
    local |= {step.href for step in NextStep.objects.all()}

    found = {href: client.get(href).status_code for href in sorted(local)}

    # Pages of one's own ask visitors to sign in.
    assert {href: code for href, code in found.items() if code not in {200, 302}} == {}


def test_pictures_of_articles_are_in_the_repository(demo: None) -> None:
    texts = Article.objects.published().values_list("live__html", flat=True)
    sources = {src for text in texts for src in re.findall(r'src="(/static/[^"]*)"', text)}

    assert sources
    assert {src for src in sources if finders.find(src.removeprefix("/static/")) is None} == set()


@pytest.mark.parametrize(
    ("reader", "day", "expected"),
    [
        (ReaderProfile(), date(2026, 11, 22), {"/membership/", "/mentorship/"}),
        (
            ReaderProfile(Reader.MEMBER, statuses=frozenset({"reapplying"})),
            date(2027, 5, 10),
            {"/learn/when-a-cycle-does-not-work-out/", "/feed/ask/"},
        ),
    ],
    ids=["stranger", "reapplicant in May"],
)
def test_next_steps_fit_the_reader(demo: None, reader: ReaderProfile, day: date, expected: set[str]) -> None:
    assert {offer.step.href for offer in offers_for(reader=reader, today=day)} == expected


def test_premium_people_have_premium(demo: None) -> None:
    have = {user.slug for user in User.objects.all() if has_premium_access(user, LOADED_AT)}

    assert have == {row["key"] for row in table("people", "people") if "membership" in row}


def test_the_learner_has_something_to_continue(demo: None) -> None:
    learner = User.objects.get(slug="learner")

    rows = [(row.article.slug, row.percent) for row in ReadingProgress.objects.of(learner.pk).to_continue()]

    assert rows == [("deciding-when-to-take-the-mcat", 46), ("community-college-and-medical-school", 30)]
    assert (
        ReadingProgress.objects.of(learner.pk)
        .to_continue()[0]
        .get_absolute_url()
        .endswith("/#know-the-limits")
    )


def test_the_first_article_comes_from_the_word_document_with_its_own_summary(demo: None) -> None:
    article = Article.objects.with_outline().get(slug="why-a-mentor-matters")
    about = next(front for front, _ in articles() if front["slug"] == article.slug)

    assert article.live is not None
    assert (article.summary, "<figure>" in article.live.html, "footnotes" in article.live.html) == (
        about["summary"],
        True,
        True,
    )


def test_every_question_and_answer_of_the_files_is_there(demo: None) -> None:
    rows = table("questions", "questions")

    assert Question.objects.count() == len(rows)
    assert Counter(Answer.objects.values_list("basis", flat=True)) == Counter(
        answer["basis"] for row in rows for answer in row.get("answers", [])
    )


def test_all_four_bases_occur(demo: None) -> None:
    assert set(Answer.objects.values_list("basis", flat=True)) == set(Basis.values)


def test_questions_from_a_passage_keep_it(demo: None) -> None:
    wanted = {
        (row["passage"]["article"], row["passage"]["section"])
        for row in table("questions", "questions")
        if "passage" in row
    }

    kept = set(Question.objects.exclude(anchor="").values_list("article__slug", "section_title"))

    assert kept == wanted


def test_nothing_is_asked_or_answered_in_the_future(demo: None) -> None:
    late_questions = Question.objects.filter(asked_at__gt=LOADED_AT).count()
    late_answers = Answer.objects.filter(answered_at__gt=LOADED_AT).count()

    assert (late_questions, late_answers) == (0, 0)


def test_nobody_is_told_of_old_answers(demo: None) -> None:
    kinds = set(Outbox.objects.pending().values_list("kind", flat=True))

    # What to read next is computed after the start, by the worker.
    assert kinds == {"learner_series.relate_article"}


def test_graduated_mentors_are_alumni(demo: None) -> None:
    graduated = [row["key"] for row in table("people", "people") if row.get("program_year") == "graduated"]

    alumni = MentorProfile.objects.filter(program_year=ProgramYear.ALUMNI).values_list("slug", flat=True)

    assert (bool(graduated), sorted(alumni)) == (True, sorted(graduated))


def test_topics_and_series_keep_the_order_of_their_files(demo: None) -> None:
    assert list(Topic.objects.values_list("slug", flat=True)) == [
        row["slug"] for row in table("topics", "topics")
    ]
    assert list(Series.objects.values_list("slug", flat=True)) == [
        row["slug"] for row in table("series", "series")
    ]


@pytest.mark.parametrize("path", [path for _, path in articles()], ids=lambda path: path.stem)
def test_front_matter_names_what_the_loader_needs(path: Path) -> None:
    front = front_matter(path.with_suffix(".md"))

    assert {
        "title",
        "slug",
        "summary",
        "series",
        "position",
        "topics",
        "author",
        "checked_on",
        "cover",
        "tone",
    } <= set(front)
