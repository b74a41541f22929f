"""What people under 18 ask is read by staff before anybody else sees it."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notification, User
from accounts.registries.safety import reportable_of
from feed.models import Question
from feed.models.question import Visibility
from feed.permissions import is_read_first
from feed.services.answers import AnswerError, answer_question
from feed.services.questions import QUESTIONS_A_DAY, AskError, Passage, QuestionDraft, ask_question
from feed.services.reviewing import release
from learner_series.models import Article
from tests.factories.library import published
from tests.factories.people import MentorFactory, TopicFactory, UserFactory, staff
from tests.factories.questions import answer_draft

pytestmark = pytest.mark.django_db

TITLE = "What do I take in tenth grade?"


def minor(**fields: Any) -> User:
    """Somebody of sixteen."""
    made: User = UserFactory.create(birth_year=timezone.localdate().year - 16, birth_month=1, **fields)
    return made


def ask(person: User, **fields: Any) -> Question:
    complete: dict[str, Any] = {
        "title": TITLE,
        "body": "<p>My school has few sciences.</p>",
        "topics": (),
        "stage": None,
        "roads": (),
        "passage": None,
    }
    draft = QuestionDraft(**{**complete, **fields})
    return ask_question(by=person, token=uuid.uuid4(), draft=draft, now=timezone.now())


# --- The rule


@pytest.mark.parametrize(
    ("birth", "expected"),
    [
        ((2010, 1), True),
        # The birthday counts as the last of its month: nobody is of age too early.
        ((2008, 3), True),
        ((2008, 2), False),
        ((1990, 1), False),
        ((None, None), True),
    ],
)
def test_is_read_first_goes_by_age(birth: tuple[int | None, int | None], expected: bool) -> None:
    person = User(birth_year=birth[0], birth_month=birth[1])
    assert is_read_first(person, date(2026, 3, 15)) is expected


@pytest.mark.parametrize("birth", [(None, None), (timezone.localdate().year - 14, 1)])
def test_question_of_a_minor_is_held_and_its_readers_are_told(birth: tuple[int | None, int | None]) -> None:
    person, moderator = UserFactory.create(birth_year=birth[0], birth_month=birth[1]), staff("moderator")
    question = ask(person)
    assert (question.visibility, question.state, question.is_held) == (Visibility.HELD, "open", True)
    assert [row.user for row in Notification.objects.all()] == [moderator]


def test_age_is_that_of_the_account_now_not_of_the_page_that_is_open() -> None:
    person = UserFactory.create()
    User.objects.update(birth_year=None, birth_month=None)
    assert (person.birth_year, ask(person).visibility) == (2000, Visibility.HELD)


def test_question_of_an_adult_or_of_staff_is_shown_at_once() -> None:
    colleague = minor(is_staff=True)
    colleague.groups.add(Group.objects.get(name="editor"))
    assert [ask(person).visibility for person in (UserFactory.create(), colleague)] == ["shown", "shown"]


def test_held_questions_count_against_the_limit_of_a_day() -> None:
    person = minor()
    for _ in range(QUESTIONS_A_DAY):
        ask(person)
    with pytest.raises(AskError, match="That is 5 questions in a day"):
        ask(person)


# --- What the asker sees


def test_asker_hears_that_somebody_reads_it_first_and_roughly_when(client: Client) -> None:
    person, topic = minor(), TopicFactory.create()
    client.force_login(person)
    fields = {"title": TITLE, "body": "", "topics": [topic.slug], "token": str(uuid.uuid4())}
    page = client.post(reverse("feed:question_create"), fields, follow=True).content.decode()
    said = ["A staff member reads it first", "Only you see this question yet.", "within a day", TITLE]
    assert [words in page for words in said] == [True] * 4


def test_asker_without_a_known_age_is_shown_where_to_tell_it(client: Client) -> None:
    person = UserFactory.create(birth_year=None, birth_month=None)
    question = ask(person)
    client.force_login(person)
    page = client.get(question.get_absolute_url()).content.decode()
    assert f'href="{reverse("accounts:birth_edit")}"' in page


def test_asker_finds_it_on_the_dashboard_with_its_mark(client: Client) -> None:
    person = minor()
    ask(person)
    client.force_login(person)
    page = client.get(reverse("dashboard")).content.decode()
    assert (TITLE in page, "Only you see it yet" in page) == (True, True)


# --- Where others do not


def _nobody() -> User | None:
    return None


WHO: dict[str, Callable[[], User | None]] = {
    "visitor": _nobody,
    "learner": UserFactory.create,
    "mentor": lambda: MentorFactory.create().user,
    "moderator": lambda: staff("moderator"),
    "admin": lambda: UserFactory.create(is_staff=True, is_superuser=True),
}


def _pages(question: Question, article: Article) -> list[str]:
    topic = question.topics.get()
    # Not by its words: a page that says that nothing is here may name the address that was asked for.
    return [
        "/",
        "/dashboard/",
        "/feed/",
        "/feed/?show=unanswered",
        f"/feed/?topic={topic.slug}",
        article.get_absolute_url(),
        "/sitemap.xml",
        "/sitemap-questions.xml",
        reverse("feed:question_detail", args=[question.pk, "x"]),
        reverse("feed:question_redirect", args=[question.pk]),
        reverse("feed:answer_create", args=[question.pk, "x"]),
    ]


@pytest.mark.parametrize("who", WHO)
def test_held_question_is_on_no_page_of_anybody_else(client: Client, who: str) -> None:
    article = published()
    passage = Passage(article, "first-part", "First part")
    question = ask(minor(), topics=(TopicFactory.create(),), passage=passage)
    person = WHO[who]()
    if person is not None:
        client.force_login(person)
    pages = [client.get(path, follow=True) for path in _pages(question, article)]
    leaks = [
        page.request["PATH_INFO"]
        for page in pages
        if TITLE in page.content.decode() or question.slug in page.content.decode()
    ]
    assert leaks == []


def test_pages_that_hide_a_held_question_show_a_released_one(client: Client) -> None:
    article = published()
    passage = Passage(article, "first-part", "First part")
    question = ask(minor(), topics=(TopicFactory.create(),), passage=passage)
    release(by=staff("moderator"), post=question, now=timezone.now())
    paths = _pages(question, article)
    pages = {path: client.get(path, follow=True).content.decode() for path in paths}
    hidden = [path for path, page in pages.items() if TITLE not in page and question.slug not in page]
    # These show a visitor no question: who signs in is somebody, an article shows answered ones only.
    closed = [reverse("feed:answer_create", args=[question.pk, "x"]), article.get_absolute_url()]
    assert sorted(hidden) == sorted(["/dashboard/", "/sitemap.xml", *closed])


def test_held_question_stands_in_no_list_or_count_of_the_models() -> None:
    article, now = published(), timezone.now()
    question = ask(minor(), passage=Passage(article, "first-part", "First part"))
    Question.objects.update(answer_count=1)
    shown, other = Question.objects.shown(), UserFactory.create()
    found = [
        shown.count(),
        Question.objects.shown_to(other).count(),
        Question.objects.visible_to(other).count(),
        Question.objects.visible_to(None).count(),
        Question.objects.answered_at(article, other).count(),
        Question.objects.asked_from(article, "first-part").count(),
        len(Question.objects.by_section()),
        shown.worth_finding(now).count(),
    ]
    assert found == [0] * 8
    assert shown.worth_finding(now).last_active() is None
    assert list(Question.objects.visible_to(question.asker)) == [question]


def test_held_question_cannot_be_reported_by_others() -> None:
    question = ask(minor())
    kind = reportable_of("question")
    assert kind is not None
    assert kind.find(str(question.pk), UserFactory.create().pk) is None


def test_editors_do_not_see_it_among_what_readers_asked(client: Client) -> None:
    article = published()
    ask(minor(), passage=Passage(article, "first-part", "First part"))
    client.force_login(staff("editor"))
    section = reverse("admin:feed_question_section", args=[article.pk])
    pages = [client.get(path) for path in ("/admin/feed/question/sections/", f"{section}?section=first-part")]
    assert [
        TITLE in page.content.decode() or "First part</a>" in page.content.decode() for page in pages
    ] == ([False, False])


# --- Answers


def _answer(mentor: User, question: Question) -> None:
    now = timezone.now()
    answer_question(by=mentor, token=uuid.uuid4(), question=question, draft=answer_draft(), now=now)


def test_held_question_cannot_be_answered_and_a_released_one_can() -> None:
    question, mentor = ask(minor()), MentorFactory.create().user
    with pytest.raises(AnswerError, match=r"^This question can't be answered from this account any more\.$"):
        _answer(mentor, question)
    release(by=staff("moderator"), post=question, now=timezone.now())
    _answer(mentor, question)
    assert Question.objects.get().answer_count == 1


def test_nobody_under_18_answers_whatever_their_profile_says() -> None:
    question = ask(UserFactory.create())
    mentor = MentorFactory.create(user=minor()).user
    with pytest.raises(AnswerError):
        _answer(mentor, question)
    User.objects.filter(pk=mentor.pk).update(birth_year=2000)
    mentor.refresh_from_db()
    _answer(mentor, question)
    assert Question.objects.get().answer_count == 1


def test_released_question_stands_first_in_the_feed(client: Client) -> None:
    question = ask(minor())
    Question.objects.update(asked_at=timezone.now() - timedelta(days=2))
    ask(UserFactory.create(), title="Asked meanwhile by somebody else?")
    release(by=staff("moderator"), post=question, now=timezone.now())
    page = client.get("/feed/")
    assert page.context["page"].items[0] == question
