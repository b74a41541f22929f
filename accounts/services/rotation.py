"""Seal anew what allauth keeps sealed for second steps at sign-in (accounts.adapter.MFAAdapter)."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from breakthru.lib.sealing import rotate

# Where allauth.mfa puts what it had encrypted: an authenticator app's secret, the seed of recovery codes.
SEALED = ("secret", "seed")
SEALED_LISTS = ("migrated_codes",)


@transaction.atomic
def rotate_second_steps(*, after: int, size: int) -> int | None:
    """Seal the next `size` rows behind id `after` with the first key; return the last id, None when done.

    Raises breakthru.lib.sealing.SealError for a value that none of the keys opens.
    """
    rows = list(Authenticator.objects.select_for_update().filter(pk__gt=after).order_by("pk")[:size])
    for row in rows:
        row.data = {name: _rotated(name, value) for name, value in row.data.items()}
    Authenticator.objects.bulk_update(rows, ["data"])
    return rows[-1].pk if rows else None


def _rotated(name: str, value: Any) -> Any:
    if name in SEALED:
        return rotate(value.encode()).decode()
    if name in SEALED_LISTS:
        return [rotate(code.encode()).decode() for code in value]
    return value
