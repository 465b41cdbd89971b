"""Nights from the stages that devices have recorded: what was sleep, by one device, under the day of waking up.

A night is told by the preferred device that recorded it, unless that one saw less than half of what another did (its
battery had run out). Two devices of one night are never added up.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from datetime import UTC, datetime

from healthchat.records.importers.apple.intervals import Covered
from healthchat.records.importers.apple.times import seconds, span

AWAKE_SECONDS = 3 * 3600
"""A longer time without sleep ends a night (or a nap)."""
LONGEST_SECONDS = 24 * 3600


class Nights:
    """Takes the stages in any order."""

    def __init__(self) -> None:
        self._starts = array("q")
        self._ends = array("q")
        self._zones = array("i")
        """How far the wall clock was ahead of UTC at the end."""
        self._sources = array("H")

    def put(self, *, start: str, end: str, source: int) -> None:
        """Take one stage of sleep; `source` is the number of the device.

        Raises:
            Unreadable: its times cannot be read.
        """
        began, ended = span(start, end)
        if not 0 < ended - began <= LONGEST_SECONDS:
            return
        self._starts.append(began)
        self._ends.append(ended)
        self._zones.append(seconds(f"{end[:19]} +0000") - ended)
        self._sources.append(source)

    def hours(self, ranks: dict[int, int]) -> dict[str, float]:
        """Hours asleep by the day of waking up; `ranks` says which device is preferred (the lowest)."""
        found: dict[str, float] = {}
        for night in self._nights():
            day, slept = self._asleep_in(night, ranks)
            if slept:
                found[day] = found.get(day, 0.0) + slept / 3600
        return dict(sorted(found.items()))

    def _nights(self) -> Iterator[list[int]]:
        """The stages of each stretch of sleep, by their places."""
        night: list[int] = []
        last = 0
        for place in sorted(range(len(self._starts)), key=self._starts.__getitem__):
            if night and self._starts[place] - last > AWAKE_SECONDS:
                yield night
                night = []
                last = 0
            night.append(place)
            last = max(last, self._ends[place])
        if night:
            yield night

    def _asleep_in(self, night: list[int], ranks: dict[int, int]) -> tuple[str, int]:
        by_source: dict[int, Covered] = {}
        for place in night:
            by_source.setdefault(self._sources[place], Covered()).add(self._starts[place], self._ends[place])
        longest = max(covered.seconds for covered in by_source.values())
        enough = (source for source, covered in by_source.items() if covered.seconds * 2 >= longest)
        chosen = min(enough, key=ranks.__getitem__)
        last = max((place for place in night if self._sources[place] == chosen), key=self._ends.__getitem__)
        woke = datetime.fromtimestamp(self._ends[last] + self._zones[last], tz=UTC)
        return woke.date().isoformat(), by_source[chosen].seconds
