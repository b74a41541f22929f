"""Words for Premium members, when people ask from them, answer, and tell what they thought."""

import re
import uuid
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core import mail
from django.test import Client

from accounts.models import Notification, User
from accounts.services.notifications import mail_notification
from feed.models import Question
from learner_series.models import Article
from tests.factories.gated import (
    ANCHOR,
    GATES,
    OPEN_WORDS,
    PHRASE,
    SECRETS,
    SHUT_OUT,
    TEXT,
    browser,
    gated,
    mail_parts,
    member,
    spilled,
)
from tests.factories.library import republished
from tests.factories.people import TopicFactory, UserFactory
from tests.factories.questions import QuestionFactory, answered

pytestmark = pytest.mark.django_db
# In New York, where everybody here lives.
NOON = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
# The address of a page stands in it, for whoever sent it: in the form of the theme.
_OWN_ADDRESS = re.compile(r'name="next" value="[^"]*"')


@pytest.fixture(params=GATES)
def article(request: pytest.FixtureRequest) -> Article:
    """A published article with every secret behind each kind of gate."""
    return gated(request.param, slug="gated")


def ask_url(quote: str, section: str = ANCHOR) -> str:
    """Where one asks from a passage."""
    return f"/feed/ask/?{urlencode({'article': 'gated', 'section': section, 'quote': quote})}"


def post(client: Client, url: str, **fields: str) -> Question:
    """Ask there; return the question."""
    data = {"token": str(uuid.uuid4()), "title": "Is one gap year enough for me?", **fields}
    response = client.post(url, {**data, "topics": [TopicFactory.create().slug]})
    assert response.status_code == 302
    return Question.objects.get()


# --- Asking


def assert_not_quoted(quote: str, section: str, reader: User) -> None:
    """Check that neither the form, nor the question, nor its page have the words."""
    client, url = browser(reader), ask_url(quote, section)
    form = client.get(url)
    assert form.status_code == 200
    assert spilled(_OWN_ADDRESS.sub("", form.content.decode())) == set()
    question = post(client, url)
    assert question.quote == ""
    assert spilled(browser().get(question.get_absolute_url()).content) == set()


@pytest.mark.parametrize(
    "quote",
    [
        PHRASE,
        PHRASE.upper(),
        "zyzzyvacell",
        "zyzzyvanote",
        "zyzzyvacaption",
        "zyzzyvaalt",
        "zyzzyvainner",
        "zyzzyvavalue",
        f"{OPEN_WORDS} {PHRASE}",
        f"Closed part Here stand {PHRASE}",
    ],
)
def test_gated_words_are_quoted_in_no_question(quote: str, article: Article) -> None:
    # Somebody who reads them marks them and asks.
    assert_not_quoted(quote, ANCHOR, member())


@pytest.mark.parametrize("section", ["", "open-part", "inner-part", "last-part", "gone"])
def test_gated_words_are_quoted_from_no_other_section(section: str, article: Article) -> None:
    assert_not_quoted(PHRASE, section, member())


def test_learner_does_not_find_out_by_asking_what_stands_there(article: Article) -> None:
    client = browser(UserFactory.create())
    right, wrong = (client.get(ask_url(words)).context["notice"] for words in (PHRASE, "never written"))
    assert right == wrong != ""


def test_open_words_are_quoted(article: Article) -> None:
    question = post(browser(UserFactory.create()), ask_url(OPEN_WORDS, ""))
    assert question.quote == OPEN_WORDS
    assert OPEN_WORDS in browser().get(question.get_absolute_url()).content.decode()


def test_field_that_the_form_does_not_have_puts_no_gated_word_into_a_question(article: Article) -> None:
    fields = {"quote": PHRASE, "section_title": PHRASE, "passage": PHRASE}
    question = post(browser(member()), ask_url("", ANCHOR), **fields)
    assert (question.quote, question.section_title) == ("", "Closed part")


def test_words_that_were_closed_since_the_form_was_opened_are_not_quoted() -> None:
    article, client = gated("none", slug="gated"), browser(UserFactory.create())
    assert client.get(ask_url(PHRASE)).context["passage"].quote == PHRASE
    republished(article, TEXT, GATES["section"][1])
    assert post(client, ask_url(PHRASE)).quote == ""


