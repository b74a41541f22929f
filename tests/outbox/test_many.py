"""Much work put in at once."""

import pytest

from breakthru.outbox.models import Outbox
from breakthru.outbox.services import enqueue_many


@pytest.mark.django_db
def test_enqueue_many_writes_a_row_for_each_that_is_due_now() -> None:
    enqueue_many(kind="note", refs=(number for number in (7, "8")))
    rows = Outbox.objects.due().order_by("pk").values_list("kind", "ref", "dedupe_key")
    assert list(rows) == [("note", "7", None), ("note", "8", None)]


@pytest.mark.django_db
def test_enqueue_many_takes_nothing_for_an_answer() -> None:
    enqueue_many(kind="note", refs=[])
    assert Outbox.objects.count() == 0


@pytest.mark.django_db(transaction=True, available_apps=["breakthru.outbox"])
def test_enqueue_many_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="outside a transaction"):
        enqueue_many(kind="note", refs=[7])
    assert Outbox.objects.count() == 0
