"""Staff page that folds an answer into an article, for editors."""

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from feed.models import Question
from feed.models.question import Visibility
from learner_series.lifecycle import RevisionState
from learner_series.models import Article, Revision
from learner_series.services.publishing import move
from tests.factories.library import draft, published, republished
from tests.factories.people import UserFactory, staff
from tests.factories.questions import answered
from tests.feed.asked import LIST, ask, fold, section

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client: Client) -> User:
    """An editor, signed in."""
    person = staff("editor")
    client.force_login(person)
    return person


def test_fold_page_shows_the_answer_and_where_it_can_go(client: Client, editor: User) -> None:
    article = published()
    answer = answered(ask(article, "inner-part", "Inner part"), body="<p>All of it.</p>")
    page = client.get(fold(article, answer))
    assert page.context["form"].fields["section"].choices == [
        ("first-part", "First part"),
        ("inner-part", "\u2003Inner part"),
        ("second-part", "Second part"),
        ("*", "The end of the text"),
    ]
    assert page.context["form"].initial == {"section": "inner-part"}
    assert b"All of it." in page.content
    assert f'href="{section(article, "inner-part")}"' in page.content.decode()


def test_fold_page_offers_the_nearest_section_that_is_left(client: Client, editor: User) -> None:
    article = published()
    answer = answered(ask(article, "inner-part", "Inner part"))
    republished(article, html="<h2>First part</h2><p>Words.</p>")
    assert client.get(fold(article, answer)).context["form"].initial == {"section": "first-part"}


@pytest.mark.parametrize("case", ["whole article", "section is gone", "other article", "no revision known"])
def test_fold_page_offers_the_end_of_the_text_otherwise(client: Client, editor: User, case: str) -> None:
    article = published()
    question = ask(article, "" if case == "whole article" else "gone", "Gone")
    if case == "no revision known":
        Question.objects.update(revision=None)
    target = published() if case == "other article" else article
    page = client.get(fold(target, answered(question)))
    assert page.context["form"].initial == {"section": "*"}


def test_fold_page_says_what_it_goes_into(client: Client, editor: User) -> None:
    article = published()
    answer = answered(ask(article))
    url = fold(article, answer)
    told = [client.get(url).context["goes_into"]]
    waiting = draft(article)
    told.append(client.get(url).context["goes_into"])
    move(by=waiting.created_by, revision=waiting, target=RevisionState.IN_REVIEW, now=timezone.now())
    told.append(client.get(url).context["goes_into"])
    assert told == [
        ["A new draft starts from the words of revision 1."],
        [f"It goes into revision 2, a draft by {waiting.created_by.display_name}."],
        [
            "A new draft starts from the words of revision 1.",
            "Revision 2 is in review: what it changes is not in that draft.",
        ],
    ]


@pytest.mark.parametrize(("chosen", "anchor"), [("second-part", "second-part"), ("*", "")])
def test_folding_opens_the_draft(client: Client, editor: User, chosen: str, anchor: str) -> None:
    article = published()
    answer = answered(ask(article))
    response = client.post(fold(article, answer), {"section": chosen})
    made = Revision.objects.get(article=article, number=2)
    assert (response.status_code, response["Location"]) == (
        302,
        reverse("admin:learner_series_revision_change", args=[made.pk]),
    )
    assert (made.created_by, [row.anchor for row in made.credits.all()]) == (editor, [anchor, anchor])
    assert [str(message) for message in get_messages(response.wsgi_request)] == [
        "The answer is in revision 2 now, a draft. Please read it over."
    ]
    assert client.get(response["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("posted", "words"),
    [({}, "Please choose a section."), ({"section": "gone"}, "no such section any more")],
)
def test_folding_needs_a_section_of_the_text(
    client: Client, editor: User, posted: dict[str, str], words: str
) -> None:
    article = published()
    response = client.post(fold(article, answered(ask(article))), posted)
    assert (response.status_code, article.revisions.count()) == (422, 1)
    assert words in response.content.decode()


def test_folding_twice_is_told_on_the_page(client: Client, editor: User) -> None:
    article = published()
    answer = answered(ask(article))
    url = fold(article, answer)
    client.post(url, {"section": "first-part"})
    response = client.post(url, {"section": "first-part"})
    assert (response.status_code, article.revisions.count()) == (422, 2)
    assert b"This answer is in the draft already." in response.content


def test_an_article_without_words_is_told_on_the_page(client: Client, editor: User) -> None:
    article = published()
    answer = answered(ask(article))
    empty = Article.objects.create(title="Empty", slug="empty")
    page = client.get(fold(empty, answer))
    assert (page.context["goes_into"], page.context["form"].initial) == ([], {"section": "*"})
    assert b"no words yet" in client.post(fold(empty, answer), {"section": "*"}).content


@pytest.mark.parametrize("what", ["answer", "question", "article", "nothing"])
def test_fold_page_is_404_for_what_not_everybody_can_see(client: Client, editor: User, what: str) -> None:
    article = published()
    answer = answered(ask(article))
    if what in {"answer", "question"}:
        post = answer if what == "answer" else answer.question
        post.visibility = Visibility.HIDDEN
        post.save()
    address = fold(article, answer)
    if what == "article":
        address = reverse("admin:feed_answer_fold", args=[10**30, answer.pk])
    assert client.get(address).status_code == (200 if what == "nothing" else 404)


# --- Who may


@pytest.mark.parametrize(
    ("group", "expected"), [("editor", 200), ("moderator", 403), ("coordinator", 403), (None, 302)]
)
def test_pages_are_for_editors(client: Client, group: str | None, expected: int) -> None:
    article = published()
    answer = answered(ask(article))
    client.force_login(staff(group) if group else UserFactory.create())
    urls = (LIST, section(article), fold(article, answer))
    assert [client.get(url).status_code for url in urls] == [expected] * 3
    posted = client.post(fold(article, answer), {"section": "first-part"})
    assert (posted.status_code == 302, article.revisions.count()) == (
        group in {"editor", None},
        2 if group == "editor" else 1,
    )
