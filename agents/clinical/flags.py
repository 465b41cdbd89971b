"""Whether a result is below, inside or above its range: the laboratory's own first, a general one without it.

General ranges: `agents.concepts`, each with its source. They are for adults who are not pregnant.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

import msgspec

from agents import units
from agents.clinical.age import ADULT_YEARS, age_on
from agents.clinical.refused import Refused
from agents.concepts import CONCEPTS, adult_range, plausible
from agents.records import Observation, Patient

Place = Literal["low", "inside", "high"]
RangeKind = Literal["laboratory", "general adult", "laboratory flag"]

_PREGNANCY_CHANGES = frozenset(
    {"hemoglobin", "hematocrit", "rbc", "wbc", "platelets", "ferritin", "iron", "esr", "creatinine", "bun", "uric_acid",
     "alp", "albumin", "tsh", "ft4", "total_cholesterol", "triglycerides", "ldl", "testosterone", "cortisol"}
)  # fmt: skip
_FLAGS: dict[str, Place] = {
    "L": "low",
    "LL": "low",
    "LU": "low",
    "H": "high",
    "HH": "high",
    "HU": "high",
    "N": "inside",
    "LOW": "low",
    "HIGH": "high",
    "NORMAL": "inside",
}
_TEXT_RANGE = re.compile(
    r"\s*(?:(<=?|>=?|up to|under|over)\s*)?(-?\d+(?:[.,]\d+)?)(?:\s*(?:-|–|to)\s*(-?\d+(?:[.,]\d+)?))?"
)


class Flag(msgspec.Struct, frozen=True, kw_only=True):
    """Where a result lies, against which range, in the unit of that range."""

    place: Place
    kind: RangeKind
    low: float | None
    high: float | None
    unit: str | None
    source: str
    lab_flag: Place | None = None
    """What the laboratory's own flag says, where it gave one."""
    note: str | None = None

    @property
    def conflict(self) -> bool:
        """Whether the laboratory's flag and the range disagree; both are then shown."""
        return self.lab_flag is not None and self.lab_flag != self.place


def flag(row: Observation, patient: Patient, *, pregnant: bool = False) -> Flag | Refused:
    """Place one result in its range.

    Refused where there is no number, no range, no unit that fits, or where only an adult range exists and the person
    was under 18 or pregnant at the time.
    """
    if row.value is None:
        return Refused("the result is not a number")
    lab_flag = _FLAGS.get((row.flag or "").strip().upper())
    low, high = _printed_range(row)
    if low is not None or high is not None:
        place = _place(row.value, low, high, row.comparator)
        if isinstance(place, Refused):
            return place
        return Flag(
            place=place,
            kind="laboratory",
            low=low,
            high=high,
            unit=row.unit,
            source="the range printed by the laboratory",
            lab_flag=lab_flag,
        )
    return _against_adults(row, patient, lab_flag, pregnant=pregnant)


def _printed_range(row: Observation) -> tuple[float | None, float | None]:
    if row.reference_low is not None or row.reference_high is not None:
        return row.reference_low, row.reference_high
    match = _TEXT_RANGE.fullmatch(row.reference_text or "")
    if match is None:
        return None, None
    mark, first, second = match[1], float(match[2].replace(",", ".")), match[3]
    if second is not None:
        return first, float(second.replace(",", "."))
    if mark in {"<", "<=", "up to", "under"}:
        return None, first
    return (first, None) if mark else (None, None)


def _against_adults(row: Observation, patient: Patient, lab_flag: Place | None, *, pregnant: bool) -> Flag | Refused:
    refusal = _no_adult_range(row, patient, pregnant=pregnant)
    concept = CONCEPTS.get(row.concept or "")
    if refusal is not None or concept is None or row.canonical_value is None:
        if lab_flag is not None:
            return _by_lab_flag(row, lab_flag)
        return refusal or Refused("there is no range for this test here")
    low, high = adult_range(concept, patient.sex)
    place = _place(row.canonical_value, low, high, row.comparator)
    if isinstance(place, Refused):
        return place
    return Flag(
        place=place,
        kind="general adult",
        low=low,
        high=high,
        unit=concept.unit,
        source=concept.source,
        lab_flag=lab_flag,
        note=_sex_note(patient) if concept.by_sex else None,
    )


def _no_adult_range(row: Observation, patient: Patient, *, pregnant: bool) -> Refused | None:
    concept = CONCEPTS.get(row.concept or "")
    if concept is None:
        return Refused("this test is not in the table of ranges, and the laboratory printed none")
    if concept.low is None and concept.high is None and concept.female_low is None:
        return Refused("there is no agreed range for this")
    if row.canonical_value is None:
        return Refused("the unit is missing or does not belong to this test")
    if not plausible(concept, row.canonical_value):
        return Refused("the value and its unit do not fit together")
    day = row.effective.day if row.effective else None
    if _under_age(patient, day):
        return Refused("adult ranges do not apply")
    if pregnant and concept.id in _PREGNANCY_CHANGES:
        return Refused("the general range does not apply in pregnancy")
    return None


def _under_age(patient: Patient, day: date | None) -> bool:
    age = age_on(patient.birth_date, day) if day else None
    return age is not None and age < ADULT_YEARS


def _by_lab_flag(row: Observation, lab_flag: Place) -> Flag:
    return Flag(
        place=lab_flag,
        kind="laboratory flag",
        low=None,
        high=None,
        unit=units.normalise(row.unit),
        source="the laboratory's own flag",
        lab_flag=lab_flag,
    )


def _sex_note(patient: Patient) -> str | None:
    if patient.sex in {"female", "male"}:
        return None
    return "the range differs between women and men; the wider one is used"


def _place(value: float, low: float | None, high: float | None, comparator: str | None) -> Place | Refused:
    """Where a value lies; both ends of a range are inside. `<5` and `>90` only count where they settle it."""
    if comparator in {"<", "<="}:
        return _below(value, low, high)
    if comparator in {">", ">="}:
        return _above(value, low, high)
    if low is not None and value < low:
        return "low"
    if high is not None and value > high:
        return "high"
    return "inside"


def _below(value: float, low: float | None, high: float | None) -> Place | Refused:
    if low is not None and value <= low:
        return "low"
    if low is None and high is not None and value <= high:
        return "inside"
    return Refused("the result is only given as below a number, which does not settle it")


def _above(value: float, low: float | None, high: float | None) -> Place | Refused:
    if high is not None and value >= high:
        return "high"
    if high is None and low is not None and value >= low:
        return "inside"
    return Refused("the result is only given as above a number, which does not settle it")
