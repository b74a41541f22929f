"""Same token, same answer: a creating form that is posted twice creates once."""

import uuid
from collections.abc import Callable

from django.db import transaction

from accounts.models import IdempotencyToken, User


@transaction.atomic
def once(*, by: User, purpose: str, token: uuid.UUID, create: Callable[[], str]) -> tuple[str, bool]:
    """Run `create` for the first posting of `token` and return (result, True); later postings get
    (the same result, False). Two postings at the same moment wait for each other on the unique row.
    """
    made, fresh = IdempotencyToken.objects.get_or_create(
        user=by, purpose=purpose, token=token, defaults={"result": ""}
    )
    if not fresh:
        return made.result, False
    made.result = create()
    made.save(update_fields=["result"])
    return made.result, True
