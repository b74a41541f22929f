"""What editors ask of the next steps: who would be offered what, and why."""

from datetime import date

from learner_series.models import CalendarEntry, NextStep
from learner_series.services.next_steps import Offer, ReaderProfile, choose


def line_up(*, reader: ReaderProfile, today: date) -> list[Offer]:
    """Return every step that fits, each where it would be offered if those before it were not there."""
    left = list(NextStep.objects.in_use())
    entries = list(CalendarEntry.objects.around(today))
    offers: list[Offer] = []
    while found := choose(steps=left, reader=reader, entries=entries, today=today):
        offers += found
        left = [step for step in left if all(step is not offer.step for offer in found)]
    return offers
