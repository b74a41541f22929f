"""What other parts tell of themselves: what can be reported, and what they stop or part."""

import pytest

from accounts.registries import safety


def test_each_part_that_has_messages_stops_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safety, "_freezes", [])
    stopped: list[tuple[str, int, int]] = []
    for part in ("threads", "requests"):
        safety.register_freeze(lambda one, other, part=part: stopped.append((part, one, other)))  # type: ignore[misc]
    safety.freeze_between(1, 2)
    assert stopped == [("threads", 1, 2), ("requests", 1, 2)]


def test_each_part_hears_of_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safety, "_partings", [])
    parted: list[tuple[int, int]] = []
    safety.register_parting(lambda one, other: parted.append((one, other)))
    safety.part_people(1, 2)
    assert parted == [(1, 2)]


def test_everything_of_the_product_that_is_there_can_be_reported() -> None:
    kinds = ("question", "answer", "mentor", "person", "article")
    assert [safety.reportable_of(kind) is not None for kind in (*kinds, "poem")] == [True] * 5 + [False]


@pytest.mark.parametrize(
    ("target", "expected"),
    [("12", 12), ("", 0), ("x", 0), ("-1", 0), ("²", 0), ("9" * 18, int("9" * 18)), ("9" * 19, 0)],
)
def test_row_id_reads_numbers_and_nothing_else(target: str, expected: int) -> None:
    assert safety.row_id(target) == expected
