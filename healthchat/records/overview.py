"""What there is of one patient, as pages show it: results by test, and everything else by kind."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from itertools import groupby

import msgspec

from agents import units
from agents.clinical.flags import Flag, flag
from agents.clinical.refused import Refused
from agents.concepts import CONCEPTS
from agents.records import Observation, Patient, Records
from healthchat.records import chart
from healthchat.records.chart import Chart, Point

CATEGORIES = {
    "diabetes": "Diabetes",
    "lipids": "Cholesterol and blood fats",
    "vital_signs": "Vital signs",
    "kidney": "Kidneys and salts",
    "electrolytes": "Kidneys and salts",
    "liver": "Liver and protein",
    "blood_count": "Blood count and clotting",
    "clotting": "Blood count and clotting",
    "iron": "Iron and vitamins",
    "vitamins": "Iron and vitamins",
    "thyroid": "Hormones",
    "hormones": "Hormones",
    "inflammation": "Inflammation",
    "heart": "Heart, lungs and bones",
    "lungs": "Heart, lungs and bones",
    "bones": "Heart, lungs and bones",
    "body": "Body",
    "activity": "Activity and sleep",
    "survey": "Questionnaires and habits",
    "social": "Questionnaires and habits",
}
OTHER_TESTS = "Other tests"
UNKNOWN_TESTS = "Not matched to a known test"
_PLACES = {"low": "Below range", "inside": "In range", "high": "Above range"}
_HEADINGS = list(dict.fromkeys(CATEGORIES.values()))


class Test(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the overview: a test with its newest value."""

    slug: str
    name: str
    count: int
    latest: str
    unit: str
    date: str
    place: str
    """`low`, `inside`, `high`, or ""."""
    said: str
    """The place in words."""
    against: str
    """Which range that is, where it is not the laboratory's own."""
    spark: tuple[str, float, float] | None


class Group(msgspec.Struct, frozen=True):
    heading: str
    tests: tuple[Test, ...]


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """One test's page."""

    name: str
    about: str
    about_source: str
    unit: str
    rows: tuple[Line, ...]
    """The newest first."""
    chart: Chart | None
    band: str
    """The shaded range in words, with where it is from; empty without one."""
    left_out: int
    """Values that could not be drawn: words, or no unit that can be converted."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One value as recorded."""

    date: str
    value: str
    canonical: str
    """The same in the unit of the chart, where that is another."""
    range: str
    place: str
    said: str
    against: str
    lab_flag: str
    """The laboratory's own flag, where it says something else."""
    source: str
    evidence: str
    device: str


def tests_of(records: Records) -> list[Group]:
    """Every test there is, by field; what was not matched to a known one comes last."""
    by_slug: dict[str, list[Observation]] = {}
    for row in records.observations:
        by_slug.setdefault(slug_of(row), []).append(row)
    lines = [(_heading(rows[-1]), _test(slug, rows, records.patient)) for slug, rows in by_slug.items()]
    order = [*_HEADINGS, OTHER_TESTS, UNKNOWN_TESTS]
    lines.sort(key=lambda line: (order.index(line[0]), line[1].name.casefold()))
    return [
        Group(heading, tuple(test for _, test in tests)) for heading, tests in groupby(lines, key=lambda line: line[0])
    ]


def series_of(records: Records, slug: str) -> Series | None:
    """One test with all its values; None where there are none."""
    rows = [row for row in records.observations if slug_of(row) == slug]
    if not rows:
        return None
    concept = CONCEPTS.get(rows[0].concept or "")
    unit = concept.unit if concept else _common_unit(rows)
    drawn = [(row, value) for row in rows if (value := _number(row, unit)) is not None and row.effective]
    points = [
        Point(
            day=row.effective.day,  # type: ignore[union-attr]
            value=value,
            place=_place(row, records.patient)[0],
            shown=f"{_value(row)}, {row.effective.shown() if row.effective else ''}",
            link=row.evidence,
        )
        for row, value in drawn
    ]
    low, high, band = _band([row for row, _ in drawn], records.patient, unit)
    return Series(
        name=concept.display if concept else rows[-1].name,
        about=concept.about if concept else "",
        about_source=f"{concept.source} ({concept.date})" if concept else "",
        unit=units.shown(unit),
        rows=tuple(_line(row, records.patient, unit) for row in reversed(rows)),
        chart=chart.chart(points, low=low, high=high),
        band=band,
        left_out=len(rows) - len(drawn),
    )


