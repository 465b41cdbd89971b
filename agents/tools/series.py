"""One concept's results over time, in one unit: the unit of the newest one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import msgspec

from agents import units
from agents.concepts import CONCEPTS, convert
from agents.question import Period
from agents.records import Observation, RecordDate, Records
from agents.wording import day, quantity

PLACES = {"a1c": 1, "systolic": 0, "diastolic": 0, "heart_rate": 0, "egfr": 0, "steps": 0, "spo2": 0, "resp_rate": 0}


class Point(msgspec.Struct, frozen=True):
    """One result, its value in the series' unit."""

    row: Observation
    value: float
    again: tuple[str, ...] = ()
    """Evidence ids of entries that say the same value for the same time."""

    @property
    def evidence(self) -> tuple[str, ...]:
        return (self.row.evidence, *self.again)

    @property
    def when(self) -> RecordDate:
        assert self.row.effective is not None
        return self.row.effective

    @property
    def date(self) -> date:
        return self.when.day


class Series(msgspec.Struct, frozen=True):
    """The points, oldest first."""

    concept: str
    unit: str | None
    points: tuple[Point, ...]
    other_units: int = 0
    """Results left out because their unit is missing or cannot be converted."""
    repeats: tuple[Point, ...] = ()
    """Entries that say again, with the same time and value, what one of the points says."""

    def __bool__(self) -> bool:
        return bool(self.points)

    @property
    def evidence(self) -> tuple[str, ...]:
        return evidence_of(self.points)

    @property
    def values(self) -> list[float]:
        return [point.value for point in self.points]

    def within(self, period: Period | None) -> Series:
        """The points of a period."""
        if period is None:
            return self
        return msgspec.structs.replace(
            self,
            points=tuple(p for p in self.points if period.holds(p.date)),
            repeats=tuple(p for p in self.repeats if period.holds(p.date)),
        )

    @property
    def places(self) -> int | None:
        """With how many decimals a laboratory gives it, where that is not told by its size."""
        return PLACES.get(self.concept) if self.unit == CONCEPTS[self.concept].unit else None

    def amount(self, value: float) -> str:
        """A value of the series with its unit: `7.4 %`."""
        return quantity(value, self.unit, places=self.places)

    def shown(self, point: Point) -> str:
        """A point's value with its unit: `7.4 %`, `below 0.6 mg/dL`."""
        return quantity(point.value, self.unit, comparator=point.row.comparator, places=self.places)

    def dated(self, point: Point) -> str:
        """The value with unit and date: `7.4 % on 13 April 2020`."""
        return f"{self.shown(point)} on {day(point.when)}"


def series(records: Records, concept: str) -> Series:
    """Every result of `concept` that has a number and a date, each once.

    Two files may hold the same result: the same value at the same time counts once. A result in a unit that cannot be
    converted to the others' is left out and counted.
    """
    rows = [row for row in records.by_concept.get(concept, ()) if row.value is not None and row.effective is not None]
    if not rows:
        return Series(concept, CONCEPTS[concept].unit if concept in CONCEPTS else None, ())
    unit = next((row.unit for row in reversed(rows) if row.canonical_value is not None), rows[-1].unit)
    points: dict[tuple[str, float], Point] = {}
    repeats: list[Point] = []
    for row in rows:
        value = value_in(row, unit)
        if value is not None and row.effective is not None:
            point = Point(row, value)
            if points.setdefault((row.effective.text, round(value, 6)), point) is not point:
                repeats.append(point)
    said_again: dict[tuple[str, float], list[str]] = {}
    for point in repeats:
        said_again.setdefault((point.when.text, round(point.value, 6)), []).append(point.row.evidence)
    for key, ids in said_again.items():
        points[key] = msgspec.structs.replace(points[key], again=tuple(ids))
    left_out = sum(value_in(row, unit) is None for row in rows)
    return Series(concept, unit, tuple(points.values()), left_out, tuple(repeats))


def evidence_of(points: Iterable[Point]) -> tuple[str, ...]:
    """The evidence of several points, each id once."""
    return tuple(dict.fromkeys(id_ for point in points for id_ in point.evidence))


def value_in(row: Observation, unit: str | None) -> float | None:
    """The row's value in `unit`; None where it cannot be converted."""
    if row.value is None:
        return None
    if row.unit == unit or (unit is not None and units.normalise(row.unit) == units.normalise(unit)):
        return row.value
    if row.concept is None or row.canonical_value is None:
        return None
    return convert(row.concept, row.canonical_value, row.canonical_unit, unit)


def latest_together(points: Sequence[Point]) -> list[Point]:
    """The newest points: more than one where two results bear the same time."""
    if not points:
        return []
    newest = points[-1].when.instant
    return [point for point in points if point.when.instant == newest]
