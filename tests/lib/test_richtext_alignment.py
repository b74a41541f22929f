"""Which items belong together, and that finding out stays cheap."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breakthru.lib.richtext.alignment import Budget, alike_pairs, equal_pairs, likeness

WORDS = st.lists(st.sampled_from("abcdef"), max_size=14)


@given(WORDS, WORDS)
def test_equal_pairs_are_equal_and_in_order(old: list[str], new: list[str]) -> None:
    pairs = equal_pairs(old, new, Budget())

    assert [old[a] for a, _ in pairs] == [new[b] for _, b in pairs]
    assert pairs == sorted(pairs)
    assert len({a for a, _ in pairs}) == len({b for _, b in pairs}) == len(pairs)


@given(WORDS)
def test_equal_pairs_of_the_same_are_all(items: list[str]) -> None:
    assert equal_pairs(items, items, Budget(0)) == [(place, place) for place in range(len(items))]


@pytest.mark.parametrize(
    ("old", "new", "pairs"),
    [
        ("", "", []),
        ("abc", "", []),
        ("abc", "xyz", []),
        ("abc", "axc", [(0, 0), (2, 2)]),
        # The end comes first; what is then unique on both sides anchors the rest.
        ("xaxbx", "bxax", [(3, 0), (4, 3)]),
        ("abab", "baba", [(0, 1), (1, 2), (2, 3)]),
        ("abcd", "bcda", [(1, 0), (2, 1), (3, 2)]),
    ],
)
def test_equal_pairs_of_small_cases(old: str, new: str, pairs: list[tuple[int, int]]) -> None:
    assert equal_pairs(old, new, Budget()) == pairs


def test_equal_pairs_without_budget_keep_ends_and_anchors() -> None:
    old, new = "eabbabcababf", "ebabababcbabaf"

    assert equal_pairs(old, new, Budget(0)) == [
        (0, 0),
        *((3, 5), (4, 6), (5, 7), (6, 8)),
        (11, 13),
    ]
    assert len(equal_pairs(old, new, Budget())) == 11


@pytest.mark.parametrize(
    ("old", "new", "share"),
    [("", "", 0.0), ("a", "", 0.0), ("a", "abcdefgh", 0.0), ("ab", "bc", 0.5), ("ab", "ab", 1.0)],
)
def test_likeness_is_the_shared_part(old: str, new: str, share: float) -> None:
    assert likeness(frozenset(old), frozenset(new)) == share


def _texts(*texts: str) -> list[list[str]]:
    return [text.split() for text in texts]


@pytest.mark.parametrize(
    ("old", "new", "pairs"),
    [
        (["a b c"], ["a b x"], [(0, 0)]),
        (["a b c"], ["x y z"], []),
        (["a b c", "d e f"], ["new", "a b x", "d e x"], [(0, 1), (1, 2)]),
        (["first", "a b c", "d e f g"], ["d e f x", "a b x"], [(2, 0)]),
        # Both could go with the first; the second is more like it.
        (["a b c d"], ["a b x y", "a b c y"], [(0, 1)]),
    ],
)
def test_alike_pairs_of_few_texts(old: list[str], new: list[str], pairs: list[tuple[int, int]]) -> None:
    assert alike_pairs(_texts(*old), _texts(*new), Budget()) == pairs


def test_alike_pairs_of_many_texts_are_found_by_rare_words() -> None:
    old = _texts("a b c", "a b c", "q r s t", "u v w x")
    # The third shares rare words with another text, but is not like it.
    new = _texts("a b c d", "a b c d", "s t 1 2 3 4 5 6 7 8", "u v w y")

    assert alike_pairs(old, new, Budget(0)) == [(3, 3)]
    assert alike_pairs(old, new, Budget(600)) == [(0, 0), (1, 1), (3, 3)]


def test_many_repeated_items_are_not_compared_each_with_each() -> None:
    pick = random.Random(1)
    old, new = ([pick.choice("ab") for _ in range(20_000)] for _ in range(2))
    equal, alike = Budget(), Budget()

    pairs = (
        equal_pairs(old, new, equal),
        alike_pairs([[item] for item in old], [[item] for item in new], alike),
    )

    # Each with each would be 400 million steps.
    assert all(len(found) <= 20_000 for found in pairs)
    assert 0 <= min(equal.steps, alike.steps) <= Budget().steps
