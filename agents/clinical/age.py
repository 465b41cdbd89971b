"""Age in whole years, as formulas use it."""

from __future__ import annotations

from datetime import date

from agents.records import RecordDate

ADULT_YEARS = 18


def age_on(birth_date: RecordDate | None, day: date) -> int | None:
    """Whole years from birth to a day; None without a birth date, or where the day lies before it."""
    if birth_date is None or day < birth_date.day:
        return None
    born = birth_date.day
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
