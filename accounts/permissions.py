"""What a person's age allows (PRODUCT §4); staff are grown up by contract."""

from datetime import date

from accounts.models import User
from accounts.models.age import AgeGroup, age_group


def age_group_of(user: User, today: date) -> AgeGroup:
    """Return the age group of `user`; who has not told counts as 13 to 17."""
    if user.is_staff:
        return AgeGroup.ADULT
    return age_group(year=user.birth_year, month=user.birth_month, today=today)


def is_adult(user: User, today: date) -> bool:
    """Say whether `user` may have everything that is for grown-ups."""
    return user.is_active and age_group_of(user, today) == AgeGroup.ADULT
