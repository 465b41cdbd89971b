"""Intervals of time that several devices have measured at once."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable


class Covered:
    """The union of intervals, in seconds; ends that touch are one."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    @property
    def spans(self) -> list[tuple[int, int]]:
        return list(zip(self._starts, self._ends, strict=True))

    @property
    def seconds(self) -> int:
        return sum(self._ends) - sum(self._starts)

    def within(self, start: int, end: int) -> int:
        """How many seconds from `start` to `end` are covered."""
        place = bisect_left(self._ends, start)
        total = 0
        while place < len(self._starts) and self._starts[place] < end:
            total += max(0, min(end, self._ends[place]) - max(start, self._starts[place]))
            place += 1
        return total

    def holds(self, moment: int) -> bool:
        place = bisect_left(self._ends, moment)
        return place < len(self._starts) and self._starts[place] <= moment

    def add(self, start: int, end: int) -> None:
        first = bisect_left(self._ends, start)
        last = first
        while last < len(self._starts) and self._starts[last] <= end:
            start, end = min(start, self._starts[last]), max(end, self._ends[last])
            last += 1
        self._starts[first:last] = [start]
        self._ends[first:last] = [end]


def counted_once(measured: Iterable[tuple[int, int, float]], covered: Covered) -> float:
    """The sum of (start, end, value), each only as far as no earlier one covers its time; they are then covered too.

    What comes first counts in full: give the preferred device first.
    """
    total = 0.0
    for start, end, value in measured:
        if end <= start:
            total += 0.0 if covered.holds(start) else value
            # A moment leaves the one after it free.
            covered.add(start, start)
            continue
        free = (end - start) - covered.within(start, end)
        total += value * free / (end - start)
        covered.add(start, end)
    return total
