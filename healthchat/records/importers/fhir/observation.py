"""Observations: one row per value, so that a blood pressure becomes two rows of one panel."""

from __future__ import annotations

import re
from collections.abc import Iterator
from sys import intern
from typing import Any, get_args

import msgspec
from django.utils.translation import gettext

from agents import concepts as known
from agents import units
from agents.records import Category, Comparator, Observation, RecordDate
from healthchat.records.importers.fhir.elements import (
    LOINC,
    SNOMED,
    Concept,
    choice,
    code,
    compared_number,
    concept,
    concepts,
    first_date,
    number,
    obj,
    objs,
    period,
    quantity,
    text,
    unit,
)
from healthchat.records.importers.fhir.resource import Resource
from healthchat.records.importers.fhir.stream import Json

MAX_TEXT_LENGTH = 4000
MAX_DEVICE_LENGTH = 200

_CATEGORIES: frozenset[str] = frozenset(get_args(Category))
_MEASURED = re.compile(r"(?P<number>[^\d]{0,3}\d[\d.]{0,20})\s*(?P<unit>[^\d\s.].{0,30})\Z")
_COMPARATORS: frozenset[str] = frozenset(get_args(Comparator))
_NUMERAL = r"\d{1,9}(?:\.\d{1,9})?"
_SPAN = re.compile(
    rf"\s*\[?\s*(?P<low>{_NUMERAL})\s*(?:-|–|—|to)\s*(?P<high>{_NUMERAL})\s*\]?\s*(?P<unit>[^\d\s].*)?\Z"
)
_BELOW = r"<|≤|less than|below|under|up to"
_ABOVE = r">|≥|greater than|more than|above|over|at least"
_BOUND = re.compile(
    rf"\s*(?:(?P<below>{_BELOW})|{_ABOVE})\s*(?:or\s*)?(?:=|equal to)?\s*"
    rf"(?P<limit>{_NUMERAL})\s*(?P<unit>[^\d\s].*)?\Z",
    re.IGNORECASE,
)


class Result(msgspec.Struct, frozen=True):
    """What was measured, as it stands in the record."""

    value: float | None = None
    unit: str | None = None
    comparator: Comparator | None = None
    text: str | None = None
    ucum: str | None = None
    """The unit's code, where it is not what is printed."""


class Range(msgspec.Struct, frozen=True):
    low: float | None = None
    high: float | None = None
    text: str | None = None


def observations(resource: Resource) -> Iterator[Observation]:
    """The rows of an Observation: its own value, and one for each component.

    One that only heads a group (`hasMember`, no value) has no row; its id becomes its members' `panel`.
    """
    data = resource.data
    components = list(objs(data.get("component")))
    heading = bool(components) or bool(list(objs(data.get("hasMember"))))
    result = result_of(data)
    if result != Result() or not heading:
        yield _row(resource, data, result, panel=resource.id if components else None)
    elif not components:
        resource.notes.skipped["Observation (heading of a group)"] += 1
    taken: set[str] = set()
    for place, component in enumerate(components, start=1):
        suffix = concept(component.get("code")).best(LOINC, SNOMED).code[:60] or str(place)
        suffix = f"{suffix}#{place}" if suffix in taken else suffix
        taken.add(suffix)
        row = _row(resource, component, result_of(component), panel=resource.id)
        yield msgspec.structs.replace(row, id=f"{resource.id}#{suffix}")


def result_of(data: dict[str, Json]) -> Result:
    """The value of an Observation or of a component, whichever of FHIR's types it has."""
    kind, value = choice(data, "value")
    if kind in ("Quantity", "Integer", "Decimal"):
        return _measured(value)
    if kind == "String":
        return _from_text(text(value))
    words = _words(kind, value)
    if words:
        return Result(text=words[:MAX_TEXT_LENGTH])
    absent = concept(data.get("dataAbsentReason")).name
    return Result(text=f"no result: {absent}"[:MAX_TEXT_LENGTH]) if absent else Result()


def range_of(data: dict[str, Json], *, measured_in: str | None) -> Range:
    """The printed reference range, of several the normal one; numbers only where they are in the value's unit."""
    ranges = list(objs(data.get("referenceRange")))
    normal = [one for one in ranges if code(one.get("type")) in ("", "normal") and not one.get("appliesTo")]
    chosen = next(iter(normal or ranges), None)
    if chosen is None:
        return Range()
    low, high = obj(chosen.get("low")), obj(chosen.get("high"))
    words = text(chosen.get("text")) or " – ".join(filter(None, (quantity(low), quantity(high))))
    numbers = number(low.get("value")), number(high.get("value"))
    if numbers == (None, None):
        numbers = _read_range(text(chosen.get("text")), measured_in)
    elif any(unit(bound) and measured_in and not _same_unit(bound, measured_in) for bound in (low, high)):
        numbers = None, None
    if None not in numbers and numbers[0] > numbers[1]:  # type: ignore[operator]
        numbers = None, None
    return Range(*numbers, words[:MAX_TEXT_LENGTH] or None)


