"""Keyset pages: a stable cursor over an ordered list, constant in its length."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from django.core.signing import BadSignature, Signer
from django.db.models import Model, Q, QuerySet

M = TypeVar("M", bound=Model)
_signer = Signer(salt="breakthru.pagination")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Page(Generic[M]):
    """One page of rows, the cursor of the next ("" on the last), and whether nothing stands before it."""

    items: Sequence[M]
    next_cursor: str
    is_first: bool


def _write(instant: datetime, pk: int) -> str:
    # Nothing that an address must escape: the "+" of a time zone would come back as a space.
    return _signer.sign(f"{(instant - _EPOCH) // _TICK}.{pk}")


def _read(cursor: str) -> tuple[datetime, int] | None:
    try:
        ticks, pk = _signer.unsign(cursor).split(".")
        return _EPOCH + int(ticks) * _TICK, int(pk)
    except (BadSignature, ValueError):
        return None


def best_first(queryset: QuerySet[M], *, cursor: str, size: int) -> Page[M]:
    """Page `queryset` by its annotation `rank` (in double precision) and pk, descending.

    PostgreSQL gives the same rank for the same words each time, so the cursor is stable while texts are.
    """
    position = _read_rank(cursor) if cursor else None
    if position:
        rank, pk = position
        queryset = queryset.filter(Q(rank__lt=rank) | Q(rank=rank, pk__lt=pk))
    rows = list(queryset.order_by("-rank", "-pk")[: size + 1])
    if len(rows) <= size:
        return Page(rows, "", is_first=position is None)
    last = rows[size - 1]
    rank = float(getattr(last, "rank"))  # noqa: B009  (annotated, so no field that a type could know)
    return Page(rows[:size], _signer.sign(f"{rank.hex()}/{last.pk}"), is_first=position is None)


def _read_rank(cursor: str) -> tuple[float, int] | None:
    try:
        rank, pk = _signer.unsign(cursor).split("/")
        return float.fromhex(rank), int(pk)
    except (BadSignature, ValueError):
        return None


def newest_first(queryset: QuerySet[M], *, field: str, cursor: str, size: int) -> Page[M]:
    """Page `queryset` by (`field`, pk) descending; `field` is a datetime that never changes.

    A cursor that is forged, cut or of another site shows the first page.
    """
    position = _read(cursor) if cursor else None
    if position:
        instant, pk = position
        before = Q(**{f"{field}__lt": instant}) | Q(**{field: instant, "pk__lt": pk})
        # The second condition follows from the first; by it PostgreSQL begins amid the index.
        queryset = queryset.filter(before, **{f"{field}__lte": instant})
    rows = list(queryset.order_by(f"-{field}", "-pk")[: size + 1])
    if len(rows) <= size:
        return Page(rows, "", is_first=position is None)
    last = rows[size - 1]
    return Page(rows[:size], _write(getattr(last, field), last.pk), is_first=position is None)
