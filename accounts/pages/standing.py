"""What staff decided about a person, as that person reads it."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Sanction, User
from accounts.models.safety import SanctionKind
from accounts.services.sanction_notices import MEANINGS, length_words

# More than anybody gets.
_MOST = 50


@dataclass(frozen=True)
class StandingRow:
    """One decision: what it means, how long it holds, and whether it is over."""

    sanction: Sanction
    heading: str
    meaning: str
    length: str
    is_over: bool


def standing_row(sanction: Sanction, now: datetime) -> StandingRow:
    """Return one decision in words; its person must be at hand."""
    heading, meaning = MEANINGS[SanctionKind(sanction.kind)]
    return StandingRow(sanction, heading, meaning, length_words(sanction), sanction.is_over(now))


def standing_rows(user: User, now: datetime) -> list[StandingRow]:
    """Return everything that was decided about `user`, the latest first; one query."""
    rows = list(Sanction.objects.of(user)[:_MOST])
    for row in rows:
        row.user = user
    return [standing_row(row, now) for row in rows]
