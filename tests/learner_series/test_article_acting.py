"""What a reader can do on the page of an article: keep it, go on, say whether it helped."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from accounts.models import User
from tests.factories.library import published
from tests.factories.people import UserFactory
from tests.factories.reading import FeedbackFactory, ProgressFactory, SavedArticleFactory
from tests.learner_series.markup import attributes, open_page, texts

pytestmark = pytest.mark.django_db
TODAY = datetime(2027, 4, 20, 12, tzinfo=UTC)


@pytest.fixture
def learner(client: Client) -> User:
    """Somebody who is signed in."""
    user: User = UserFactory.create()
    client.force_login(user)
    return user


def test_visitor_is_led_to_sign_in_and_gets_no_form_with_a_token(client: Client) -> None:
    published(slug="why")
    page = open_page(client, "/learn/why/")
    main = "//main//form"
    assert page.xpath(main) == []
    assert set(attributes(page, "//main//a[starts-with(@href, '/accounts/')]/@href")) == {
        "/accounts/login/?next=/learn/why/"
    }
    assert attributes(page, "//*[@aria-labelledby='h-helpful']//a/@href") == [
        "/learn/why/feedback/?helpful=yes",
        "/learn/why/feedback/?helpful=no",
    ]


@pytest.mark.parametrize(("is_saved", "pressed", "sends"), [(False, "false", "yes"), (True, "true", "no")])
def test_reader_saves_an_article_or_takes_it_back(
    client: Client, learner: User, is_saved: bool, pressed: str, sends: str
) -> None:
    article = published(slug="why")
    if is_saved:
        SavedArticleFactory.create(user=learner, article=article)
    page = open_page(client, "/learn/why/")
    forms = page.xpath("//form[@action='/learn/why/save/']")
    assert [attributes(form, ".//input[@name='saved']/@value") for form in forms] == [[sends]] * 2
    assert [attributes(form, ".//button/@aria-pressed") for form in forms] == [[pressed]] * 2


@pytest.mark.usefixtures("learner")
def test_article_is_shared_by_a_button_of_the_script_and_by_mail_without_it(client: Client) -> None:
    published(slug="why", title="Why & how?")
    page = open_page(client, "/learn/why/")
    buttons = page.xpath("//button[@data-share]")
    assert {(one.get("data-url"), one.get("data-title"), "hidden" in one.attrib) for one in buttons} == {
        ("http://testserver/learn/why/", "Why & how?", True)
    }
    assert set(attributes(page, "//a[starts-with(@href, 'mailto')]/@href")) == {
        "mailto:?subject=Why%20%26%20how%3F&body=http%3A%2F%2Ftestserver%2Flearn%2Fwhy%2F"
    }


def test_reader_goes_on_where_they_were_until_they_have_finished(client: Client, learner: User) -> None:
    article = published()
    progress = ProgressFactory.create(user=learner, article=article, percent=40, anchor="inner-part")
    page = open_page(client, article.get_absolute_url())
    assert texts(page, "//*[contains(@class, 'article-head')]/p[contains(@class, 'note')]") == [
        "You have read 40%. Continue at: Inner part"
    ]
    assert attributes(page, "//*[contains(@class, 'article-head')]/p//a/@href") == ["#inner-part"]
    progress.finished_at = progress.read_at
    progress.save()
    page = open_page(client, article.get_absolute_url())
    assert page.xpath("//*[contains(@class, 'article-head')]/p[contains(@class, 'note')]") == []


@pytest.mark.parametrize(
    ("is_finished", "mark", "button"), [(False, "read", "Mark as read"), (True, "unread", "Mark as not read")]
)
def test_reader_marks_an_article_as_read_or_not(
    client: Client, learner: User, is_finished: bool, mark: str, button: str
) -> None:
    article = published(slug="why")
    finished_at = TODAY if is_finished else None
    ProgressFactory.create(user=learner, article=article, finished_at=finished_at)
    page = open_page(client, "/learn/why/")
    (form,) = page.xpath("//form[@action='/learn/why/progress/']")
    assert (attributes(form, ".//input[@name='mark']/@value"), texts(form, ".//button")) == ([mark], [button])


@pytest.mark.usefixtures("learner")
def test_reader_says_yes_at_once_and_no_on_a_page_that_asks_what_was_missing(client: Client) -> None:
    published(slug="why")
    page = open_page(client, "/learn/why/")
    (form,) = page.xpath("//form[@action='/learn/why/feedback/']")
    assert attributes(form, ".//input[@name='helpful']/@value") == ["yes"]
    assert attributes(form, ".//a/@href") == ["/learn/why/feedback/?helpful=no"]


@pytest.mark.parametrize(
    ("is_helpful", "said"), [(True, "You said it helped."), (False, "You said it did not help.")]
)
def test_reader_sees_what_they_said_and_can_change_it(
    client: Client, learner: User, is_helpful: bool, said: str
) -> None:
    article = published(slug="why")
    FeedbackFactory.create(user=learner, article=article, is_helpful=is_helpful)
    page = open_page(client, "/learn/why/")
    assert texts(page, "//*[@aria-labelledby='h-helpful']//p") == [f"{said} Change your answer"]
    assert page.xpath("//form[@action='/learn/why/feedback/']") == []


@pytest.mark.usefixtures("learner")
def test_feedback_page_asks_what_was_missing(client: Client) -> None:
    published(slug="why")
    page = open_page(client, "/learn/why/feedback/", {"helpful": "no"})
    assert attributes(page, "//input[@name='helpful'][@checked]/@value") == ["no"]
    assert attributes(page, "//main//form/@action") == ["/learn/why/feedback/"]
    assert attributes(page, "//meta[@name='robots']/@content") == ["noindex"]
    assert texts(page, "//label[@for='id_missing']") == ["What was missing? Optional"]