def test_quote_from_when_the_words_were_open_stays_with_its_question() -> None:
    # By decision: what a person asked stays as it was asked, and the quote was everybody's to read.
    article = gated("none", slug="gated")
    question = post(browser(UserFactory.create()), ask_url(PHRASE))
    republished(article, TEXT, GATES["section"][1])
    shown = browser().get(question.get_absolute_url()).content.decode()
    assert spilled(shown) == spilled(PHRASE)


def test_visitor_is_sent_to_sign_in_before_anything_is_looked_up(article: Article) -> None:
    response = browser().get(ask_url(PHRASE))
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/?next=")


# --- Questions about a gated section


@pytest.fixture
def question(article: Article) -> Question:
    """An answered question that was asked from the closed part."""
    made: Question = QuestionFactory.create(
        article=article, revision=article.live, anchor=ANCHOR, section_title="Closed part"
    )
    answered(made)
    made.refresh_from_db()
    return made


@pytest.mark.parametrize("who", SHUT_OUT)
def test_question_about_a_gated_section_shows_nothing_of_it(who: str, question: Question) -> None:
    client = browser(SHUT_OUT[who]())
    for path in (question.get_absolute_url(), "/feed/", "/", "/dashboard/", "/sitemap-questions.xml"):
        assert spilled(client.get(path, follow=True).content) == set()


def test_questions_do_not_open_their_section(question: Question, article: Article) -> None:
    shown = browser().get(article.get_absolute_url()).content.decode()
    assert spilled(shown) == set()


def test_question_stays_when_its_section_is_closed() -> None:
    article = gated("none", slug="gated")
    client = browser(UserFactory.create())
    question = post(client, ask_url("", ANCHOR))
    republished(article, TEXT, GATES["section"][1])
    page = browser().get(question.get_absolute_url()).content.decode()
    assert f"{article.get_absolute_url()}#{ANCHOR}" in page
    assert spilled(page) == set()


# --- Mails


def test_mail_about_an_answer_has_no_gated_word(question: Question) -> None:
    told = Notification.objects.get(user=question.asker)
    mail_notification(notification_id=told.pk, now=NOON)
    assert len(mail.outbox) == 1
    assert spilled(mail_parts(mail.outbox[0])) == set()


def test_publishing_sends_no_mail_with_the_words(article: Article) -> None:
    republished(article, TEXT, GATES["article"][1])
    assert spilled([mail_parts(sent) for sent in mail.outbox]) == set()


# --- What readers leave


@pytest.mark.parametrize(
    ("step", "fields"),
    [
        ("progress", {"percent": "40", "anchor": ANCHOR}),
        ("progress", {"percent": "40", "anchor": "zyzzyva"}),
        ("progress", {"percent": "x"}),
        ("progress", {"mark": "read"}),
        ("save", {"saved": "yes"}),
        ("save", {"saved": "no"}),
        ("feedback", {"helpful": "yes"}),
        ("feedback", {"helpful": "no", "missing": "More."}),
        ("feedback", {}),
    ],
)
@pytest.mark.parametrize("headers", [{}, {"hx-request": "true"}], ids=["plain", "htmx"])
def test_what_a_learner_does_is_answered_without_gated_words(
    step: str, fields: dict[str, str], headers: dict[str, str], article: Article
) -> None:
    client = browser(UserFactory.create())
    response = client.post(f"{article.get_absolute_url()}{step}/", fields, headers=headers, follow=True)
    assert response.status_code in {200, 204, 422}
    assert spilled(response.content) == set()


@pytest.mark.parametrize(("step", "status"), [("progress", 204), ("feedback", 422)])
def test_what_a_member_does_is_answered_without_gated_words(step: str, status: int, article: Article) -> None:
    response: Any = browser(member()).post(f"{article.get_absolute_url()}{step}/", {"percent": "40"})
    assert response.status_code == status
    assert spilled(response.content) == set()


def test_place_of_a_learner_in_a_gated_section_opens_nothing(article: Article) -> None:
    reader, progress = UserFactory.create(), {"percent": "60", "anchor": "inner-part"}
    client = browser(reader)
    client.post(f"{article.get_absolute_url()}progress/", progress)
    for path in (article.get_absolute_url(), "/learn/", "/dashboard/"):
        assert spilled(client.get(path).content) == set()


def test_member_sees_the_words_after_all_of_this(question: Question, article: Article) -> None:
    assert spilled(browser(member()).get(article.get_absolute_url()).content) == SECRETS
