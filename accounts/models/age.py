"""How old somebody is, as far as birth month and year tell (PRODUCT §4)."""

from dataclasses import dataclass
from datetime import date

from django.db import models

ACCOUNT_FROM, ADULT_FROM = 13, 18


class AgeGroup(models.TextChoices):
    """What a person's age lets them do."""

    CHILD = "child", "Under 13"
    MINOR = "minor", "13 to 17"
    ADULT = "adult", "18 and over"


def age_on(*, year: int, month: int, today: date) -> int:
    """Return full years, as if the birthday were the last of its month: nobody counts as older too early."""
    return today.year - year - (today.month <= month)


def age_group(*, year: int | None, month: int | None, today: date) -> AgeGroup:
    """Return the group; who has not told counts as a minor, the most careful group with an account."""
    if year is None or month is None:
        return AgeGroup.MINOR
    age = age_on(year=year, month=month, today=today)
    if age < ACCOUNT_FROM:
        return AgeGroup.CHILD
    return AgeGroup.ADULT if age >= ADULT_FROM else AgeGroup.MINOR


@dataclass(frozen=True)
class Birth:
    """Month and year of birth, as told."""

    year: int
    month: int

    def group(self, today: date) -> AgeGroup:
        """Return the age group on `today`; a month that is still to come makes a child."""
        return age_group(year=self.year, month=self.month, today=today)
