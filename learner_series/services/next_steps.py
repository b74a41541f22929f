"""Which two next steps a reader is offered: by stage, road, status and the application calendar."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from accounts.models import PersonExperience, User
from accounts.permissions import is_adult
from learner_series.models import CalendarEntry, NextStep
from learner_series.models.next_step import Reader

OFFERED = 2
# The Personal Mentor program and matches are from 18 on (PRODUCT §4).
FOR_ADULTS = ("/mentorship/", "/matches/")


@dataclass(frozen=True)
class ReaderProfile:
    """What a rule may ask about a reader; keys of the vocabulary."""

    kind: Reader = Reader.VISITOR
    stages: frozenset[str] = frozenset()
    roads: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    # False for 13 to 17: they are not led to what they cannot have.
    is_adult: bool = True


@dataclass(frozen=True)
class Offer:
    """A step that fits, the calendar entry it hangs on, and the conditions that spoke for it."""

    step: NextStep
    entry: CalendarEntry | None
    reasons: tuple[str, ...] = field(default=())


def profile_of(*, user: User | None, has_premium: bool, is_mentor: bool, today: date) -> ReaderProfile:
    """Return what the rules may know of `user` on `today`; one query for somebody signed in."""
    if user is None:
        return ReaderProfile()
    keys: dict[str, set[str]] = {}
    for term in PersonExperience.objects.all_of(user):
        keys.setdefault(term.group_id, set()).add(term.key)
    kind = Reader.MENTOR if is_mentor else Reader.PREMIUM if has_premium else Reader.MEMBER
    return ReaderProfile(
        kind,
        frozenset(keys.get("education_stage", ())),
        frozenset(keys.get("road", ())),
        frozenset(keys.get("application_status", ())),
        is_adult=is_adult(user, today),
    )


def offers_for(*, reader: ReaderProfile, today: date, here: str = "") -> list[Offer]:
    """Return up to OFFERED steps for `reader` on `today`, none of them leading to the page `here`."""
    steps = [step for step in NextStep.objects.in_use() if step.href != here]
    entries = list(CalendarEntry.objects.around(today)) if any(step.calendar_kind for step in steps) else []
    return choose(steps=steps, reader=reader, entries=entries, today=today)


def choose(
    *, steps: Iterable[NextStep], reader: ReaderProfile, entries: Sequence[CalendarEntry], today: date
) -> list[Offer]:
    """Return the best steps: those that meet the most conditions first, then by priority, then by title.

    A step fits when each of its conditions is empty or met. `entries` are ordered by their start. Two steps
    to the same address count as one.
    """
    fitting = [offer for step in steps if (offer := _fit(step, reader, entries, today)) is not None]
    fitting.sort(key=lambda offer: (-len(offer.reasons), -offer.step.priority, offer.step.title))
    chosen: dict[str, Offer] = {}
    for offer in fitting:
        chosen.setdefault(offer.step.href, offer)
    return list(chosen.values())[:OFFERED]


def _fit(
    step: NextStep, reader: ReaderProfile, entries: Sequence[CalendarEntry], today: date
) -> Offer | None:
    is_closed = step.href.startswith(FOR_ADULTS) and not reader.is_adult
    if is_closed or (step.readers and reader.kind not in step.readers):
        return None
    reasons: list[str] = []
    for name, wanted, known in (
        ("stage", step.stages, reader.stages),
        ("road", step.roads, reader.roads),
        ("status", step.statuses, reader.statuses),
    ):
        if wanted and known.isdisjoint(wanted):
            return None
        reasons += [name] if wanted else []
    if step.from_month is not None:
        if not _in_months(today.month, step.from_month, step.until_month or step.from_month):
            return None
        reasons.append("month")
    entry = _entry_of(step, entries, today)
    if step.calendar_kind and entry is None:
        return None
    return Offer(step, entry, tuple(reasons + (["calendar"] if entry else [])))


def _in_months(month: int, first: int, last: int) -> bool:
    # From November to February runs over the new year.
    return first <= month <= last if first <= last else month >= first or month <= last


def _entry_of(step: NextStep, entries: Sequence[CalendarEntry], today: date) -> CalendarEntry | None:
    ahead = timedelta(days=step.days_before)
    return next(
        (
            entry
            for entry in entries
            if entry.kind == step.calendar_kind and entry.starts_on - ahead <= today <= entry.ends_on
        ),
        None,
    )
