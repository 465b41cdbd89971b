"""What there is of one patient, as pages show it: results by test, and everything else by kind."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import msgspec
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from agents import units, wording
from agents.clinical.flags import Flag, flag
from agents.clinical.refused import Refused
from agents.concepts import CONCEPTS, Concept
from agents.naming import IN_SPANISH, titled
from agents.records import Observation, Patient, Records
from healthchat.records import chart
from healthchat.records.chart import Chart, Point

CATEGORIES = {
    "diabetes": gettext_noop("Diabetes"),
    "lipids": gettext_noop("Cholesterol and blood fats"),
    "vital_signs": gettext_noop("Vital signs"),
    "kidney": gettext_noop("Kidneys and salts"),
    "electrolytes": gettext_noop("Kidneys and salts"),
    "liver": gettext_noop("Liver and protein"),
    "blood_count": gettext_noop("Blood count and clotting"),
    "clotting": gettext_noop("Blood count and clotting"),
    "iron": gettext_noop("Iron and vitamins"),
    "vitamins": gettext_noop("Iron and vitamins"),
    "thyroid": gettext_noop("Hormones"),
    "hormones": gettext_noop("Hormones"),
    "inflammation": gettext_noop("Inflammation"),
    "heart": gettext_noop("Heart, lungs and bones"),
    "lungs": gettext_noop("Heart, lungs and bones"),
    "bones": gettext_noop("Heart, lungs and bones"),
    "body": gettext_noop("Body"),
    "activity": gettext_noop("Activity and sleep"),
    "survey": gettext_noop("Questionnaires and habits"),
    "social": gettext_noop("Questionnaires and habits"),
}
OTHER_TESTS = gettext_noop("Other tests")
UNKNOWN_TESTS = gettext_noop("Not matched to a known test")
_PLACES = {"low": gettext_noop("Below range"), "inside": gettext_noop("In range"), "high": gettext_noop("Above range")}
_AGAINST = {
    "laboratory": "",
    "general adult": gettext_noop("general adult range"),
    "laboratory flag": gettext_noop("laboratory’s flag"),
}
_HEADINGS = [*dict.fromkeys(CATEGORIES.values()), OTHER_TESTS, UNKNOWN_TESTS]
"""In the order of the page."""


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
    recorded: str
    """The value as recorded, where it is shown with fewer digits."""
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
    recorded: str
    """The same as recorded, where it is shown with fewer digits."""
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
    by_heading: dict[str, list[Test]] = {heading: [] for heading in _HEADINGS}
    for slug, rows in by_slug.items():
        by_heading[_heading(rows[-1])].append(_test(slug, rows, records.patient))
    return [
        Group(_(heading), tuple(sorted(tests, key=lambda test: test.name.casefold())))
        for heading, tests in by_heading.items()
        if tests
    ]


def series_of(records: Records, slug: str) -> Series | None:
    """One test with all its values; None where there are none."""
    rows = [row for row in records.observations if slug_of(row) == slug]
    if not rows:
        return None
    concept = CONCEPTS.get(rows[0].concept or "")
    unit = concept.unit if concept else _common_unit(rows)
    standing = [(row, _stands(row, records.patient)) for row in rows]
    drawn = [(row, stands, value) for row, stands in standing if (value := _number(row, unit)) is not None]
    points = [_point(row, stands, value) for row, stands, value in drawn if row.effective]
    low, high, band = _band([(row, stands) for row, stands, *_rest in drawn], unit)
    return Series(
        name=name_of(concept) if concept else rows[-1].name,
        about=_about(concept) if concept else "",
        about_source=f"{concept.source} ({concept.date})" if concept else "",
        unit=units.shown(unit),
        rows=tuple(_line(row, stands, unit) for row, stands in reversed(standing)),
        chart=chart.chart(points, low=low, high=high),
        band=band,
        left_out=len(rows) - len(points),
    )


def name_of(concept: Concept) -> str:
    """A test's name as the answers have it in the person's language."""
    if get_language() == "es" and concept.id in IN_SPANISH:
        return titled(IN_SPANISH[concept.id])
    return concept.display


def _about(concept: Concept) -> str:
    return concept.about_spanish if get_language() == "es" else concept.about


def slug_of(row: Observation) -> str:
    """A test's name in an address: the concept, or a digest of what the record calls it."""
    if row.concept:
        return row.concept
    return "test-" + hashlib.sha256(" ".join(row.name.casefold().split()).encode()).hexdigest()[:16]


