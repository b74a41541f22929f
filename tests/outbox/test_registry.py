"""Which function handles which kind."""

import pytest

from breakthru.outbox.registry import UnknownKindError, handler_for, kinds, register


def test_registered_handler_is_found_by_its_kind() -> None:
    register("tests.kind", print)
    assert handler_for("tests.kind") is print
    assert "tests.kind" in kinds()


def test_unknown_kind_is_an_error_that_names_it() -> None:
    assert "tests.unknown" not in kinds()
    with pytest.raises(UnknownKindError, match=r"tests\.unknown"):
        handler_for("tests.unknown")


def test_every_scheduled_kind_has_a_handler(settings: object) -> None:
    schedule = settings.CELERY_BEAT_SCHEDULE  # type: ignore[attr-defined]
    assert {entry["task"] for entry in schedule.values()} <= kinds()
