"""The text of an article as a reader gets it: headings with their links, gates, fact cards, questions."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.core.cache import cache
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from breakthru.lib.richtext import decorate, sections
from learner_series.models import FactCard, Revision

# Raise it when the dress of a text changes: dressed texts are kept in the cache.
DRESS = 2
DRESSED_SECONDS = 86_400
# The sanitizer lets no comment through, so these stand only where `_dress` put them.
_SLOT = re.compile(r"<!--(head|end|fact):([a-z0-9-]+)-->")


@dataclass(frozen=True)
class Body:
    """What fills a text: who reads it, and what belongs to its sections."""

    revision: Revision
    reads_all: bool
    today: date
    ask_url: str
    membership_url: str
    # Answered questions by the anchor of their section.
    questions: Mapping[str, Sequence[object]] = field(default_factory=dict)

    @property
    def html(self) -> str:
        """The stored words for this reader; the others are not even loaded for a visitor."""
        return self.revision.html if self.reads_all else self.revision.open_html

    def render(self) -> SafeString:
        """Return the markup of the text; everything in it was cleaned or escaped."""
        dressed = self._dressed()
        keys = tuple(slot[2] for slot in _SLOT.finditer(dressed) if slot[1] == "fact")
        cards = FactCard.objects.keyed(keys)
        locked = {} if self.reads_all else locked_headings(self.revision)
        titles = {heading.id: heading.text for heading in self.revision.headings}

        def fill(slot: re.Match[str]) -> str:
            kind, name = slot[1], slot[2]
            if kind == "fact":
                return self._fact(cards.get(name))
            if name in locked:
                return self._gate(titles[name]) if kind == "head" and locked[name] else ""
            return self._ask(name, titles[name]) if kind == "head" else self._answered(name, titles[name])

        return mark_safe(_SLOT.sub(fill, dressed))  # noqa: S308  (cleaned at write)

    def _dressed(self) -> str:
        # Kept by the words themselves: nobody gets by it what they have not been given already.
        words = self.html
        key = f"article-text:{DRESS}:{hashlib.sha256(words.encode()).hexdigest()}"
        return cache.get_or_set(key, lambda: _dress(words), DRESSED_SECONDS) or ""

    def _ask(self, anchor: str, title: str) -> str:
        context = {"url": f"{self.ask_url}&section={anchor}", "title": title}
        return render_to_string("components/ask_link.html", context)

    def _answered(self, anchor: str, title: str) -> str:
        questions = self.questions.get(anchor)
        if not questions:
            return ""
        context = {"questions": questions, "anchor": anchor, "title": title}
        return render_to_string("components/section_questions.html", context)

    def _gate(self, title: str) -> str:
        context = {"title": title, "membership_url": self.membership_url}
        return render_to_string("components/section_gate.html", context)

    def _fact(self, card: FactCard | None) -> str:
        if card is None:
            return ""
        context = {"card": card, "is_expired": card.is_expired(self.today)}
        return render_to_string("components/fact_card.html", context)


def plain_body(html: str) -> SafeString:
    """Return the cleaned words of a page that has neither gates nor questions, with links at its headings."""
    return mark_safe(decorate(html, lambda heading: ""))  # noqa: S308  (cleaned at write)


def _dress(html: str) -> str:
    """Return the text with slots for what depends on the reader and the day."""
    return "".join(
        decorate(part.html, lambda heading: f"<!--head:{heading.id}-->", lambda key: f"<!--fact:{key}-->")
        + (f"<!--end:{part.id}-->" if part.level else "")
        for part in sections(html)
    )


def locked_headings(revision: Revision) -> dict[str, bool]:
    """Return the headings whose words are for members: True where the gate stands, False below one."""
    locked: dict[str, bool] = {}
    inside = False
    for heading in revision.headings:
        if heading.id in revision.premium_sections:
            locked[heading.id] = not (inside and heading.level > 2)
            inside = inside or heading.level == 2
        elif inside and heading.level > 2:
            locked[heading.id] = False
        else:
            inside = False
    return locked
