"""Links that show a revision on its way to whoever has them, for a while."""

from datetime import timedelta

from django.core import signing

from accounts.models import User
from learner_series.lifecycle import UNDERWAY, RevisionState
from learner_series.models import Revision
from learner_series.permissions import can_edit_articles
from learner_series.services.editorial import EditorialError

LIFE = timedelta(days=7)
_SALT = "learner_series.preview"


def make_preview(*, by: User, revision: Revision) -> str:
    """Return the token of a link to `revision` that holds for LIFE. Raises EditorialError."""
    if not can_edit_articles(by) or RevisionState(revision.state) not in UNDERWAY:
        message = "Only a revision on its way has a preview, and only editors share it."
        raise EditorialError(message)
    return signing.dumps(revision.pk, salt=_SALT)


def read_preview(token: str) -> int | None:
    """Return the id of the revision, or None for a token that is forged or too old."""
    try:
        pk: int = signing.loads(token, salt=_SALT, max_age=LIFE)
    except signing.BadSignature:
        return None
    return pk
