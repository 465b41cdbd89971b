"""A record row as a person reads it: a title, and what the record says line by line."""

from __future__ import annotations

from typing import assert_never

import msgspec

from agents.records import (
    Allergy,
    AnyRow,
    Condition,
    Document,
    Encounter,
    Immunization,
    Medication,
    Observation,
    Procedure,
    RecordDate,
)

_FLAGS = {
    "H": "high",
    "HH": "critically high",
    "HU": "significantly high",
    "L": "low",
    "LL": "critically low",
    "LU": "significantly low",
    "A": "abnormal",
    "AA": "critically abnormal",
    "N": "normal",
}
"""HL7 v3 ObservationInterpretation."""


class Shown(msgspec.Struct, frozen=True):
    kind: str
    title: str
    lines: tuple[tuple[str, str], ...]
    """Label and text; what the record does not say is not there."""
    text: str = ""
    """Long text, with its line breaks."""


def shown(row: AnyRow) -> Shown:
    """The row in words; nothing is computed, and dates are as precise as the record."""
    lines = [*_lines(row), ("From", row.source), ("Record id", row.evidence)]
    text = (row.text or "") if isinstance(row, Document) else ""
    return Shown(_kind(row), row.name, tuple((label, said) for label, said in lines if said), text)


def _kind(row: AnyRow) -> str:
    return row.kind or "Document" if isinstance(row, Document) else type(row).__name__


def _lines(row: AnyRow) -> list[tuple[str, str]]:
    match row:
        case Observation():
            return _observation(row)
        case Medication():
            dates = [("Started", _date(row.start)), ("Ended", _date(row.end))]
            return [("Status", row.status), ("How it is taken", row.dosage or ""), *dates, ("For", row.reason or "")]
        case Condition():
            status = ", ".join(filter(None, (row.clinical_status, row.verification_status)))
            dates = [("Since", _date(row.onset)), ("Until", _date(row.end)), ("Recorded", _date(row.recorded))]
            return [("Status", status), *dates]
        case Allergy():
            return _allergy(row)
        case Immunization():
            return [("Status", row.status), ("Given", _date(row.given))]
        case Procedure():
            return [("Status", row.status), ("Done", _date(row.performed))]
        case Encounter():
            dates = [("Began", _date(row.start)), ("Ended", _date(row.end))]
            return [("Status", row.status), *dates, ("For", row.reason or "")]
        case Document():
            return [("Status", row.status), ("Dated", _date(row.dated))]
        case _:
            assert_never(row)


def _observation(row: Observation) -> list[tuple[str, str]]:
    value = f"{row.comparator or ''}{row.value:g} {row.unit or ''}".strip() if row.value is not None else row.text or ""
    flag = f"{_FLAGS.get(row.flag, row.flag)} ({row.flag})" if row.flag in _FLAGS else row.flag or ""
    return [
        ("Value", value),
        ("Date", _date(row.effective)),
        ("Printed range", _range(row)),
        ("Flag of the laboratory", flag),
        ("Status", row.status if row.status != "final" else ""),
    ]


def _range(row: Observation) -> str:
    if row.reference_text:
        return row.reference_text
    bounds = [f"{bound:g}" for bound in (row.reference_low, row.reference_high) if bound is not None]
    return " – ".join(bounds)


def _allergy(row: Allergy) -> list[tuple[str, str]]:
    status = ", ".join(filter(None, (row.clinical_status, row.verification_status)))
    return [
        ("Status", status),
        ("Reaction", ", ".join(row.reactions)),
        ("Criticality", row.criticality or ""),
        ("Recorded", _date(row.recorded)),
    ]


def _date(date: RecordDate | None) -> str:
    """Date, and the time where the record has one."""
    return date.text[:16].replace("T", " ") if date else ""
