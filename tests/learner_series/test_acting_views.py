"""What a signed-in reader does with an article, each by a plain form."""

import re
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from accounts.models import User
from learner_series.models import Article, ArticleFeedback, ReadingProgress, SavedArticle
from tests.factories.library import ArticleFactory, draft, published
from tests.factories.people import UserFactory
from tests.factories.reading import FeedbackFactory

pytestmark = pytest.mark.django_db
ACTIONS = ("progress", "save", "feedback")
LONG = "w" * 1001


@pytest.fixture
def person(client: Client) -> User:
    """Who is signed in with `client`."""
    made: User = UserFactory.create()
    client.force_login(made)
    return made


@pytest.fixture
def article() -> Article:
    """An article with the title “Why”."""
    return published(slug="why", title="Why")


def said(response: Any) -> list[str]:
    """The messages that the next page shows."""
    return [str(message) for message in get_messages(response.wsgi_request)]


def progress() -> list[tuple[int, str, bool]]:
    rows = ReadingProgress.objects.order_by("pk")
    return [(row.percent, row.anchor, row.finished_at is not None) for row in rows]


# --- All of them


def test_an_article_called_preview_is_kept_like_any_other(client: Client, person: User) -> None:
    published(slug="preview")
    assert client.post("/learn/preview/save/")["Location"] == "/learn/preview/"
    assert SavedArticle.objects.get().user == person


@pytest.mark.parametrize("action", ACTIONS)
def test_visitor_is_sent_to_sign_in_and_nothing_is_kept(
    client: Client, article: Article, action: str
) -> None:
    response = client.post(f"/learn/why/{action}/", {"percent": "5", "helpful": "yes"})
    assert response.status_code == 302
    assert response["Location"] == f"/accounts/login/?next=/learn/why/{action}/"
    assert [model.objects.count() for model in (ReadingProgress, SavedArticle, ArticleFeedback)] == [0, 0, 0]


@pytest.mark.parametrize(("action", "status"), [("progress", 405), ("save", 405), ("feedback", 200)])
def test_only_the_form_of_feedback_can_be_opened(
    client: Client, person: User, article: Article, action: str, status: int
) -> None:
    assert client.get(f"/learn/why/{action}/").status_code == status


@pytest.mark.parametrize("action", ACTIONS)
def test_an_article_that_nobody_can_open_is_404(client: Client, person: User, action: str) -> None:
    draft(slug="soon")
    ArticleFactory.create(slug="empty")
    for slug in ("soon", "empty", "gone"):
        assert client.post(f"/learn/{slug}/{action}/", {"percent": "5", "helpful": "yes"}).status_code == 404


@pytest.mark.parametrize("action", ACTIONS)
def test_without_the_csrf_token_it_is_refused(article: Article, action: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory.create())
    assert client.post(f"/learn/why/{action}/", {"percent": "5", "helpful": "yes"}).status_code == 403


@pytest.mark.parametrize("action", ACTIONS)
def test_it_is_kept_by_no_cache(client: Client, person: User, article: Article, action: str) -> None:
    response = client.post(f"/learn/why/{action}/", {"percent": "5", "helpful": "yes"})
    assert "no-store" in response["Cache-Control"]


# --- Progress


def test_the_page_reports_where_the_reader_is(client: Client, person: User, article: Article) -> None:
    response = client.post("/learn/why/progress/", {"percent": "40", "anchor": "first-part"})
    assert (response.status_code, response.content) == (204, b"")
    assert progress() == [(40, "first-part", False)]
    assert ReadingProgress.objects.get().user == person


@pytest.mark.parametrize("percent", ["", "-1", "4.5", "x", "٤٠", "1000", "1e2", "\x00", " 5"])
def test_a_report_without_a_good_number_is_422(
    client: Client, person: User, article: Article, percent: str
) -> None:
    assert client.post("/learn/why/progress/", {"percent": percent}).status_code == 422
    assert progress() == []


@pytest.mark.parametrize("anchor", ["\x00", "<script>", "x" * 10_000])
def test_a_report_of_a_place_that_is_not_there_is_kept_without_it(
    client: Client, person: User, article: Article, anchor: str
) -> None:
    assert client.post("/learn/why/progress/", {"percent": "999", "anchor": anchor}).status_code == 204
    assert progress() == [(100, "", True)]


@pytest.mark.parametrize(
    ("mark", "kept", "message"),
    [("read", (100, "", True), "Marked as read."), ("unread", (0, "", False), "Marked as not read.")],
)
def test_a_button_marks_as_read_and_says_so(
    client: Client, person: User, article: Article, mark: str, kept: tuple[int, str, bool], message: str
) -> None:
    response = client.post("/learn/why/progress/", {"mark": mark})
    assert (response.status_code, response["Location"]) == (302, "/learn/why/")
    assert (progress(), said(response)) == ([kept], [message])


def test_an_unknown_mark_is_a_report_without_a_number(client: Client, person: User, article: Article) -> None:
    assert client.post("/learn/why/progress/", {"mark": "half"}).status_code == 422


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/learn/series/getting-in/", "/learn/series/getting-in/"),
        ("https://example.org/", "/learn/why/"),
        ("//example.org/", "/learn/why/"),
        ("javascript:alert(1)", "/learn/why/"),
        ("", "/learn/why/"),
    ],
)
@pytest.mark.parametrize(("action", "data"), [("progress", {"mark": "read"}), ("save", {})])
def test_one_goes_back_to_where_one_was_and_never_to_another_site(
    client: Client,
    person: User,
    article: Article,
    action: str,
    data: dict[str, str],
    target: str,
    expected: str,
) -> None:
    response = client.post(f"/learn/why/{action}/", {**data, "next": target})
    assert (response.status_code, response["Location"]) == (302, expected)


