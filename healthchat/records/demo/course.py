"""How a quantity runs over the years: straight lines between points of (years ago, level)."""

from __future__ import annotations

from bisect import bisect_left
from typing import TypeAlias

Course: TypeAlias = tuple[tuple[float, float], ...]
"""Oldest first; before the first and after the last point the level stays."""


def level(course: Course, ago: float) -> float:
    """The level `ago` years before the end."""
    times = [-point[0] for point in course]
    place = bisect_left(times, -ago)
    if place == 0:
        return course[0][1]
    if place == len(course):
        return course[-1][1]
    (before, low), (after, high) = course[place - 1], course[place]
    return low + (high - low) * (before - ago) / (before - after)
