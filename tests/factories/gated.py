"""Articles with words for members, each of them marked, and those who may and may not read them."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone

from accounts.models import User
from learner_series.models import Article, FactCard
from learner_series.services.editorial import OPEN, Gate
from tests.factories.library import FactCardFactory, picture, published
from tests.factories.memberships import GrantFactory
from tests.factories.people import MentorFactory, UserFactory, staff

# Every word that begins like this stands behind a gate, and nowhere else in the project.
_SECRET = re.compile(r"zyzzyva[a-z]+")
# One for each kind of place in a text that could spill.
SECRETS = frozenset(
    {"zyzzyvawords", "zyzzyvainner", "zyzzyvaheading", "zyzzyvaitem", "zyzzyvacell", "zyzzyvatable"}
    | {"zyzzyvaquote", "zyzzyvaterm", "zyzzyvacode", "zyzzyvanote", "zyzzyvacaption", "zyzzyvaalt"}
    | {"zyzzyvapicture", "zyzzyvaabbr", "zyzzyvahref", "zyzzyvacallout", "zyzzyvalabel"}
    | {"zyzzyvarule", "zyzzyvavalue", "zyzzyvasource"}
)
# A fact card and a picture are kept beside the text: their words are in no column of a revision.
BESIDE = frozenset({"zyzzyvarule", "zyzzyvavalue", "zyzzyvasource"})
PICTURE = "zyzzyvapicture.webp"
CARD = "members-rule"
PHRASE = "behind the gate zyzzyvawords"
OPEN_WORDS = "Everybody may read how a road begins"
ANCHOR = "closed-part"

_CLOSED = f"""
<p>Here stand {PHRASE} <sup><a href="#fn-2" id="fnref-2">2</a></sup>, an
<abbr title="zyzzyvaabbr">X</abbr> and a <a href="https://example.org/zyzzyvahref">link</a>.</p>
<ul><li>Item<ul><li>zyzzyvaitem</li></ul></li></ul>
<table><caption>zyzzyvatable</caption><tr><th>A</th><th>B</th></tr><tr><td>zyzzyvacell</td><td>b</td></tr></table>
<blockquote><p>zyzzyvaquote</p></blockquote>
<dl><dt>zyzzyvaterm</dt><dd>Means this.</dd></dl>
<pre>zyzzyvacode</pre>
<figure><img src="/learn/images/{PICTURE}" alt="zyzzyvaalt"><figcaption>zyzzyvacaption</figcaption></figure>
<aside class="note" aria-label="zyzzyvalabel"><p>zyzzyvacallout</p></aside>
<aside data-fact="{CARD}"></aside>
"""
_NOTES = """
<section class="footnotes"><ol>
<li id="fn-1">An open note. <a href="#fnref-1">Back</a></li>
<li id="fn-2">zyzzyvanote <a href="#fnref-2">Back</a></li>
</ol></section>
"""


def _text(head: str, inner: str) -> str:
    return f"""
    <p>{OPEN_WORDS}.</p>
    <h2>Open part</h2><p>Still open<sup><a href="#fn-1" id="fnref-1">1</a></sup>.</p>
    <{head}>Closed part</{head}>{_CLOSED}
    <{inner}>Inner part</{inner}><p>zyzzyvainner</p>
    <h4>zyzzyvaheading</h4><p>Below it.</p>
    <h2>Last part</h2><p>The end.</p>
    {_NOTES}
    """


TEXT = _text("h2", "h3")
WHOLE, SECTION = Gate(is_premium=True), Gate(sections=(ANCHOR,))
# The same words behind each kind of gate.
GATES: dict[str, tuple[str, Gate]] = {
    "article": (TEXT, WHOLE),
    "section": (TEXT, SECTION),
    "subsection": (_text("h3", "h4"), SECTION),
}


def beside() -> FactCard:
    """Make what the text shows and does not hold: the fact card and the picture."""
    picture(PICTURE)
    card: FactCard = FactCardFactory.create(
        key=CARD, rule="zyzzyvarule", value="zyzzyvavalue", source_url="https://example.org/zyzzyvasource"
    )
    return card


def gated(kind: str = "section", **fields: Any) -> Article:
    """A published article with every secret behind a gate of that kind, or with "none" before all eyes."""
    html, gate = GATES.get(kind, (TEXT, OPEN))
    beside()
    return published(html=html, gate=gate, **fields)


def spilled(text: object) -> set[str]:
    """Return the secrets that stand in a text, in whatever case and writing."""
    return set(_SECRET.findall(str(text).lower()))


# --- Readers


def _with_grant(**times: Any) -> User:
    person: User = UserFactory.create()
    GrantFactory.create(user=person, **times)
    return person


def _days(count: int) -> Any:
    return timezone.now() + timedelta(days=count)


def member() -> User:
    """A learner with Premium."""
    return _with_grant()


def _resigned() -> User:
    person = staff("editor")
    person.is_staff = False
    person.save()
    return person


def _again() -> User:
    person = _with_grant(starts_at=_days(-9), ends_at=_days(-1))
    GrantFactory.create(user=person)
    return person


SHUT_OUT: dict[str, Callable[[], User | None]] = {
    "visitor": lambda: None,
    "learner": UserFactory.create,
    "learner whose grant is over": lambda: _with_grant(starts_at=_days(-9), ends_at=_days(-1)),
    "learner whose grant was ended": lambda: _with_grant(ended_at=_days(-1), ended_by=UserFactory.create()),
    "learner whose grant begins tomorrow": lambda: _with_grant(starts_at=_days(1)),
    "learner beside a member": lambda: (member(), UserFactory.create())[1],
    "mentor": lambda: MentorFactory.create().user,
    "moderator": lambda: staff("moderator"),
    "coordinator": lambda: staff("coordinator"),
    "former editor": _resigned,
}
LET_IN: dict[str, Callable[[], User]] = {
    "member": member,
    "member for good": lambda: _with_grant(ends_at=None),
    "member with an old grant, too": _again,
    "editor": lambda: staff("editor"),
    "admin": lambda: UserFactory.create(is_staff=True, is_superuser=True),
}


def browser(user: User | None = None, **options: Any) -> Client:
    """A browser where `user` is signed in, or a visitor's."""
    client = Client(**options)
    if user is not None:
        client.force_login(user)
    return client


# --- What they get


def page(article: Article, client: Client | None = None) -> set[str]:
    """The secrets on the page of an article, for a visitor unless told."""
    response = (client or Client()).get(article.get_absolute_url())
    assert response.status_code == 200
    return spilled(response.content)


def found(words: str, user: User | None = None) -> list[Article]:
    """What the search of the library finds."""
    response = browser(user).get("/learn/", {"q": words})
    assert response.status_code == 200
    return list(response.context["page"].items)


def mail_parts(message: EmailMessage) -> list[str]:
    """The head of a mail and all its parts, as people get them."""
    parts = message.message().walk()
    return [f"{part.items()} {part.get_payload(decode=True)!r}" for part in parts]
