"""Which screenings the US Preventive Services Task Force recommends (grades A and B) at this age and sex.

Each entry carries the month of its statement. No record of a screening is "no record of it here", never "overdue": it
may have been done elsewhere. Some depend on what the records do not say; then the condition is named.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from agents.clinical.age import ADULT_YEARS, age_on
from agents.clinical.refused import Refused
from agents.records import RecordDate, Records, Sex

Status = Literal["recorded", "longer ago than advised", "no record of it here"]


class Sign(msgspec.Struct, frozen=True):
    """A word in the name of a procedure, test or document that shows the screening, and for how long it counts."""

    text: str
    months: int | None = None


class Screening(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    what: str
    grade: str
    since: str
    """Month of the statement."""
    note: str
    source: str
    date: str
    age_from: int
    age_to: int | None = None
    sex: Sex | None = None
    bmi_from: float | None = None
    months: int | None = None
    needs: tuple[str, ...] = ()
    """Conditions that the records cannot settle."""
    concepts: tuple[str, ...] = ()
    words: tuple[Sign, ...] = ()


class Due(msgspec.Struct, frozen=True, kw_only=True):
    screening: Screening
    status: Status
    last: RecordDate | None = None
    evidence: str | None = None


@cache
def screenings() -> tuple[Screening, ...]:
    """Every recommendation, with source and date."""
    raw = files("agents.reference").joinpath("screening.json").read_bytes()
    return msgspec.json.decode(raw, type=tuple[Screening, ...])


def screening_due(records: Records, today: date) -> tuple[Due, ...] | Refused:
    """The recommendations for this person's age and sex, each with the last record of it; those without one first."""
    age = age_on(records.patient.birth_date, today)
    if age is None:
        return Refused("the birth date is not recorded, and the recommendations go by age")
    if age < ADULT_YEARS:
        return Refused("these recommendations are for adults")
    bmi = _latest_bmi(records)
    fitting = [entry for entry in screenings() if _fits(entry, age, records.patient.sex, bmi)]
    found = [_due(entry, records, today) for entry in fitting]
    return tuple(sorted(found, key=lambda due: (due.status == "recorded", bool(due.screening.needs))))


def _fits(entry: Screening, age: int, sex: Sex, bmi: float | None) -> bool:
    if age < entry.age_from or (entry.age_to is not None and age > entry.age_to):
        return False
    if entry.sex is not None and entry.sex != sex:
        return False
    return entry.bmi_from is None or (bmi is not None and bmi >= entry.bmi_from)


def _due(entry: Screening, records: Records, today: date) -> Due:
    seen = [one for one in _seen(entry, records) if one[0].day <= today]
    if not seen:
        return Due(screening=entry, status="no record of it here")
    last, evidence, months = max(seen, key=lambda one: one[0].instant)
    covered = any(limit is None or _months(when.day, today) < limit for when, _, limit in seen)
    status: Status = "recorded" if months is None or covered else "longer ago than advised"
    return Due(screening=entry, status=status, last=last, evidence=evidence)


def _seen(entry: Screening, records: Records) -> list[tuple[RecordDate, str, int | None]]:
    """When, the evidence, and for how many months it counts."""
    found = [
        (row.effective, row.evidence, entry.months)
        for concept in entry.concepts
        for row in records.by_concept.get(concept, ())
        if row.effective
    ]
    named = [(row.name, row.effective, row.evidence) for row in records.observations]
    named += [(row.name, row.performed, row.evidence) for row in records.procedures if row.status != "not-done"]
    named += [(row.name, row.dated, row.evidence) for row in records.documents]
    for name, when, evidence in named:
        low = f"{name.lower()} "
        found += [(when, evidence, sign.months) for sign in entry.words if when and sign.text in low]
    return found


def _months(earlier: date, later: date) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month - (later.day < earlier.day)


def _latest_bmi(records: Records) -> float | None:
    rows = [row for row in records.by_concept.get("bmi", ()) if row.canonical_value is not None]
    return rows[-1].canonical_value if rows else None
