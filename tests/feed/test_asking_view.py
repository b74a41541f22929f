"""Ask, from anywhere or from a passage."""

import re
import socket
import uuid
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Experience, PersonExperience, User
from accounts.models.experience import Privacy
from breakthru.outbox.models import Outbox
from feed.models import Question
from feed.views.asking import find_passage
from learner_series.models import Article
from learner_series.services.editorial import Gate
from tests.factories.library import ArticleFactory, published, republished
from tests.factories.people import TopicFactory, UserFactory, experience
from tests.factories.questions import QuestionFactory

pytestmark = pytest.mark.django_db
ASK = "/feed/ask/"
TITLE = "Is one gap year enough for me?"


@pytest.fixture
def person(client: Client) -> User:
    """Who is signed in with `client`."""
    made: User = UserFactory.create()
    client.force_login(made)
    return made


def form_data(**fields: Any) -> dict[str, Any]:
    """What the form posts."""
    complete = {
        "token": str(uuid.uuid4()),
        "title": TITLE,
        "body": "Hello.",
        "topics": [TopicFactory.create().slug],
    }
    return {**complete, **fields}


# --- The passage of the address


def test_find_passage_without_an_article_is_nothing() -> None:
    assert find_passage("", "first-part") == (None, "")


def test_find_passage_of_a_whole_article() -> None:
    article = published()
    passage, notice = find_passage(article.slug, "")
    assert passage is not None
    assert (passage.article, passage.anchor, passage.section_title, notice) == (article, "", "", "")


@pytest.mark.parametrize(("anchor", "title"), [("first-part", "First part"), ("inner-part", "Inner part")])
def test_find_passage_of_a_section_takes_its_title_from_the_article(anchor: str, title: str) -> None:
    passage, notice = find_passage(published().slug, anchor)
    assert passage is not None
    assert (passage.anchor, passage.section_title, notice) == (anchor, title, "")


@pytest.mark.parametrize("anchor", ["gone", "<script>", "\x00", "x" * 10_000])
def test_find_passage_of_an_unknown_section_is_the_whole_article(anchor: str) -> None:
    article = published()
    passage, notice = find_passage(article.slug, anchor)
    assert passage is not None
    assert (passage.article, passage.anchor) == (article, "")
    assert (
        notice == "We could not find that part of the article. Your question will be about the whole article."
    )


@pytest.mark.parametrize("slug", ["gone", "<script>", "\x00", "x" * 10_000, "../admin"])
def test_find_passage_of_an_unknown_article_says_so(slug: str) -> None:
    passage, notice = find_passage(slug, "first-part")
    assert passage is None
    assert notice == "We could not find that article. You can still ask; your question will stand by itself."


def test_find_passage_does_not_tell_an_unpublished_article_from_an_unknown_one() -> None:
    assert find_passage(ArticleFactory.create(slug="secret").slug, "") == find_passage("gone", "")


def test_find_passage_cuts_a_long_heading() -> None:
    passage, _ = find_passage(published(html=f"<h2 id='long'>{'w' * 400}</h2><p>Words.</p>").slug, "long")
    assert passage is not None
    assert (len(passage.section_title), passage.section_title[-2:]) == (200, "w…")


def test_find_passage_of_a_heading_without_words_is_the_whole_article() -> None:
    article = published(html="<h2 id='picture'><img src='/learn/images/a.webp' alt=''></h2><p>Words.</p>")
    assert article.live is not None
    assert [(heading.id, heading.text) for heading in article.live.headings] == [("picture", "")]
    passage, notice = find_passage(article.slug, "picture")
    assert passage is not None
    assert (passage.anchor, notice[:27]) == ("", "We could not find that part")


# --- The words of a passage that were marked

GATED = "<p>For everybody, this.</p><h2>Open part</h2><p>Words for all.</p><h2>Part</h2><p>Secret words.</p>"
CANNOT = (
    "Your question is attached to this part of the article. The words you marked can't be shown with"
    " it, because they are too long, have changed, or are for Premium members."
)


