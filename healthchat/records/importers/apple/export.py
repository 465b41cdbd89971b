"""An Apple Health export, read as a stream and told as FHIR resources: days of what was measured without end, single
readings, nights, workouts.

Memory grows with the days, not with the file. A resource's id is made of its type and its day, so that a later export,
in which the last day is longer, replaces the day and adds nothing twice.

Deliberate oddities:
- Readings that a Correlation repeats at the top level are one reading: a blood pressure is known by source and time.
- What two devices counted at the same time counts once: watch before phone before anything else.
- The calendar day is the one in the export, with the offset it has there; lengths are reckoned in UTC.
"""

from __future__ import annotations

import hashlib
import math
import struct
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from django.utils.translation import gettext

from healthchat.records.importers.apple.intervals import Covered, counted_once
from healthchat.records.importers.apple.metrics import (
    ANY_HEART_RATE_LOINC,
    DIASTOLIC,
    HEART_RATE,
    OXYGEN_SATURATION,
    RESTING_HEART_RATE,
    SINGLE_READINGS,
    SLEEP,
    SLEEP_LOINC,
    SLEEP_STAGE,
    SYSTOLIC,
    Metric,
    is_known,
    metric,
    scale,
    ucum,
    words,
)
from healthchat.records.importers.apple.sleep import Nights
from healthchat.records.importers.apple.times import Unreadable, day_of, iso, span
from healthchat.records.importers.fhir.stream import Entry, Json
from healthchat.records.importers.imported import NotUnderstood
from healthchat.records.importers.xml import Attributes, parsing

MAX_TYPES = 2_000
MAX_DAYS = 200_000
"""Days of all types together; thirty years of twenty types."""
MAX_SOURCES = 1_000
LONGEST_SECONDS = 7 * 86_400

LOINC = "http://loinc.org"
_SEXES = {"Female": "female", "Male": "male", "Other": "other"}
_INTERVAL = struct.Struct("<qidH")
_ENERGY = (
    ("activeEnergyBurned", "Active energy, as totalled by Apple", "activeEnergyBurnedUnit"),
    ("appleMoveTime", "Time moving, as totalled by Apple", "min"),
    ("appleExerciseTime", "Exercise time, as totalled by Apple", "min"),
    ("appleStandHours", "Hours with standing, as totalled by Apple", "h"),
)
_WORKOUT = (
    ("duration", "duration", "min"),
    ("totalDistance", "distance", "km"),
    ("totalEnergyBurned", "energy", "kcal"),
)
_STATISTICS = {
    "HKQuantityTypeIdentifierDistanceWalkingRunning": "distance",
    "HKQuantityTypeIdentifierDistanceCycling": "distance",
    "HKQuantityTypeIdentifierDistanceSwimming": "distance",
    "HKQuantityTypeIdentifierActiveEnergyBurned": "energy",
}
_WITH_ENDS = frozenset({HEART_RATE, OXYGEN_SATURATION})
"""Of which the lowest and the highest of a day say something too."""
_SILENT = frozenset(
    {
        "HealthData",
        "ExportDate",
        "MetadataEntry",
        "WorkoutEvent",
        "WorkoutRoute",
        "Location",
        "FileReference",
        "HeartRateVariabilityMetadataList",
        "InstantaneousBeatsPerMinute",
        "ClinicalRecord",
    }
)
"""Parts of others, and what comes as a file of its own."""


class Day:
    """One day of one type that is averaged."""

    __slots__ = ("count", "high", "low", "singles", "total", "unit", "words")

    def __init__(self, unit: str) -> None:
        self.unit = unit
        self.count = 0
        self.total = 0.0
        self.low = float("inf")
        self.high = float("-inf")
        self.singles: dict[tuple[str, float], None] | None = None
        self.words: Counter[str] | None = None

    def put(self, value: float) -> None:
        self.count += 1
        self.total += value
        if value < self.low:
            self.low = value
        if value > self.high:
            self.high = value


def entries(file: BinaryIO) -> Iterator[Entry]:
    """The export as FHIR resources: a Patient, and Observations.

    Raises:
        NotUnderstood: it is damaged, or far too much.
    """
    export = _Export()
    for _ in parsing(file, start=export.start, end=export.end):
        pass
    yield from export.resources()


