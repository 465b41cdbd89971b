"""Whether two series move together: Spearman's rank correlation on paired days (Spearman, 1904).

The p-value is two-sided, from t = r * sqrt((n - 2) / (1 - r^2)) with n - 2 degrees of freedom. Days of one person are
not independent, so it is a hint. Moving together is not cause.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from statistics import fmean
from typing import Literal

import msgspec

from agents.clinical.refused import Refused
from agents.clinical.trend import Point

LEAST_PAIRS = 8

Strength = Literal["no clear link", "weak", "moderate", "strong"]


class Correlation(msgspec.Struct, frozen=True, kw_only=True):
    r: float
    p: float
    n: int
    strength: Strength
    lag_days: int


def correlate(one: Sequence[Point], other: Sequence[Point], *, lag_days: int = 0) -> Correlation | Refused:
    """Rank correlation of daily means, the second series `lag_days` after the first; from eight common days on."""
    first, second = _by_day(one), _by_day(other)
    lag = timedelta(days=lag_days)
    pairs = [(value, second[day + lag]) for day, value in sorted(first.items()) if day + lag in second]
    if len(pairs) < LEAST_PAIRS:
        return Refused(f"at least {LEAST_PAIRS} days with both values are needed, and there are {len(pairs)}")
    r = _pearson(_ranks([a for a, _ in pairs]), _ranks([b for _, b in pairs]))
    if r is None:
        return Refused("one of the two does not change at all")
    p = _p_value(r, len(pairs))
    return Correlation(r=r, p=p, n=len(pairs), strength=_strength(r, p), lag_days=lag_days)


def _by_day(points: Sequence[Point]) -> Mapping[date, float]:
    days: dict[date, list[float]] = defaultdict(list)
    for point in points:
        days[point.day].append(point.value)
    return {day: fmean(values) for day, values in days.items()}


def _ranks(values: Sequence[float]) -> list[float]:
    """Ranks from 1 on; equal values share the mean of theirs."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end + 1 < len(order) and values[order[end + 1]] == values[order[start]]:
            end += 1
        for index in order[start : end + 1]:
            ranks[index] = (start + end) / 2 + 1
        start = end + 1
    return ranks


def _pearson(one: Sequence[float], other: Sequence[float]) -> float | None:
    mean_one, mean_other = fmean(one), fmean(other)
    spread = math.sqrt(sum((a - mean_one) ** 2 for a in one) * sum((b - mean_other) ** 2 for b in other))
    if spread == 0:
        return None
    together = sum((a - mean_one) * (b - mean_other) for a, b in zip(one, other, strict=True))
    return max(-1.0, min(1.0, together / spread))


def _p_value(r: float, n: int) -> float:
    if abs(r) >= 1:
        return 0.0
    freedom = n - 2
    t = r * math.sqrt(freedom / (1 - r * r))
    return _incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t))


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function, by Lentz's continued fraction (Numerical Recipes, section 6.4)."""
    if x <= 0 or x >= 1:
        return min(max(x, 0.0), 1.0)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(b, a, 1 - x)
    return front * _fraction(a, b, x) / a


def _fraction(a: float, b: float, x: float) -> float:
    tiny = 1e-30
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1), tiny)
    result = d
    for m in range(1, 300):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d, c = 1 / _away(1 + even * d, tiny), _away(1 + even / c, tiny)
        result *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d, c = 1 / _away(1 + odd * d, tiny), _away(1 + odd / c, tiny)
        step = d * c
        result *= step
        if abs(step - 1) < 1e-12:
            break
    return result


def _away(value: float, tiny: float) -> float:
    return value if abs(value) > tiny else tiny


def _strength(r: float, p: float) -> Strength:
    if p >= 0.05 or abs(r) < 0.2:
        return "no clear link"
    if abs(r) < 0.4:
        return "weak"
    return "moderate" if abs(r) < 0.7 else "strong"
