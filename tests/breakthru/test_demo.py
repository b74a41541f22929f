"""The demo that people meet: whole, and from files that agree with each other."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.db import transaction
from django.test import override_settings
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from accounts.models import Topic, User
from breakthru.demo import load_demo
from breakthru.demo.reading import articles, front_matter, table
from breakthru.management.commands.up import DEMO_ACCOUNTS
from breakthru.outbox.models import Outbox
from feed.models import Answer, Question
from feed.models.answer import Basis
from learner_series.models import Article, Series
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


def test_the_first_article_comes_from_the_word_document_with_its_own_summary(demo: None) -> None:
    article = Article.objects.with_text().get(slug="why-a-mentor-matters")
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
    assert Outbox.objects.pending().count() == 0


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