class _Export:
    def __init__(self) -> None:
        self._me: Attributes = {}
        self._sources: dict[str, int] = {}
        self._ranks: dict[int, tuple[int, str]] = {}
        self._sums: dict[tuple[str, str], dict[str, bytearray]] = {}
        self._days: dict[str, dict[str, Day]] = {}
        self._pressures: dict[tuple[str, str], dict[str, tuple[str, str]]] = {}
        self._nights = Nights()
        self._in_bed: Counter[str] = Counter()
        self._workout: Attributes | None = None
        self._workouts: dict[str, Json] = {}
        self._summaries: dict[str, Json] = {}
        self._left: Counter[str] = Counter()
        self._held = 0

    # -- reading ----------------------------------------------------------------------------------------------------

    def start(self, name: str, given: Attributes) -> None:
        if name == "Record":
            self._record(given)
        elif name == "Me":
            self._me = given
        elif name == "Workout":
            self._workout = given
        elif name == "WorkoutStatistics":
            self._statistics(given)
        elif name == "ActivitySummary":
            self._summary(given)
        elif name not in _SILENT and name != "Correlation":
            self._left[name[:60]] += 1

    def end(self, name: str) -> None:
        if name == "Workout" and self._workout is not None:
            try:
                self._end_workout(self._workout)
            except Unreadable:
                self._left["Workout (date cannot be read)"] += 1
            self._workout = None

    def _record(self, given: Attributes) -> None:
        identifier = given.get("type", "")
        try:
            if identifier == SLEEP:
                self._sleep(given)
            elif identifier in (SYSTOLIC, DIASTOLIC):
                self._pressure(identifier, given)
            elif identifier.startswith("HKCategoryType"):
                self._category(identifier, given)
            else:
                self._quantity(identifier, given)
        except Unreadable:
            self._left["Record (date cannot be read)"] += 1

    def _quantity(self, identifier: str, given: Attributes) -> None:
        start = given.get("startDate", "")
        value = _number(given.get("value"))
        if value is None:
            self._worded(identifier, day_of(start), given.get("value", ""), "")
            return
        unit = given.get("unit", "")
        value *= scale(unit)
        told = metric(identifier)
        if told.kind == "sum":
            began, ended = span(start, given.get("endDate", start))
            packed = _INTERVAL.pack(began, min(max(ended - began, 0), LONGEST_SECONDS), value, self._source(given))
            days = self._sums.setdefault((identifier, unit), {})
            day = days.get(start[:10])
            if day is None:
                self._hold()
                day = days[day_of(start)] = bytearray()
            day += packed
            return
        found = self._day(
            identifier, start[:10] if start[:10] in self._days.get(identifier, ()) else day_of(start), unit
        )
        if found.unit != unit:
            self._worded(identifier, day_of(start), given.get("value", ""), unit)
            return
        if told.kind == "single":
            self._single(found, start, value)
        else:
            found.put(value)

    def _single(self, day: Day, start: str, value: float) -> None:
        """Readings of one moment and value are one; of a day with very many, only the sum is kept."""
        if day.count == 0:
            day.singles = {}
        if day.singles is not None:
            if (start, value) in day.singles:
                return
            day.singles[start, value] = None
            if len(day.singles) > SINGLE_READINGS:
                day.singles = None
        day.put(value)

    def _worded(self, identifier: str, day: str, said: str, unit: str) -> None:
        found = self._day(identifier + " ", day, "")
        if found.words is None:
            found.words = Counter()
        if len(found.words) < 20:
            found.words[f"{said} {unit}".strip()[:80]] += 1

    def _category(self, identifier: str, given: Attributes) -> None:
        value = given.get("value", "")
        said = words(value.rsplit("Value", 1)[1]) if value.startswith("HKCategoryValue") else value
        self._worded(identifier, day_of(given.get("startDate", "")), said, "")

    def _sleep(self, given: Attributes) -> None:
        stage = given.get("value", "").removeprefix(SLEEP_STAGE)
        start, end = given.get("startDate", ""), given.get("endDate", "")
        if stage.startswith("Asleep"):
            self._nights.put(start=start, end=end, source=self._source(given))
        elif stage != "Awake":
            self._in_bed[day_of(end)] += 1

    def _pressure(self, identifier: str, given: Attributes) -> None:
        key = given.get("startDate", ""), given.get("sourceName", "")
        iso(key[0])
        if key not in self._pressures:
            self._hold()
        self._pressures.setdefault(key, {}).setdefault(identifier, (given.get("value", ""), given.get("unit", "")))

    def _statistics(self, given: Attributes) -> None:
        if self._workout is None:
            return
        part = _STATISTICS.get(given.get("type", ""))
        if part and given.get("sum"):
            name = "totalDistance" if part == "distance" else "totalEnergyBurned"
            self._workout.setdefault(name, given["sum"])
            self._workout.setdefault(f"{name}Unit", given.get("unit", ""))

    def _end_workout(self, given: Attributes) -> None:
        name = words(given.get("workoutActivityType", "")) or "Workout"
        start = iso(given.get("startDate", ""))
        parts = [
            _component(f"Workout: {name}, {said}", _number(given.get(key)), given.get(f"{key}Unit", unit))
            for key, said, unit in _WORKOUT
            if _number(given.get(key)) is not None
        ]
        made = _observation(
            _id(
                "workout", given.get("workoutActivityType", ""), given.get("startDate", ""), given.get("sourceName", "")
            ),
            f"Workout: {name}",
            start,
            "activity",
            device=given.get("sourceName", ""),
        )
        if made["id"] not in self._workouts:
            self._hold()
        self._workouts[made["id"]] = made | ({"component": parts} if parts else {"valueString": "no length recorded"})

    def _summary(self, given: Attributes) -> None:
        try:
            day = day_of(given.get("dateComponents", ""))
        except Unreadable:
            self._left["ActivitySummary (date cannot be read)"] += 1
            return
        parts = [
            _component(name, _number(given.get(key)), given.get(unit, unit))
            for key, name, unit in _ENERGY
            if _number(given.get(key))
        ]
        if parts:
            self._hold()
            made = _observation(_id("ActivitySummary", day), "Activity of the day", day, "activity")
            self._summaries[day] = made | {"component": parts}

    def _source(self, given: Attributes) -> int:
        name = given.get("sourceName", "")
        found = self._sources.get(name)
        if found is None:
            found = self._sources[name] = min(len(self._sources), MAX_SOURCES)
            told = f"{name} {given.get('device', '')}".casefold()
            rank = 0 if "watch" in told else 1 if "iphone" in told else 2
            self._ranks[found] = (rank, name)
        return found

    def _day(self, identifier: str, day: str, unit: str) -> Day:
        days = self._days.setdefault(identifier, {})
        found = days.get(day)
        if found is None:
            self._hold()
            found = days[day] = Day(unit)
        return found

    def _hold(self) -> None:
        """Count what is kept in memory, and stop at what no person's export holds."""
        self._held += 1
        if self._held > MAX_DAYS or len(self._days) > MAX_TYPES:
            raise NotUnderstood(
                gettext(
                    "This export holds far more days and kinds of measurement than a person can have. "
                    "Nothing was imported."
                )
            )

    # -- telling ----------------------------------------------------------------------------------------------------

    def resources(self) -> Iterator[Entry]:
        yield Entry(self._patient())
        for one in self._told():
            yield Entry(one)
        for name, count in self._left.items():
            for _ in range(min(count, 100_000)):
                yield Entry({"resourceType": name})

    def _told(self) -> Iterator[dict[str, Json]]:
        ranks = {source: place for place, source in enumerate(sorted(self._ranks, key=self._ranks.__getitem__))}
        for (identifier, unit), by_day in self._sums.items():
            yield from self._totals(identifier, unit, by_day, ranks)
        for identifier, days in self._days.items():
            for day, found in sorted(days.items()):
                yield from self._of_day(identifier.rstrip(), day, found)
        for (start, source), parts in self._pressures.items():
            yield _pressure(start, source, parts)
        for day, hours in self._nights.hours(ranks).items():
            yield _observation(_id(SLEEP, day), "Sleep duration", day, "activity", SLEEP_LOINC) | _value(
                round(hours, 4), "h"
            )
        yield from self._workouts.values()
        yield from self._summaries.values()
        for day, count in sorted(self._in_bed.items()):
            made = _observation(_id(SLEEP, "in bed", day), "Time in bed", day, "activity")
            yield made | {"valueString": f"{count} {'entry' if count == 1 else 'entries'}"}

    def _patient(self) -> dict[str, Json]:
        sex = self._me.get("HKCharacteristicTypeIdentifierBiologicalSex", "").removeprefix("HKBiologicalSex")
        born = self._me.get("HKCharacteristicTypeIdentifierDateOfBirth", "")
        found: dict[str, Json] = {"resourceType": "Patient", "id": "me"}
        return found | ({"gender": _SEXES[sex]} if sex in _SEXES else {}) | ({"birthDate": born} if born else {})

    def _totals(
        self, identifier: str, unit: str, by_day: dict[str, bytearray], ranks: dict[int, int]
    ) -> Iterator[dict[str, Json]]:
        told = metric(identifier)
        units = sum(1 for other, _ in self._sums if other == identifier)
        before = Covered()
        for day, packed in sorted(by_day.items()):
            intervals = sorted(_INTERVAL.iter_unpack(packed), key=lambda one: (ranks[one[3]], one[0], one[1]))
            covered = Covered()
            for start, end in before.spans[-3:]:
                covered.add(start, end)
            total = counted_once(((start, start + length, value) for start, length, value, _ in intervals), covered)
            before = covered
            key = (identifier, day, unit) if units > 1 else (identifier, day)
            made = _observation(_id(*key), told.name, day, told.category, told.loinc)
            yield made | _value(round(total) if unit == "count" else round(total, 3), ucum(unit, identifier))

    def _of_day(self, identifier: str, day: str, found: Day) -> Iterator[dict[str, Json]]:
        told = self._named(identifier)
        if found.words is not None:
            said = ", ".join(word if count == 1 else f"{count} × {word}" for word, count in found.words.items())
            yield _observation(_id(identifier, "words", day), told.name, day, told.category) | {"valueString": said}
        if found.singles is not None:
            for start, value in found.singles:
                made = _observation(
                    _id(identifier, start, str(value)), told.name, iso(start), told.category, told.loinc
                )
                yield made | _value(round(value, 6), ucum(found.unit, identifier))
        elif found.count:
            yield self._mean(identifier, told, day, found)

    def _mean(self, identifier: str, told: Metric, day: str, found: Day) -> dict[str, Json]:
        unit = ucum(found.unit, identifier)
        made = _observation(_id(identifier, day), told.name, day, told.category, told.loinc)
        if found.count > 1 and not is_known(identifier):
            # Whether such values add up or average is not known: both ends are told, and no number is made of them.
            said = f"{found.count} values from {found.low:g} to {found.high:g} {unit}"
            return made | {"valueString": said.strip()}
        made |= _value(round(found.total / found.count, 3), unit)
        if found.count == 1 or identifier not in _WITH_ENDS:
            return made
        ends = (("lowest of the day", found.low), ("highest of the day", found.high))
        name = told.name.split(",")[0]
        return made | {"component": [_component(f"{name}, {said}", value, unit) for said, value in ends]}

    def _named(self, identifier: str) -> Metric:
        told = metric(identifier)
        if identifier == HEART_RATE and RESTING_HEART_RATE not in self._days:
            # Without resting heart rates, it is the only heart rate there is.
            return Metric(told.name, told.kind, ANY_HEART_RATE_LOINC, told.category)
        return told


