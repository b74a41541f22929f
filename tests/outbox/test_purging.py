"""Deleting in slices."""

from typing import Any

import pytest

from breakthru.outbox import purging
from breakthru.outbox.models import Outbox
from breakthru.outbox.purging import delete_slice

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three rows a slice."""
    monkeypatch.setattr(purging, "SLICE", 3)


@pytest.mark.parametrize(
    ("count", "left", "is_more"), [(0, 0, False), (2, 0, False), (3, 0, True), (5, 2, True)]
)
def test_slice_is_deleted_in_one_statement(
    count: int, left: int, is_more: bool, django_assert_num_queries: Any
) -> None:
    Outbox.objects.bulk_create([Outbox(kind="note", ref="x") for _ in range(count)])
    kept = Outbox.objects.create(kind="other", ref="x")
    with django_assert_num_queries(1):
        assert delete_slice(Outbox.objects.filter(kind="note").order_by("-pk")) is is_more
    assert (Outbox.objects.filter(kind="note").count(), Outbox.objects.get(kind="other")) == (left, kept)