def marked(article: Article, anchor: str, quote: str) -> tuple[str, str, str]:
    """Section, quote and notice of a passage."""
    passage, notice = find_passage(article.slug, anchor, quote)
    assert passage is not None
    return passage.anchor, passage.quote, notice


@pytest.mark.parametrize(
    ("anchor", "quote", "kept"),
    [
        ("first-part", "Words.", "Words."),
        ("first-part", "  Words.\n\nInner \t part ", "Words. Inner part"),
        ("inner-part", "More.", "More."),
        ("", "An opening.", "An opening."),
        ("first-part", "", ""),
        ("first-part", " \n ", ""),
        ("first-part", "Wo\x00rds\u202e.", "Words."),
        ("first-part", "\x00", ""),
    ],
)
def test_find_passage_keeps_marked_words_of_its_part(anchor: str, quote: str, kept: str) -> None:
    assert marked(published(), anchor, quote) == (anchor, kept, "")


@pytest.mark.parametrize(
    ("anchor", "quote"),
    [
        ("first-part", "Words that changed."),
        ("first-part", "End."),
        ("inner-part", "Words."),
        ("", "Elsewhere."),
        ("first-part", "<p>Words.</p>"),
    ],
)
def test_find_passage_leaves_out_marked_words_that_are_not_in_its_part(anchor: str, quote: str) -> None:
    assert marked(published(), anchor, quote) == (anchor, "", CANNOT)


@pytest.mark.parametrize(("length", "kept"), [(400, True), (401, False)])
def test_find_passage_keeps_no_more_than_400_characters(length: int, kept: bool) -> None:
    words = "w" * length
    article = published(html=f"<h2>Part</h2><p>{words}</p>")
    assert marked(article, "part", words) == ("part", words if kept else "", "" if kept else CANNOT)


@pytest.mark.parametrize("gate", [Gate(is_premium=True), Gate(sections=("part",))], ids=["all", "section"])
def test_find_passage_quotes_no_gated_words(gate: Gate) -> None:
    article = published(html=GATED, gate=gate)
    assert marked(article, "part", "Secret words.") == ("part", "", CANNOT)
    assert marked(article, "", "Secret words.") == ("", "", CANNOT)
    assert marked(article, "", "For everybody, this.") == ("", "For everybody, this.", "")


def test_find_passage_of_a_section_that_went_away_forgets_the_words_too() -> None:
    passage, notice = find_passage(published().slug, "gone", "Words.")
    assert passage is not None
    assert (passage.anchor, passage.quote) == ("", "")
    assert notice.startswith("We could not find that part of the article.")


def test_post_keeps_the_marked_words_with_the_question(client: Client, person: User) -> None:
    article = published()
    client.post(f"{ASK}?article={article.slug}&section=first-part&quote=Words.", form_data())
    made = Question.objects.get()
    assert (made.anchor, made.quote) == ("first-part", "Words.")


def test_post_checks_the_marked_words_once_more(client: Client, person: User) -> None:
    article = published()
    republished(article, html="<h2>First part</h2><p>Other words.</p>")
    client.post(f"{ASK}?article={article.slug}&section=first-part&quote=Words.%20More.", form_data())
    made = Question.objects.get()
    assert (made.anchor, made.section_title, made.quote) == ("first-part", "First part", "")


def test_marked_words_are_printed_as_text(client: Client, person: User) -> None:
    article = published(html="<h2>Part</h2><p>Type &lt;script&gt;alert(1)&lt;/script&gt; here.</p>")
    asked = {"article": article.slug, "section": "part", "quote": "Type <script>alert(1)</script> here."}
    page = client.get(ASK, asked).content.decode()
    assert "Type &lt;script&gt;alert(1)&lt;/script&gt; here." in page
    assert "<script>alert" not in page
    made = client.post(f"{ASK}?{urlencode(asked)}", form_data(), follow=True).content.decode()
    assert "Type &lt;script&gt;alert(1)&lt;/script&gt; here." in made
    assert "<script>alert" not in made


