"""What callers ask about the fact cards of a cleaned text."""

from collections.abc import Collection

from breakthru.lib.richtext.cleaning import clean
from breakthru.lib.richtext.fact_blocks import facts_in
from breakthru.lib.richtext.profiles import ARTICLE, FACT
from breakthru.lib.richtext.tree import read, remove, write


def fact_keys(html: str) -> tuple[str, ...]:
    """Return the keys of the fact cards in cleaned HTML, each once, in the order of the text."""
    return tuple(dict.fromkeys(el.get(FACT, "") for el in facts_in(read(html))))


def drop_facts(html: str, keys: Collection[str]) -> str:
    """Return a cleaned article without the fact cards of `keys` and without what they leave blank."""
    root = read(html)
    dropped = [el for el in facts_in(root) if el.get(FACT) in keys]
    for el in dropped:
        remove(el)
    return clean(write(root), ARTICLE).html if dropped else html
