"""Both parts of every mail say the same and lead to the same places; so do both forms of notifications.

Mails are found by their files, and filled with words made from the names that they ask for. Each is compared
twice: with every condition true, and with every one false.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.template import Context, engines
from django.utils.html import format_html

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
SITE = "https://site.example"
URL = re.compile(r"https?://[^\s“”]+")
WORD = re.compile(r"[^\W_]+")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Named:
    """Whatever a template asks for: its name is its words, and it has every attribute."""

    def __init__(self, name: str, is_true: bool) -> None:
        self._name, self._is_true = name, is_true

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return named(f"{self._name}.{name}", self._is_true)

    def __getitem__(self, key: str) -> Any:
        return named(f"{self._name}.{key}", self._is_true)

    def __iter__(self) -> Iterator[Any]:
        return iter([named(f"{self._name}.{each}", self._is_true) for each in ("one", "two")])

    def __bool__(self) -> bool:
        return self._is_true

    def __radd__(self, before: str) -> str:
        return f"{before}{self}"

    def __str__(self) -> str:
        last = self._name.rpartition(".")[2]
        if last == "href" or (last.endswith("_url") and last != "get_absolute_url"):
            return f"{SITE}/{self._name}"
        if last in {"path", "get_absolute_url"}:
            return f"/{self._name}"
        return self._name.replace(".", "").replace("_", "")


def named(name: str, is_true: bool) -> Any:
    if name == "site_url":
        return SITE
    return NOON if name.endswith(("_at", "timestamp")) else Named(name, is_true)


class Anything(dict[str, Any]):
    """A context that has every name."""

    def __init__(self, *, is_true: bool, **known: Any) -> None:
        super().__init__(known)
        self._is_true = is_true

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> Any:
        return named(name, self._is_true)


class Parts(HTMLParser):
    """The words on the paper of a mail, those below it, and where its links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.paper, self.below, self.links = "", "", set[str]()
        self._skipped = self._depth = 0
        self._is_past = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = dict(attrs)
        self._skipped += tag in {"head", "style"}
        self._depth += tag == "div" and (self._depth > 0 or of.get("class") == "paper")
        if tag in {"p", "li", "br", "h1", "div"}:
            self.handle_data(" ")
        if tag == "a":
            self.links.add(str(of["href"]))

    def handle_endtag(self, tag: str) -> None:
        self._skipped -= tag in {"head", "style"}
        if tag == "div" and self._depth:
            self._depth -= 1
            self._is_past = self._depth == 0

    def handle_data(self, data: str) -> None:
        if self._skipped:
            return
        if self._depth:
            self.paper += data
        elif self._is_past:
            self.below += data


def words(text: str) -> list[str]:
    return WORD.findall(URL.sub(" ", text))


def links(text: str) -> set[str]:
    return {link.rstrip(".,:") for link in URL.findall(text)}


# What no name can stand for: pieces that are made from other templates.
FIRST, INBOX = f"{SITE}/1", f"{SITE}/inbox_url"
LINES = [
    {
        "html": format_html('Sam answered <a href="{}">Why</a>', FIRST),
        "text": "Sam answered Why",
        "href": FIRST,
    },
    {"html": "Nothing else", "text": "Nothing else", "href": INBOX},
]
KNOWN: dict[str, dict[str, Any]] = {"emails/accounts/digest": {"lines": LINES, "inbox_url": INBOX}}


def filled(name: str, is_true: bool, key: str) -> str:
    template = engines["django"].get_template(name).template  # type: ignore[attr-defined]
    return str(template.render(Context(Anything(is_true=is_true, **KNOWN.get(key, {})))))


def _found(pattern: str) -> list[str]:
    return sorted(str(path.relative_to(TEMPLATES))[: -len(".html")] for path in TEMPLATES.glob(pattern))


MAILS = [*_found("account/email/*_message.html"), *_found("emails/*/**/*.html")]
SENTENCES = _found("notifications/*/**/*.html")


def test_there_are_mails_to_compare() -> None:
    assert {"account/email/login_code_message", "emails/feed/question_answered"} <= set(MAILS)
    assert "notifications/feed/question_answered" in SENTENCES


@pytest.mark.parametrize("mail", MAILS)
def test_mail_has_a_subject_and_both_parts(mail: str) -> None:
    subject = f"{mail.removesuffix('_message')}_subject" if mail.endswith("_message") else f"{mail}.subject"
    assert [(TEMPLATES / f"{each}.txt").exists() for each in (mail, subject)] == [True, True]


def test_no_mail_has_text_alone() -> None:
    texts = {*TEMPLATES.glob("account/email/*_message.txt"), *TEMPLATES.glob("emails/*/**/*.txt")}
    names = {str(path.relative_to(TEMPLATES).with_suffix("")) for path in texts}
    assert {name for name in names if not name.endswith(".subject")} == set(MAILS)


@pytest.mark.parametrize("is_true", [True, False])
@pytest.mark.parametrize("mail", MAILS)
def test_both_parts_of_a_mail_say_the_same(mail: str, is_true: bool) -> None:
    text = filled(f"{mail}.txt", is_true, mail)
    html = Parts(filled(f"{mail}.html", is_true, mail))
    above, _, below = text.partition("\n--\n")
    paper = re.sub(r"If the button does not work, copy this address:\s+\S+", "", html.paper)
    assert words(paper) == words(above)
    # Their order differs at the foot, and the name of the site stands at the head of the other part.
    foot = below.replace("Project BreakThru, where mentoring happens", "", 1)
    assert Counter(words(html.below)) == Counter(words(foot))


@pytest.mark.parametrize("is_true", [True, False])
@pytest.mark.parametrize("mail", MAILS)
def test_both_parts_of_a_mail_lead_to_the_same_places(mail: str, is_true: bool) -> None:
    text = filled(f"{mail}.txt", is_true, mail)
    html = Parts(filled(f"{mail}.html", is_true, mail))
    assert html.links | links(html.paper) == links(text)


@pytest.mark.parametrize("is_true", [True, False])
@pytest.mark.parametrize("sentence", SENTENCES)
def test_both_forms_of_a_notification_say_the_same(sentence: str, is_true: bool) -> None:
    html = re.sub(r"<[^>]+>", "", filled(f"{sentence}.html", is_true, sentence))
    assert words(html) == words(filled(f"{sentence}.txt", is_true, sentence))


def test_parts_that_differ_would_be_noticed() -> None:
    html = Parts('<div class="paper"><h1>One</h1><p><a href="https://a.example/">Go</a></p></div><p>Why</p>')
    assert (words(html.paper), words(html.below), html.links) == (
        ["One", "Go"],
        ["Why"],
        {"https://a.example/"},
    )
    assert (words("Go: https://a.example/x."), links("Go: https://a.example/x.")) == (
        ["Go"],
        {"https://a.example/x"},
    )