def _pressure(start: str, source: str, parts: dict[str, tuple[str, str]]) -> dict[str, Json]:
    names = {SYSTOLIC: ("8480-6", "Systolic blood pressure"), DIASTOLIC: ("8462-4", "Diastolic blood pressure")}
    made = _observation(
        _id("blood pressure", start, source), "Blood pressure", iso(start), "vital-signs", "85354-9", device=source
    )
    components = []
    for identifier, (loinc, name) in names.items():
        if identifier in parts:
            value, unit = parts[identifier]
            amount = _number(value)
            coding = {"code": {"coding": [{"system": LOINC, "code": loinc}], "text": name}}
            measured = _value(amount, ucum(unit, identifier)) if amount is not None else {"valueString": value}
            components.append(coding | measured)
    return made | {"component": components}


def _number(written: str | None) -> float | None:
    """Apple writes as many digits as there are."""
    try:
        value = float(written) if written and len(written) < 40 else None
    except ValueError:
        return None
    return value if value is not None and math.isfinite(value) else None


def _component(name: str, value: float | None, unit: str) -> dict[str, Json]:
    return {"code": {"text": name}} | _value(value, ucum(unit, ""))


def _observation(
    row_id: str, name: str, when: str, category: str, loinc: str = "", *, device: str = ""
) -> dict[str, Json]:
    coding = {"coding": [{"system": LOINC, "code": loinc}]} if loinc else {}
    return {
        "resourceType": "Observation",
        "id": row_id,
        "status": "final",
        "category": [{"coding": [{"code": category}]}],
        "code": {"text": name} | coding,
        "effectiveDateTime": when,
    } | ({"device": {"display": device}} if device else {})


def _value(value: float | None, unit: str) -> dict[str, Json]:
    return {"valueQuantity": {"value": value, "unit": unit}}


def _id(*parts: str) -> str:
    return "hash-" + hashlib.sha256("\x1f".join(("apple", *parts)).encode("utf-8", "replace")).hexdigest()[:24]
