"""Delete many rows without one long statement."""

from typing import Any

from django.db.models import QuerySet

# Far below a second, and so below any statement_timeout, for rows as small as ours.
SLICE = 5000


def delete_slice(rows: QuerySet[Any]) -> bool:
    """Delete a first part of `rows`; return whether more may be left, for another unit of work."""
    part = rows.order_by().values("pk")[:SLICE]
    count: int = rows.model._default_manager.filter(pk__in=part).delete()[0]
    return count >= SLICE
