"""Values before and after a medicine was started: medians in windows. This cannot show cause.

People often start a medicine when a value is at its worst, and such values come down by themselves (regression to the
mean: Bland and Altman, 1994).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from statistics import median

import msgspec

from agents.clinical.refused import Refused
from agents.clinical.trend import Point

WINDOW_DAYS = 365
SETTLING_DAYS = 14
"""Left out after the start: most medicines need some time."""
NOTE = "this cannot show cause"


class BeforeAfter(msgspec.Struct, frozen=True, kw_only=True):
    before: float
    after: float
    """Medians."""
    n_before: int
    n_after: int
    window_days: int

    @property
    def difference(self) -> float:
        return self.after - self.before


def before_after(points: Sequence[Point], start: date, *, window_days: int = WINDOW_DAYS) -> BeforeAfter | Refused:
    """Medians of the window before the start and of the one after it; the day of the start counts as before."""
    window = timedelta(days=window_days)
    settled = start + timedelta(days=SETTLING_DAYS)
    before = [point.value for point in points if start - window <= point.day <= start]
    after = [point.value for point in points if settled <= point.day <= start + window]
    if not before:
        return Refused("there is no result in the time before the start")
    if not after:
        return Refused("there is no result in the time after the start")
    return BeforeAfter(
        before=median(before),
        after=median(after),
        n_before=len(before),
        n_after=len(after),
        window_days=window_days,
    )