# --- Saved


def test_saving_keeps_the_article_and_says_where_it_is(
    client: Client, person: User, article: Article
) -> None:
    response = client.post("/learn/why/save/")
    assert (response.status_code, response["Location"]) == (302, "/learn/why/")
    assert said(response) == ["“Why” is saved. You find it in the Learner Series."]
    assert list(SavedArticle.objects.values_list("user", "article")) == [(person.pk, article.pk)]


def test_saving_twice_keeps_one_and_no_longer_none(client: Client, person: User, article: Article) -> None:
    for saved, count in (("yes", 1), ("yes", 1), ("no", 0), ("no", 0)):
        response = client.post("/learn/why/save/", {"saved": saved})
        assert (response.status_code, SavedArticle.objects.count()) == (302, count)
    assert said(response)[-1] == "“Why” is no longer saved."


def test_a_message_prints_a_title_as_text(client: Client, person: User) -> None:
    published(slug="odd", title="<script>alert(1)</script>")
    page = client.post("/learn/odd/save/", follow=True).content.decode()
    assert "“&lt;script&gt;alert(1)&lt;/script&gt;” is saved." in page
    assert "<script>alert" not in page


# --- Helpful


def feedback() -> list[tuple[bool, str]]:
    return list(ArticleFeedback.objects.values_list("is_helpful", "missing"))


HELPED = "Thank you. It is good to know that it helped."
MISSED = "Thank you. The editors read every word about what was missing."
DID_NOT = "Thank you. The editors see how many readers it did not help. You can still say what was missing."


@pytest.mark.parametrize(
    ("data", "kept", "thanks"),
    [
        ({"helpful": "yes"}, (True, ""), HELPED),
        ({"helpful": "yes", "missing": "The costs."}, (True, ""), HELPED),
        ({"helpful": "no"}, (False, ""), DID_NOT),
        ({"helpful": "no", "missing": "  The costs. "}, (False, "The costs."), MISSED),
        ({"helpful": "no", "missing": "w" * 1000}, (False, "w" * 1000), MISSED),
    ],
)
def test_a_word_of_help_is_kept_and_thanked_for(
    client: Client, person: User, article: Article, data: dict[str, str], kept: tuple[bool, str], thanks: str
) -> None:
    response = client.post("/learn/why/feedback/", data)
    assert (response.status_code, response["Location"], feedback()) == (302, "/learn/why/", [kept])
    assert said(response) == [thanks]


def test_words_of_distress_lead_to_the_help_lines_and_are_kept_as_any_other(
    client: Client, person: User, article: Article
) -> None:
    data = {"helpful": "no", "missing": "I can't go on."}
    response = client.post("/learn/why/feedback/", data)
    assert (response["Location"], feedback()) == ("/learn/why/#while-you-wait", [(False, "I can't go on.")])
    assert said(response) == [MISSED]
    assert 'id="while-you-wait"' in client.get("/learn/why/").content.decode()


@pytest.mark.parametrize(("words", "shown"), [("I can't go on.", True), ("The costs.", False)])
def test_words_of_distress_in_a_form_that_is_not_complete_show_the_help_lines(
    client: Client, person: User, article: Article, words: str, shown: bool
) -> None:
    response = client.post("/learn/why/feedback/", {"missing": words})
    assert (response.status_code, "findahelpline.com" in response.content.decode()) == (422, shown)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "Please choose yes or no."),
        ({"helpful": "maybe"}, "Select a valid choice."),
        ({"helpful": "no", "missing": LONG}, "at most 1000 characters"),
        ({"helpful": "no", "missing": "a\x00b"}, "Null characters are not allowed."),
    ],
)
def test_a_word_that_does_not_fit_is_422_with_the_reason(
    client: Client, person: User, article: Article, data: dict[str, str], message: str
) -> None:
    response = client.post("/learn/why/feedback/", data)
    assert (response.status_code, feedback()) == (422, [])
    assert message in response.content.decode()


def test_a_word_that_does_not_fit_comes_back_as_it_was_typed(
    client: Client, person: User, article: Article
) -> None:
    missing = f"<script>alert(1)</script>{LONG}"
    page = client.post("/learn/why/feedback/", {"helpful": "no", "missing": missing}).content.decode()
    assert f"&lt;script&gt;alert(1)&lt;/script&gt;{LONG}" in page
    assert "<script>alert" not in page
    assert re.search(r'value="no"[^>]*checked', page) is not None


def test_the_form_shows_what_was_said_before(client: Client, person: User, article: Article) -> None:
    FeedbackFactory.create(user=person, article=article, is_helpful=False, missing="The costs.")
    form = client.get("/learn/why/feedback/").context["form"]
    assert (form["helpful"].value(), form["missing"].value()) == ("no", "The costs.")


def test_the_form_shows_nothing_of_what_others_said(client: Client, person: User, article: Article) -> None:
    FeedbackFactory.create(article=article, is_helpful=False, missing="The costs.")
    form = client.get("/learn/why/feedback/").context["form"]
    assert (form["helpful"].value(), form["missing"].value()) == (None, None)


@pytest.mark.parametrize(
    ("query", "expected"), [("yes", "yes"), ("no", "no"), ("maybe", "no"), ("<script>", "no"), ("", "no")]
)
def test_the_form_takes_a_choice_from_its_address_before_what_was_said(
    client: Client, person: User, article: Article, query: str, expected: str
) -> None:
    FeedbackFactory.create(user=person, article=article, is_helpful=False)
    form = client.get("/learn/why/feedback/", {"helpful": query}).context["form"]
    assert form["helpful"].value() == expected


def test_opening_the_form_says_nothing(client: Client, person: User, article: Article) -> None:
    assert client.get("/learn/why/feedback/?helpful=yes").status_code == 200
    assert feedback() == []