class _Standing(msgspec.Struct, frozen=True):
    """Where a value stands against its range, looked up once."""

    found: Flag | Refused

    @property
    def place(self) -> str:
        return "" if isinstance(self.found, Refused) else self.found.place

    @property
    def said(self) -> str:
        """The same in words."""
        return _(_PLACES[self.place]) if self.place else ""

    @property
    def against(self) -> str:
        """Which range that is, where it is not the laboratory's own."""
        said = "" if isinstance(self.found, Refused) else _AGAINST[self.found.kind]
        return _(said) if said else ""

    @property
    def conflict(self) -> bool:
        return not isinstance(self.found, Refused) and self.found.conflict


def _stands(row: Observation, patient: Patient) -> _Standing:
    return _Standing(flag(row, patient))


def _test(slug: str, rows: Sequence[Observation], patient: Patient) -> Test:
    latest = rows[-1]
    concept = CONCEPTS.get(latest.concept or "")
    unit = concept.unit if concept else _common_unit(rows)
    stands = _stands(latest, patient)
    values = [value for row in rows if (value := _number(row, unit)) is not None]
    return Test(
        slug=slug,
        name=name_of(concept) if concept else latest.name,
        count=len(rows),
        latest=amount(latest),
        unit=_unit(latest),
        recorded=recorded(latest),
        date=latest.effective.shown() if latest.effective else "",
        place=stands.place,
        said=stands.said,
        against=stands.against,
        spark=chart.spark(values),
    )


def _heading(row: Observation) -> str:
    concept = CONCEPTS.get(row.concept or "")
    if concept is None:
        return UNKNOWN_TESTS
    return CATEGORIES.get(concept.category, OTHER_TESTS)


def _number(row: Observation, unit: str | None) -> float | None:
    if row.canonical_value is not None:
        return row.canonical_value
    return row.value if row.concept is None and row.unit == unit else None


def _common_unit(rows: Iterable[Observation]) -> str | None:
    units_ = [row.unit for row in rows if row.value is not None]
    return max(units_, key=units_.count, default=None)


def amount(row: Observation) -> str:
    """A value as the page writes it; `recorded` has what that leaves out."""
    if row.value is not None:
        return f"{row.comparator or ''}{wording.number(row.value)}"
    return (row.text or _("no value"))[:80]


def recorded(row: Observation) -> str:
    """The value to its last digit, where it is shown with fewer; "" otherwise."""
    exact = f"{row.comparator or ''}{row.value:,.15g}" if row.value is not None else ""
    return _("recorded as %(value)s") % {"value": exact} if exact and exact != amount(row) else ""


def _unit(row: Observation) -> str:
    return units.shown(row.unit) or row.unit or "" if row.value is not None else ""


def _value(row: Observation) -> str:
    return f"{amount(row)} {_unit(row)}".strip()


def _point(row: Observation, stands: _Standing, value: float) -> Point:
    when = row.effective
    assert when is not None
    return Point(
        day=when.day, value=value, place=stands.place, shown=f"{_value(row)}, {when.shown()}", link=row.evidence
    )


def _line(row: Observation, stands: _Standing, unit: str | None) -> Line:
    converted = row.canonical_value is not None and units.normalise(row.unit) != unit and row.unit
    return Line(
        date=row.effective.text[:16].replace("T", " ") if row.effective else _("not dated"),
        value=_value(row),
        recorded=recorded(row),
        canonical=f"{wording.number(row.canonical_value)} {units.shown(unit)}" if converted else "",  # type: ignore[arg-type]
        range=_range(row, stands.found),
        place=stands.place,
        said=stands.said,
        against=stands.against,
        lab_flag=row.flag or "" if stands.conflict else "",
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
    if high is not None:
        return _("up to %(high)s") % {"high": f"{high:g}"}
    return _("%(low)s or more") % {"low": f"{low:g}"} if low is not None else ""


def _band(
    standing: Sequence[tuple[Observation, _Standing]], unit: str | None
) -> tuple[float | None, float | None, str]:
    """The range of the newest value that has one, in the unit of the chart."""
    for row, stands in reversed(standing):
        found = stands.found
        if isinstance(found, Refused) or (found.low is None and found.high is None):
            continue
        if units.normalise(found.unit) == units.normalise(unit) or (row.concept is None and found.unit == row.unit):
            return found.low, found.high, f"{_range(row, found)} {units.shown(unit)}: {_whose(found)}"
    return None, None, ""


def _whose(found: Flag) -> str:
    if found.kind == "laboratory":
        return _("the laboratory’s range, as printed with the newest value")
    return _("a general adult range (%(source)s)") % {"source": found.source}
