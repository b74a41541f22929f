"""Words for Premium members, where only staff look: admin, logs, error pages, sessions."""

import logging
import re
from collections.abc import Iterator
from html import unescape
from io import StringIO
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import reverse

from breakthru.lib.logs import JsonFormatter, RequestIdFilter, RequestWordsFilter
from learner_series.models import Article
from tests.factories.gated import (
    ANCHOR,
    GATES,
    PHRASE,
    PICTURE,
    SHUT_OUT,
    TEXT,
    browser,
    gated,
    mail_parts,
    member,
    page,
    spilled,
)
from tests.factories.library import SeriesFactory, draft, published
from tests.factories.people import UserFactory, staff
from tests.factories.questions import QuestionFactory, answered
from tests.security.answers import closing

pytestmark = pytest.mark.django_db
_LINK = re.compile(r'(?:href|src|action|data-url|data-href)="(?:http://testserver)?(/[^"#]*)')
# Not ours to tell, or the end of the walk.
_LEFT_OUT = re.compile(r"/static/|/accounts/logout/|/admin/(?:jsi18n|logout)/|//")
_MOST = 150


@pytest.fixture(params=GATES)
def article(request: pytest.FixtureRequest) -> Article:
    """A published article with every secret behind each kind of gate, amid a living site."""
    series = SeriesFactory.create()
    made = gated(request.param, series=series)
    published(series=series)
    draft(made, TEXT)
    answered(
        QuestionFactory.create(article=made, revision=made.live, anchor=ANCHOR, section_title="Closed part")
    )
    return made


# --- Wherever links lead


def walk(client: Client, *starts: str) -> dict[str, set[str]]:
    """Open every page that links lead to from `starts`; return the secrets of each."""
    waiting, seen = dict.fromkeys(starts), dict[str, set[str]]()
    while path := next(iter(waiting), ""):
        del waiting[path]
        with closing(client.get(path)) as response:
            body = b"".join(response).decode(errors="replace")
            seen[path] = spilled([body, response.headers])
            links = _LINK.findall(body) if "html" in response["Content-Type"] else []
            links.append(response.get("Location", "/"))
        # Where to go after signing in makes each link to that page another one.
        met = [unescape(link).partition("?next=")[0] for link in links]
        waiting |= {link: None for link in met if link not in seen and not _LEFT_OUT.match(link)}
        assert len(seen) < _MOST, f"an endless walk, now to {path}"
    return seen


@pytest.mark.parametrize("reader", SHUT_OUT)
def test_no_link_leads_to_gated_words(reader: str, article: Article) -> None:
    seen = walk(browser(SHUT_OUT[reader]()), "/", "/admin/", "/robots.txt", "/sitemap.xml", "/learn/feed.xml")
    assert article.get_absolute_url() in seen
    assert {path: words for path, words in seen.items() if words} == {}


def test_links_lead_a_member_to_the_article_and_its_picture_alone(article: Article) -> None:
    seen = walk(browser(member()), "/", "/admin/", "/learn/feed.xml")
    telling = {path for path, words in seen.items() if words}
    assert telling == {article.get_absolute_url(), f"/learn/images/{PICTURE}"}


# --- Admin


def admin_paths(article: Article) -> list[str]:
    """The staff pages that show, or could show, words of an article."""
    paths = []
    for model, pk in (("article", article.pk), ("revision", article.live_id)):
        paths += [reverse(f"admin:learner_series_{model}_changelist")]
        paths += [
            reverse(f"admin:learner_series_{model}_{page}", args=[pk]) for page in ("change", "history")
        ]
    return paths


@pytest.mark.parametrize("who", ["moderator", "coordinator"])
def test_staff_without_articles_open_none_of_their_pages(who: str, article: Article) -> None:
    client = browser(staff(who))
    for path in admin_paths(article):
        response = client.get(path)
        assert (path, response.status_code, spilled(response.content)) == (path, 403, set())


