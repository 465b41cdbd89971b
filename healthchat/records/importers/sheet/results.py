"""The results in a table, as FHIR resources."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

import msgspec
from django.utils.translation import gettext

from agents import concepts
from healthchat.records.importers.fhir.stream import Entry, Json
from healthchat.records.importers.imported import NotUnderstood
from healthchat.records.importers.sheet.columns import ROLES, Columns, Role, columns_of, labels, test_and_unit
from healthchat.records.importers.sheet.dates import read_date
from healthchat.records.importers.sheet.numbers import Decimal, decimal_of, flag_of, read_range, read_value
from healthchat.records.importers.sheet.table import Table, table

LOINC = "http://loinc.org"
PREVIEW_LINES = 8
_VITAL = frozenset({"vital_signs", "body"})
_BESIDE: tuple[Role, ...] = ("unit", "range", "low", "high", "flag", "code")
"""What a line says of its result."""
_EMPTY = frozenset({"", "-", "–", "--", "n/a", "na", "null", "none", "nan", "."})

Lines = tuple[tuple[str, ...], ...]


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """How the person said that a table is to be read."""

    day_first: bool | None = None
    """Whether 03/04/2025 is the 3rd of April."""
    roles: tuple[Role, ...] | None = None
    """What each column holds."""


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """How a table would be read, to be looked at first."""

    names: tuple[str, ...]
    roles: tuple[Role, ...]
    lines: tuple[tuple[str, ...], ...]
    """The first ones under the heading."""
    total: int
    """How many there are."""
    open_dates: tuple[str, ...] = ()
    """Dates that could be read in two ways."""
    certain: bool = True
    """Whether the columns were told without doubt."""


class Unclear(NotUnderstood):
    """The table can be read once the person has said how."""

    def __init__(self, message: str, preview: Preview) -> None:
        super().__init__(message)
        self.preview = preview


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One result with all that belongs to it, as written."""

    test: str
    value: str
    date: str = ""
    unit: str = ""
    range: str = ""
    low: str = ""
    high: str = ""
    flag: str = ""
    code: str = ""


def preview(file: BinaryIO, *, reading: Reading | None = None) -> Preview:
    """How a table would be read.

    Raises:
        NotUnderstood: it is no table.
    """
    found = table(file)
    columns = columns_of(found, decimal=_decimal(found), chosen=(reading or Reading()).roles)
    return _preview(found, columns)


def entries(file: BinaryIO, *, reading: Reading | None = None) -> Iterator[Entry]:
    """The results of a table as Observations.

    Raises:
        Unclear: its columns or dates can only be told by the person.
        NotUnderstood: it is no table, or one about several people.
    """
    reading = reading or Reading()
    found = table(file)
    decimal = _decimal(found)
    columns = columns_of(found, decimal=decimal, chosen=reading.roles)
    if not columns.certain:
        raise Unclear(
            gettext("Which columns hold the test and its value could not be told. Please say so."),
            _preview(found, columns),
        )
    if columns.order.is_open and reading.day_first is None:
        said = gettext(
            "Dates such as %(dates)s can be read with the day or with the month first. Please say which it is."
        )
        examples = gettext(" or ").join(columns.order.open_examples[:2])
        raise Unclear(said % {"dates": examples}, _preview(found, columns))
    _refuse_several_people(found, columns)
    day_first = columns.order.day_first if reading.day_first is None or columns.order.day_first is not None else None
    yield from _resources(found, columns, decimal, reading.day_first if day_first is None else day_first)


def _resources(found: Table, columns: Columns, decimal: Decimal, day_first: bool | None) -> Iterator[Entry]:
    left: Counter[str] = Counter()
    taken = 0
    for cell in _cells(found, columns, left):
        when = read_date(cell.date, day_first=day_first)
        if cell.date and when is None:
            left["Line (its date could not be read: kept without a date)"] += 1
        taken += 1
        yield Entry(_observation(cell, when, decimal))
    if not taken:
        raise NotUnderstood(gettext("There are no results in this table."))
    for name, count in left.items():
        for _ in range(count):
            yield Entry({"resourceType": name})


def _cells(found: Table, columns: Columns, left: Counter[str]) -> Iterator[Cell]:
    body = found.lines[columns.heading + 1 :]
    return _cells_of_wide(body, columns) if "result" in columns.roles else _cells_of_long(body, columns, left)


def _cells_of_wide(body: Lines, columns: Columns) -> Iterator[Cell]:
    """One test a column; lines below the heading may give units and ranges."""
    below: dict[str, tuple[str, ...]] = {}
    results = [place for place, role in enumerate(columns.roles) if role == "result"]
    for line in body:
        label = labels(line, columns.roles)
        if label is not None:
            below[label] = line
            continue
        when = _when(line, columns)
        for place in results:
            name, unit = test_and_unit(columns.names[place])
            unit = unit or (below["unit"][place] if "unit" in below else "")
            span = below["range"][place] if "range" in below else ""
            if line[place].casefold() not in _EMPTY:
                yield Cell(test=name, value=line[place], date=when, unit=unit, range=span)