# --- The form


def test_form_takes_seven_queries_from_a_passage(
    client: Client, person: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    article = published()
    TopicFactory.create_batch(3)
    with django_assert_num_queries(7):
        response = client.get(ASK, {"article": article.slug, "section": "first-part"})
    assert response.status_code == 200
    assert article.title in response.content.decode()
    assert "First part" in response.content.decode()


@pytest.mark.parametrize(
    "query", ["article=gone", "article=%00", "article=x&section=%00", "article=%3Cscript%3E"]
)
def test_form_from_an_unknown_article_still_opens_and_says_so(
    client: Client, person: User, query: str
) -> None:
    response = client.get(f"{ASK}?{query}")
    assert response.status_code == 200
    assert "We could not find that article." in response.content.decode()


def test_form_from_an_unknown_section_names_the_article_and_says_so(client: Client, person: User) -> None:
    article = published()
    page = client.get(ASK, {"article": article.slug, "section": "gone"}).content.decode()
    assert article.title in page
    assert "We could not find that part of the article." in page


def test_form_knows_stage_and_roads_of_the_person_but_no_private_ones(client: Client, person: User) -> None:
    stage, road = experience(), experience("road", "community_college")
    private = experience("road", "quiet_road", learner_privacy=Privacy.P2)
    for term in (stage, road, private):
        PersonExperience.objects.create(user=person, experience=term)
    form = client.get(ASK).context["form"]
    assert (form["stage"].value(), form["roads"].value()) == (stage.key, [road.key])


def test_form_is_never_kept_by_a_cache(client: Client, person: User) -> None:
    assert "no-store" in client.get(ASK)["Cache-Control"]


def test_visitor_is_sent_to_sign_in_and_back_to_the_passage(client: Client) -> None:
    response = client.get(ASK, {"article": "why", "section": "first-part"})
    assert response.status_code == 302
    assert response["Location"] == "/accounts/login/?next=/feed/ask/%3Farticle%3Dwhy%26section%3Dfirst-part"


# --- Posting


def test_post_makes_the_question_and_goes_to_its_page(client: Client, person: User) -> None:
    response = client.post(ASK, form_data())
    question = Question.objects.get()
    assert (response.status_code, response["Location"]) == (302, question.get_absolute_url())
    assert (question.asker, question.title, question.body_html) == (person, TITLE, "<p>Hello.</p>")
    assert "Your question is posted." in client.get(response["Location"]).content.decode()


def test_post_keeps_the_passage_of_the_address(client: Client, person: User) -> None:
    article = published()
    client.post(f"{ASK}?article={article.slug}&section=first-part", form_data())
    question = Question.objects.get()
    assert (question.article, question.revision_id, question.anchor, question.section_title) == (
        article,
        article.live_id,
        "first-part",
        "First part",
    )


def test_post_from_a_passage_that_went_away_meanwhile_is_taken_without_it(
    client: Client, person: User
) -> None:
    article = published()
    Article.objects.filter(pk=article.pk).update(live=None)
    response = client.post(f"{ASK}?article={article.slug}&section=first-part", form_data())
    assert (response.status_code, Question.objects.get().article) == (302, None)


def test_post_twice_with_one_token_gives_one_question_and_the_same_page(client: Client, person: User) -> None:
    data = form_data()
    first, again = client.post(ASK, data), client.post(ASK, data)
    assert (first.status_code, first["Location"]) == (again.status_code, again["Location"])
    assert Question.objects.count() == 1


@pytest.mark.parametrize("token", [None, "", "not-a-token", "<script>alert(1)</script>", "\x00"])
def test_post_without_a_good_token_still_asks_once(client: Client, person: User, token: str | None) -> None:
    data = form_data(token=token)
    if token is None:
        del data["token"]
    assert (client.post(ASK, data).status_code, Question.objects.count()) == (302, 1)


def test_post_ignores_what_the_form_does_not_have(client: Client, person: User) -> None:
    other = UserFactory.create()
    client.post(
        ASK, form_data(asker=other.pk, visibility="hidden", state="solved", slug="mine", answer_count=9)
    )
    made = Question.objects.get()
    assert (made.asker, made.visibility, made.state, made.answer_count) == (person, "shown", "open", 0)
    assert made.slug == "is-one-gap-year-enough-for-me"


def test_post_without_anything_is_422_with_the_reasons(client: Client, person: User) -> None:
    response = client.post(ASK, {})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["title", "topics"]


def test_post_of_a_200_kb_body_is_422_keeps_every_word_and_saves_nothing(
    client: Client, person: User
) -> None:
    data = form_data(body="w" * 200_000)
    response = client.post(ASK, data)
    page = response.content.decode()
    assert (response.status_code, Question.objects.count()) == (422, 0)
    assert "Please shorten this to 8,000 characters; it has 200,000 now." in page
    assert "w" * 200_000 in page
    assert f'value="{data["title"]}"' in page
    assert f'value="{data["token"]}"' in page
    assert re.search(rf'value="{data["topics"][0]}"[^>]*checked', page) is not None


@pytest.mark.parametrize("field", ["title", "body", "topics", "stage", "roads", "token"])
def test_post_of_script_in_any_field_prints_none(client: Client, person: User, field: str) -> None:
    script = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    # A title that is too short makes the form come back with what was typed.
    for extra in ({}, {"title": script} if field != "title" else {"body": script}):
        response = client.post(ASK, {**form_data(), **extra, field: script}, follow=True)
        page = response.content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_post_of_an_html_body_with_script_keeps_the_words_only(client: Client, person: User) -> None:
    body = '<p onclick="alert(1)">Hi <a href="javascript:alert(1)">you</a><script>alert(1)</script></p>'
    client.post(ASK, form_data(body=body))
    assert Question.objects.get().body_html == "<p>Hi you</p>"


@pytest.mark.parametrize(
    ("field", "term"),
    [("stage", ("education_stage", "on_leave")), ("roads", ("road", "quiet_road"))],
)
def test_post_of_a_forged_private_key_is_refused(
    client: Client, person: User, field: str, term: tuple[str, str]
) -> None:
    private: Experience = experience(*term, learner_privacy=Privacy.P2)
    response = client.post(ASK, form_data(**{field: [private.key]}))
    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    assert Question.objects.count() == 0


def test_post_of_the_sixth_question_in_a_day_says_when_to_come_back(client: Client, person: User) -> None:
    QuestionFactory.create_batch(5, asker=person, asked_at=timezone.now())
    response = client.post(ASK, form_data())
    assert (response.status_code, Question.objects.count()) == (422, 5)
    assert "That is 5 questions in a day, the most we can take." in response.content.decode()
    assert TITLE in response.content.decode()


def test_post_reaches_no_network(client: Client, person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether broker, cache or mail server live makes no difference to who asks."""

    def refuse(*args: object) -> None:
        raise OSError("no network in a request")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert client.post(ASK, form_data()).status_code == 302
    assert (Question.objects.count(), mail.outbox, Outbox.objects.count()) == (1, [], 0)


def test_post_without_the_csrf_token_is_refused_and_saves_nothing() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory.create())
    assert (client.post(ASK, form_data()).status_code, Question.objects.count()) == (403, 0)


def test_visitor_who_posts_is_sent_to_sign_in(client: Client) -> None:
    response = client.post(ASK, form_data())
    assert (response.status_code, Question.objects.count()) == (302, 0)
    assert response["Location"] == "/accounts/login/?next=/feed/ask/"