@pytest.mark.parametrize("who", ["visitor", "learner", "mentor", "learner beside a member", "former editor"])
def test_who_is_no_staff_opens_none_of_their_pages(who: str, article: Article) -> None:
    client = browser(SHUT_OUT[who]())
    for path in admin_paths(article):
        assert (path, client.get(path).status_code) == (path, 302)


def test_editors_do_read_the_words_there(article: Article) -> None:
    path = reverse("admin:learner_series_revision_change", args=[article.live_id])
    assert "zyzzyvawords" in spilled(browser(staff("editor")).get(path).content)


# --- Faults


@pytest.fixture
def log() -> Iterator[StringIO]:
    """What is written to the log meanwhile, as it is written."""
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonFormatter())
    for one in (RequestIdFilter(), RequestWordsFilter()):
        handler.addFilter(one)
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


def test_log_of_reading_and_searching_has_no_gated_word(article: Article, log: StringIO) -> None:
    client = browser(member())
    assert page(article, client) != set()
    client.get("/learn/", {"q": PHRASE})
    client.get("/feed/ask/", {"article": article.slug, "section": ANCHOR, "quote": PHRASE})
    client.get(f"/learn/images/{PICTURE}x")
    assert log.getvalue().count('"request"') == 4
    assert spilled(log.getvalue()) == set()


@pytest.mark.parametrize("reader", ["member", "visitor"])
def test_fault_in_the_middle_of_a_text_says_nothing_of_it(
    reader: str, article: Article, log: StringIO, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    def fail(*args: object, **kwargs: object) -> str:
        message = f"cannot show {PHRASE} of {args} {kwargs}"
        raise RuntimeError(message)

    settings.ADMINS = ["admin@example.test"]
    monkeypatch.setattr("learner_series.pages.body.render_to_string", fail)
    client = browser(member() if reader == "member" else None, raise_request_exception=False)
    response = client.get(article.get_absolute_url())
    assert response.status_code == 500
    assert "RuntimeError" in log.getvalue()
    sent = [mail_parts(message) for message in mail.outbox]
    assert spilled([response.content, response.headers, log.getvalue(), *sent]) == set()


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch", "options", "trace"])
def test_method_that_is_refused_shows_nothing(method: str, article: Article) -> None:
    response = getattr(browser(member()), method)(article.get_absolute_url())
    assert response.status_code == 405
    assert spilled([response.content, response.headers]) == set()


@pytest.mark.parametrize("end", ["x/", "?x", "/", "feedback", "feedback/x/", "%00/", "../"])
def test_wrong_address_beside_the_article_shows_nothing(end: str, article: Article) -> None:
    response = browser().get(f"{article.get_absolute_url()}{end}", follow=True)
    assert spilled(response.content) == set()


def test_form_without_its_token_shows_nothing(article: Article) -> None:
    client = browser(member(), enforce_csrf_checks=True)
    response = client.post(f"{article.get_absolute_url()}progress/", {"percent": "40"})
    assert response.status_code == 403
    assert spilled(response.content) == set()


# --- What a browser and the server keep of a reader


def test_session_and_cookies_keep_no_gated_word(article: Article) -> None:
    client = browser(member())
    page(article, client)
    client.post(f"{article.get_absolute_url()}save/", {"saved": "yes"})
    assert page(article, client) != set()
    kept = [client.session.items(), client.cookies.output()]
    stored = [session.get_decoded() for session in Session.objects.all()]
    assert stored
    assert spilled([*kept, *stored]) == set()


def test_message_for_a_learner_names_the_title_alone(article: Article) -> None:
    client = browser(UserFactory.create())
    response = client.post(f"{article.get_absolute_url()}save/", {"saved": "yes"}, follow=True)
    assert [str(message) for message in response.context["messages"]] == [
        f"“{article.title}” is saved. You find it in the Learner Series."
    ]