def _cells_of_long(body: Lines, columns: Columns, left: Counter[str]) -> Iterator[Cell]:
    """One result a line, or one date a column."""
    dated = [place for place, role in enumerate(columns.roles) if role == "dated"]
    for line in body:
        test = _at(line, columns, "test")
        values = [(columns.names[place], line[place]) for place in dated]
        values = values or [(_when(line, columns), _at(line, columns, "value"))]
        told = [(date, value) for date, value in values if value.casefold() not in _EMPTY]
        if not test or not told:
            left["Line (without a test or a value)"] += 1
            continue
        shared = {role: _at(line, columns, role) for role in _BESIDE}
        for date, value in told:
            yield Cell(test=test, value=value, date=date, **shared)


def _when(line: tuple[str, ...], columns: Columns) -> str:
    return f"{_at(line, columns, 'date')} {_at(line, columns, 'time')}".strip()


def _at(line: tuple[str, ...], columns: Columns, role: Role) -> str:
    """What stands in the first column of this role; "" where there is none."""
    return line[columns.roles.index(role)] if role in columns.roles else ""


def _observation(cell: Cell, when: str | None, decimal: Decimal) -> dict[str, Json]:
    name, unit_of_name = test_and_unit(cell.test) if not cell.unit else (cell.test, "")
    value = read_value(cell.value, decimal=decimal)
    unit = cell.unit or (value.unit if value else "") or unit_of_name
    coding = {"coding": [{"system": LOINC, "code": cell.code}]} if cell.code else {}
    flag = flag_of(cell.flag) if cell.flag else value.flag if value else ""
    measured: dict[str, Json] = {"valueString": cell.value}
    if value is not None:
        quantity = {"value": value.number, "unit": unit, "comparator": value.comparator}
        measured = {"valueQuantity": {key: said for key, said in quantity.items() if said not in ("", None)}}
    found: dict[str, Json] = {
        "resourceType": "Observation",
        "id": _id(cell, when),
        "status": "final",
        "category": [{"coding": [{"code": _category(name, unit, cell.code)}]}],
        "code": {"text": name} | coding,
    } | measured
    if when or cell.date:
        found["effectiveDateTime"] = when or cell.date
    if flag:
        found["interpretation"] = {"text": flag}
    span = _range(cell, unit, decimal)
    return found | ({"referenceRange": [span]} if span else {})


def _range(cell: Cell, unit: str, decimal: Decimal) -> dict[str, Json]:
    low, high = read_range(cell.range, decimal=decimal) if cell.range else (None, None)
    if cell.low or cell.high:
        bounds = [read_value(side, decimal=decimal) for side in (cell.low, cell.high)]
        low, high = (bound.number if bound else None for bound in bounds)
    found: dict[str, Json] = {"text": cell.range} if cell.range else {}
    for side, bound in (("low", low), ("high", high)):
        if bound is not None:
            found[side] = {"value": bound} | ({"unit": unit} if unit else {})
    return found


def _category(name: str, unit: str, code: str) -> str:
    system = LOINC if code else None
    known = concepts.concept_for(code or None, system=system, name=name, unit=unit or None)
    return "vital-signs" if known and concepts.CONCEPTS[known].category in _VITAL else "laboratory"


def _id(cell: Cell, when: str | None) -> str:
    told = (cell.code or cell.test.casefold(), when or cell.date, cell.value, cell.unit)
    return "hash-" + hashlib.sha256("\x1f".join(("sheet", *told)).encode("utf-8", "replace")).hexdigest()[:24]


def _refuse_several_people(found: Table, columns: Columns) -> None:
    place = columns.roles.index("patient") if "patient" in columns.roles else None
    if place is None:
        return
    people = {line[place].casefold() for line in found.lines[columns.heading + 1 :] if line[place]}
    if len(people) > 1:
        raise NotUnderstood(
            gettext(
                "This file holds the records of %(persons)s different people. "
                "Nothing was imported. Please import one person's records at a time."
            )
            % {"persons": len(people)}
        )


def _decimal(found: Table) -> Decimal:
    return decimal_of((cell for line in found.lines[:2000] for cell in line), delimiter=found.delimiter)


def _preview(found: Table, columns: Columns) -> Preview:
    body = found.lines[columns.heading + 1 :]
    return Preview(
        names=columns.names,
        roles=tuple(role if role in ROLES else "ignore" for role in columns.roles),
        lines=body[:PREVIEW_LINES],
        total=len(body),
        open_dates=columns.order.open_examples if columns.order.is_open else (),
        certain=columns.certain,
    )