def _row(resource: Resource, data: dict[str, Json], result: Result, *, panel: str | None) -> Observation:
    named = concept(data.get("code"))
    best = named.best(LOINC, SNOMED)
    found = _concept_of(named, result.unit)
    # What comes with no more than a code, such as the parts of a blood pressure, is called by what the code stands for.
    called = Concept(known.CONCEPTS[found].display) if found and named.is_only_a_code else named
    name = resource.name("observation", called)
    canonical = _canonical(resource, named, found, result)
    reference = range_of(data, measured_in=result.unit)
    return Observation(
        **resource.row,
        name=name,
        concept=found,
        code=best.code or None,
        code_system=best.system or None,
        category=_category(resource.data),
        value=result.value,
        unit=result.unit,
        comparator=result.comparator,
        text=result.text,
        canonical_value=canonical[0] if canonical else None,
        canonical_unit=canonical[1] if canonical else None,
        effective=_effective(resource.data),
        reference_low=reference.low,
        reference_high=reference.high,
        reference_text=intern(reference.text) if reference.text else None,
        flag=code(data.get("interpretation")) or None,
        status=code(resource.data.get("status")),
        panel=panel,
        device=text(obj(resource.data.get("device")).get("display"))[:MAX_DEVICE_LENGTH] or None,
    )


def _concept_of(named: Concept, measured_in: str | None) -> str | None:
    for coding in sorted(named.codings, key=lambda coding: coding.system != LOINC):
        found = known.concept_for(coding.code, system=coding.system or None, name=named.name, unit=measured_in)
        if found:
            return found
    return known.concept_for(None, system=None, name=named.name, unit=measured_in) if not named.codings else None


def _canonical(resource: Resource, named: Concept, found: str | None, result: Result) -> tuple[float, str] | None:
    """Value and unit in the concept's own unit; what stands in the way is noted."""
    if found is None:
        resource.notes.unmapped("observation", named, gettext("a test that is not known here"))
        return None
    if result.value is None:
        return None
    canonical = known.to_canonical(found, result.value, result.unit)
    if canonical is None and result.ucum:
        canonical = known.to_canonical(found, result.value, result.ucum)
    if canonical is None:
        reason = gettext("no unit")
        if result.unit:
            reason = gettext("the unit %(unit)s cannot be converted") % {"unit": result.unit[:40]}
        resource.notes.unmapped("observation", named, reason)
    return canonical


def _category(data: dict[str, Json]) -> Category:
    for named in concepts(data.get("category")):
        for word in (*(coding.code for coding in named.codings), named.text):
            written = word.lower().replace(" ", "-")
            if written in _CATEGORIES:
                return written  # type: ignore[return-value]
            if written in ("lab", "labs"):
                return "laboratory"
    return "other"


def _effective(data: dict[str, Json]) -> RecordDate | None:
    start, end = period(data.get("effectivePeriod"))
    timing = obj(data.get("effectiveTiming")).get("event")
    return first_date(
        data.get("effectiveDateTime"),
        data.get("effectiveInstant"),
        start.text if start else None,
        end.text if end else None,
        timing[0] if isinstance(timing, list) and timing else None,
        data.get("issued"),
    )


def _measured(value: Json) -> Result:
    found: dict[str, Any] = value if isinstance(value, dict) else {"value": value}
    comparator = text(found.get("comparator"))
    measured = number(found.get("value"))
    if measured is None:
        return Result(unit=unit(found) or None, text=text(found.get("value"))[:MAX_TEXT_LENGTH] or None)
    if comparator and comparator not in _COMPARATORS:
        return Result(text=quantity(found)[:MAX_TEXT_LENGTH])
    return Result(measured, unit(found) or None, comparator or None, ucum=text(found.get("code")) or None)  # type: ignore[arg-type]


def _from_text(written: str) -> Result:
    """A number that came as text, by itself or with a unit that is known, stays text too."""
    match = _MEASURED.match(written)
    measured_in = match["unit"] if match and units.kind(match["unit"]) else None
    found = compared_number(match["number"] if match and measured_in else written)
    if found is None:
        return Result(text=written[:MAX_TEXT_LENGTH] or None)
    return Result(found[1], measured_in, found[0], written)  # type: ignore[arg-type]


def _words(kind: str, value: Json) -> str:
    found = obj(value)
    if kind == "CodeableConcept":
        return concept(value).name
    if kind == "Boolean":
        return {True: "yes", False: "no"}.get(value, "") if isinstance(value, bool) else ""
    if kind == "Range":
        return " – ".join(filter(None, (quantity(found.get("low")), quantity(found.get("high")))))
    if kind == "Ratio":
        return ":".join(filter(None, (quantity(found.get("numerator")), quantity(found.get("denominator")))))
    if kind == "Period":
        return " – ".join(date.text for date in period(value) if date)
    if kind in ("SampledData", "Attachment"):
        return text(found.get("title")) or f"recorded as {'a waveform' if kind == 'SampledData' else 'an attachment'}"
    return text(value)


def _read_range(written: str, measured_in: str | None) -> tuple[float | None, float | None]:
    """Numbers of a range that is only text: "3.5 - 5.1", "<200 mg/dL", "≥ 60"."""
    match = _SPAN.match(written) or _BOUND.match(written)
    if match is None:
        return None, None
    found = match.groupdict()
    if found["unit"] and measured_in and not _same_unit({"unit": found["unit"].strip()}, measured_in):
        return None, None
    if "low" in found:
        return float(found["low"]), float(found["high"])
    return (None, float(found["limit"])) if found["below"] else (float(found["limit"]), None)


def _same_unit(bound: dict[str, Json], measured_in: str) -> bool:
    return measured_in.casefold() in (text(bound.get("unit")).casefold(), text(bound.get("code")).casefold())
