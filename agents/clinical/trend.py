"""Whether a series of values goes up or down over time.

Theil-Sen slope (Sen, Estimates of the regression coefficient based on Kendall's tau, 1968) and the two-sided Mann-
Kendall test (Mann 1945; Kendall 1975), normal approximation with correction for ties and for continuity. Every test
counts as one point, also two on the same day. From five points on: with four the test cannot reach p < 0.05.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from datetime import date
from itertools import combinations
from statistics import median
from typing import Literal

import msgspec

from agents.clinical.refused import Refused

LEAST_POINTS = 5
SIGNIFICANCE = 0.05
DAYS_PER_YEAR = 365.25

Direction = Literal["rising", "falling", "no clear trend"]


class Point(msgspec.Struct, frozen=True):
    day: date
    value: float


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    direction: Direction
    p: float
    slope_per_year: float
    n: int
    first: Point
    last: Point

    @property
    def change(self) -> float:
        return self.last.value - self.first.value

    @property
    def span_days(self) -> int:
        return (self.last.day - self.first.day).days


def trend(points: Sequence[Point]) -> Trend | Refused:
    """The direction, its p-value and the slope per year; refused under five points or where all are of one day."""
    ordered = sorted(points, key=lambda point: point.day)
    if len(ordered) < LEAST_POINTS:
        return Refused(f"a trend needs at least {LEAST_POINTS} results, and there are {len(ordered)}")
    if ordered[0].day == ordered[-1].day:
        return Refused("all results are from one day")
    p, sign = mann_kendall([point.value for point in ordered])
    slope = theil_sen(ordered)
    return Trend(
        direction=_direction(p, sign),
        p=p,
        slope_per_year=slope,
        n=len(ordered),
        first=ordered[0],
        last=ordered[-1],
    )


def mann_kendall(values: Sequence[float]) -> tuple[float, int]:
    """The two-sided p-value of values in time order, and the sign of the statistic (1 up, -1 down, 0 neither)."""
    score = sum((later > earlier) - (later < earlier) for earlier, later in combinations(values, 2))
    n = len(values)
    ties = sum(t * (t - 1) * (2 * t + 5) for t in Counter(values).values())
    variance = (n * (n - 1) * (2 * n + 5) - ties) / 18
    if score == 0 or variance <= 0:
        return 1.0, 0
    z = (abs(score) - 1) / math.sqrt(variance)
    return math.erfc(z / math.sqrt(2)), 1 if score > 0 else -1


def theil_sen(points: Sequence[Point]) -> float:
    """The median slope per year over all pairs of points of different days."""
    slopes = [
        (later.value - earlier.value) / ((later.day - earlier.day).days / DAYS_PER_YEAR)
        for earlier, later in combinations(points, 2)
        if later.day != earlier.day
    ]
    return median(slopes)


def _direction(p: float, sign: int) -> Direction:
    if p >= SIGNIFICANCE or sign == 0:
        return "no clear trend"
    return "rising" if sign > 0 else "falling"
