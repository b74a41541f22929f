"""What belongs together in two sequences, in bounded time whatever they hold."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

Pair = tuple[int, int]

# Two blocks that share less than this part of their words are two texts, not one that was edited.
MIN_LIKENESS = 0.4
_MAX_DEPTH = 8


@dataclass
class Budget:
    """Steps that may still be taken; what comes after them is told as replaced, not compared."""

    steps: int = 8_000_000

    def spend(self, steps: int) -> bool:
        """Take `steps` off and say whether there were enough."""
        enough = steps <= self.steps
        self.steps -= steps if enough else 0
        return enough


@dataclass(frozen=True)
class _Span:
    """A stretch of both sequences that is still to be aligned."""

    old: int
    old_end: int
    new: int
    new_end: int
    depth: int = 0


def equal_pairs(old: Sequence[str], new: Sequence[str], budget: Budget) -> list[Pair]:
    """Return the places of equal items, in ascending order on both sides.

    What is unique on both sides anchors the rest (patience diff, Bram Cohen); between the anchors difflib
    compares what the budget allows. Alone, difflib takes cubic time where one item is repeated often.
    """
    found: list[Pair] = []
    spans = [_Span(0, len(old), 0, len(new))]
    while spans:
        span = _take_ends(spans.pop(), old, new, found)
        if span.old == span.old_end or span.new == span.new_end:
            continue
        anchors = _unique_in_both(span, old, new) if span.depth < _MAX_DEPTH else []
        if anchors:
            found += anchors
            spans += _between(anchors, span)
        else:
            found += _by_difflib(span, old, new, budget)
    return sorted(found)


def _take_ends(span: _Span, old: Sequence[str], new: Sequence[str], found: list[Pair]) -> _Span:
    """Add what is equal at both ends of `span` to `found` and return what is left between."""
    a, a_end, b, b_end = span.old, span.old_end, span.new, span.new_end
    while a < a_end and b < b_end and old[a] == new[b]:
        found.append((a, b))
        a, b = a + 1, b + 1
    while a < a_end and b < b_end and old[a_end - 1] == new[b_end - 1]:
        a_end, b_end = a_end - 1, b_end - 1
        found.append((a_end, b_end))
    return _Span(a, a_end, b, b_end, span.depth)


def _unique_in_both(span: _Span, old: Sequence[str], new: Sequence[str]) -> list[Pair]:
    left = _places_of_unique((old[at], at) for at in range(span.old, span.old_end))
    right = _places_of_unique((new[at], at) for at in range(span.new, span.new_end))
    return _longest_rise([(at, right[item]) for item, at in left.items() if item in right])


def _places_of_unique(items: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return the place of each item that is met at one place only."""
    places: dict[str, int] = {}
    again: set[str] = set()
    for item, at in items:
        if places.setdefault(item, at) != at:
            again.add(item)
    return {item: at for item, at in places.items() if item not in again}


def _longest_rise(pairs: list[Pair]) -> list[Pair]:
    """Return the most of `pairs`, ascending on the left, that ascend on the right, too (patience sorting)."""
    tops: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for place, (_, right) in enumerate(pairs):
        pile = bisect_left(tops, right)
        before.append(ends[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [right]
        ends[pile : pile + 1] = [place]
    rise: list[Pair] = []
    place = ends[-1] if ends else -1
    while place >= 0:
        rise.append(pairs[place])
        place = before[place]
    return rise[::-1]


def _between(anchors: list[Pair], span: _Span) -> list[_Span]:
    starts = [(span.old, span.new), *((a + 1, b + 1) for a, b in anchors)]
    ends = [*anchors, (span.old_end, span.new_end)]
    return [
        _Span(a, a_end, b, b_end, span.depth + 1) for (a, b), (a_end, b_end) in zip(starts, ends, strict=True)
    ]


def _by_difflib(span: _Span, old: Sequence[str], new: Sequence[str], budget: Budget) -> list[Pair]:
    left, right = old[span.old : span.old_end], new[span.new : span.new_end]
    counts = Counter(right)
    # Each block that difflib finds costs a walk over all equal pairs.
    if not budget.spend(sum(counts[item] for item in left) * min(len(left), len(right))):
        return []
    blocks = SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks()
    return [(span.old + a + k, span.new + b + k) for a, b, size in blocks for k in range(size)]


def likeness(old: frozenset[str], new: frozenset[str]) -> float:
    """Return which part of their distinct words two texts share, from 0 to 1."""
    together = len(old) + len(new)
    if 2 * min(len(old), len(new)) < MIN_LIKENESS * together or not together:
        return 0.0
    return 2 * len(old & new) / together


def alike_pairs(old: Sequence[Sequence[str]], new: Sequence[Sequence[str]], budget: Budget) -> list[Pair]:
    """Return the places of texts, given as words, that are one text edited; ascending on both sides.

    Few texts are each compared with each. Among many, those that share rare words anchor the rest.
    """
    left, right = [frozenset(words) for words in old], [frozenset(words) for words in new]
    whole = _Span(0, len(old), 0, len(new))
    if _is_small(whole, right, budget):
        return _most_alike(whole, left, right)
    votes = Counter(_pairs_by_rare_words(old, new))
    best: dict[int, int] = {}
    for (a, b), _ in votes.most_common():
        if likeness(left[a], right[b]) >= MIN_LIKENESS:
            best.setdefault(a, b)
    anchors = _longest_rise(sorted(best.items()))
    found = list(anchors)
    for span in _between(anchors, whole):
        if _is_small(span, right, budget):
            found += _most_alike(span, left, right)
    return sorted(found)


def _is_small(span: _Span, right: Sequence[frozenset[str]], budget: Budget) -> bool:
    """Take from the budget what comparing each with each costs: its words, and 50 steps a pair."""
    words = sum(len(text) + 50 for text in right[span.new : span.new_end])
    return budget.spend((span.old_end - span.old) * words)


def _pairs_by_rare_words(old: Sequence[Sequence[str]], new: Sequence[Sequence[str]]) -> Iterable[Pair]:
    """Yield one pair of texts for each two neighboring words that stand in one text only on both sides."""
    left, right = (
        _places_of_unique(
            (f"{first} {second}", at) for at, words in enumerate(texts) for first, second in pairwise(words)
        )
        for texts in (old, new)
    )
    return ((at, right[words]) for words, at in left.items() if words in right)


def _most_alike(span: _Span, left: Sequence[frozenset[str]], right: Sequence[frozenset[str]]) -> list[Pair]:
    """Return the pairs, in order, whose likeness adds up to the most."""
    olds, news = left[span.old : span.old_end], right[span.new : span.new_end]
    best = [[0.0] * (len(news) + 1) for _ in range(len(olds) + 1)]
    for a in reversed(range(len(olds))):
        for b in reversed(range(len(news))):
            like = likeness(olds[a], news[b])
            together = like + best[a + 1][b + 1] if like >= MIN_LIKENESS else 0.0
            best[a][b] = max(together, best[a + 1][b], best[a][b + 1])
    found: list[Pair] = []
    a = b = 0
    while best[a][b]:
        if best[a][b] == best[a + 1][b]:
            a += 1
        elif best[a][b] == best[a][b + 1]:
            b += 1
        else:
            found.append((span.old + a, span.new + b))
            a, b = a + 1, b + 1
    return found
