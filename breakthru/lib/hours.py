"""Hours of the day and days of the week in words."""

WEEKDAYS = (
    (1, "Monday"),
    (2, "Tuesday"),
    (3, "Wednesday"),
    (4, "Thursday"),
    (5, "Friday"),
    (6, "Saturday"),
    (7, "Sunday"),
)


def hour_words(hour: int) -> str:
    """Return such as "10 pm" for an hour from 0 to 23."""
    if hour % 12 == 0:
        return "noon" if hour else "midnight"
    return f"{hour % 12} {'am' if hour < 12 else 'pm'}"


HOURS = tuple((hour, hour_words(hour)) for hour in range(24))