def slug_of(row: Observation) -> str:
    """A test's name in an address: the concept, or a digest of what the record calls it."""
    if row.concept:
        return row.concept
    return "test-" + hashlib.sha256(" ".join(row.name.casefold().split()).encode()).hexdigest()[:16]


def _test(slug: str, rows: Sequence[Observation], patient: Patient) -> Test:
    latest = rows[-1]
    concept = CONCEPTS.get(latest.concept or "")
    unit = concept.unit if concept else _common_unit(rows)
    place, said, against = _place(latest, patient)
    values = [value for row in rows if (value := _number(row, unit)) is not None]
    return Test(
        slug=slug,
        name=concept.display if concept else latest.name,
        count=len(rows),
        latest=_amount(latest, digits=4),
        unit=_unit(latest),
        date=latest.effective.shown() if latest.effective else "",
        place=place,
        said=said,
        against=against,
        spark=chart.spark(values),
    )


def _heading(row: Observation) -> str:
    concept = CONCEPTS.get(row.concept or "")
    if concept is None:
        return UNKNOWN_TESTS
    return CATEGORIES.get(concept.category, OTHER_TESTS)


def _place(row: Observation, patient: Patient) -> tuple[str, str, str]:
    """Where a value stands, the same in words, and against which range."""
    found = flag(row, patient)
    if isinstance(found, Refused):
        return "", "", ""
    return found.place, _PLACES[found.place], _against(found)


def _against(found: Flag) -> str:
    if found.kind == "general adult":
        return "general adult range"
    return "laboratory’s flag" if found.kind == "laboratory flag" else ""


def _number(row: Observation, unit: str | None) -> float | None:
    if row.canonical_value is not None:
        return row.canonical_value
    return row.value if row.concept is None and row.unit == unit else None


def _common_unit(rows: Iterable[Observation]) -> str | None:
    units_ = [row.unit for row in rows if row.value is not None]
    return max(units_, key=units_.count, default=None)


def _amount(row: Observation, *, digits: int = 6) -> str:
    if row.value is not None:
        value = round(row.value) if abs(row.value) >= 10**digits else float(f"{row.value:.{digits}g}")
        return f"{row.comparator or ''}{value:.{max(digits, 15)}g}"
    return (row.text or "no value")[:80]


def _unit(row: Observation) -> str:
    return units.shown(row.unit) or row.unit or "" if row.value is not None else ""


def _value(row: Observation) -> str:
    return f"{_amount(row)} {_unit(row)}".strip()


def _line(row: Observation, patient: Patient, unit: str | None) -> Line:
    found = flag(row, patient)
    place, said, against = _place(row, patient)
    conflict = not isinstance(found, Refused) and found.conflict
    other = row.canonical_value is not None and units.normalise(row.unit) != unit and row.unit
    return Line(
        date=row.effective.text[:16].replace("T", " ") if row.effective else "not dated",
        value=_value(row),
        canonical=f"{row.canonical_value:.4g} {units.shown(unit)}" if other else "",
        range=_range(row, found),
        place=place,
        said=said,
        against=against,
        lab_flag=row.flag or "" if conflict else "",
        source=row.source,
        evidence=row.evidence,
        device=row.device or "",
    )


def _range(row: Observation, found: Flag | Refused) -> str:
    if row.reference_text:
        return row.reference_text
    if isinstance(found, Refused):
        return ""
    low, high = found.low, found.high
    if low is not None and high is not None:
        return f"{low:g} – {high:g}"
    return f"up to {high:g}" if high is not None else f"{low:g} or more" if low is not None else ""


def _band(rows: Sequence[Observation], patient: Patient, unit: str | None) -> tuple[float | None, float | None, str]:
    """The range of the newest value that has one, in the unit of the chart."""
    for row in reversed(rows):
        found = flag(row, patient)
        if isinstance(found, Refused) or (found.low is None and found.high is None):
            continue
        if units.normalise(found.unit) != units.normalise(unit) and not (
            row.concept is None and found.unit == row.unit
        ):
            continue
        whose = (
            "the laboratory’s range, as printed with the newest value"
            if found.kind == "laboratory"
            else (f"a general adult range ({found.source})")
        )
        return found.low, found.high, f"{_range(row, found)} {units.shown(unit)}: {whose}"
    return None, None, ""
