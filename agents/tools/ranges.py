"""How a result stands to its range: the lab's own first, a general adult range only without one, and said so."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from agents.concepts import CONCEPTS, adult_range
from agents.events import Claim
from agents.naming import topic_of
from agents.records import Observation, Patient
from agents.tools.desk import Desk
from agents.wording import listed, quantity

Position = Literal["below", "above", "inside"]
ADULT_YEARS = 18
HIGH_FLAGS = frozenset({"H", "HH", "HU", ">", "HX"})
LOW_FLAGS = frozenset({"L", "LL", "LU", "<", "LX"})
"""HL7 v3 ObservationInterpretation."""
WITHOUT_RANGE = frozenset({"weight", "height", "steps", "hrv", "vo2max", "pain", "sleep_duration"})


class Standing(msgspec.Struct, frozen=True):
    """A result beside its range."""

    position: Position
    low: float | None
    high: float | None
    unit: str | None
    printed: bool
    """Whether the range is the lab's own."""


def standing(row: Observation, patient: Patient) -> Standing | None:
    """Where a result stands; None where no range applies: none known, no number, or not an adult at the time."""
    if row.value is None:
        return None
    if row.reference_low is not None or row.reference_high is not None:
        where = position(row.value, row.reference_low, row.reference_high)
        return Standing(where, row.reference_low, row.reference_high, row.unit, printed=True)
    concept = CONCEPTS.get(row.concept or "")
    if concept is None or row.canonical_value is None or concept.id in WITHOUT_RANGE or not was_adult(row, patient):
        return None
    low, high = adult_range(concept, patient.sex)
    if low is None and high is None:
        return None
    return Standing(position(row.canonical_value, low, high), low, high, concept.unit, printed=False)


def position(value: float, low: float | None, high: float | None) -> Position:
    if low is not None and value < low:
        return "below"
    return "above" if high is not None and value > high else "inside"


def was_adult(row: Observation, patient: Patient) -> bool:
    """Whether the person was 18 or older at the test; taken as yes where a date is missing."""
    if patient.birth_date is None or row.effective is None:
        return True
    return age_at(patient.birth_date.day, row.effective.day) >= ADULT_YEARS


def age_at(birth: date, when: date) -> int:
    """Completed years of life."""
    return when.year - birth.year - ((when.month, when.day) < (birth.month, birth.day))


def range_claim(desk: Desk, row: Observation, *others: Observation) -> Claim | None:
    """How the result stands to its range, in words; the lab's own flag where it says something else.

    `others` are results of the same time that differ from it.
    """
    found = standing(row, desk.records.patient)
    if found is None:
        return no_range_claim(desk, row)
    limits = spoken_range(found)
    place = placed(desk, found, row, *others)
    if found.printed:
        text = f"The lab's own range is {limits}, so {place} it."
    else:
        text = f"The lab printed no range. The general adult range is {limits}, and {place} it."
    text += conflict(row, found.position)
    return desk.state(
        text,
        kind="computed",
        topic=topic_of(row.concept) if row.concept else row.name,
        concept=row.concept,
        evidence=[row.evidence, *(other.evidence for other in others)],
        formula="comparison with the range",
        source=None if found.printed else CONCEPTS[row.concept or ""].source,
        severity="info" if found.position == "inside" else "attention",
    )


def placed(desk: Desk, found: Standing, row: Observation, *others: Observation) -> str:
    """`this result is above`; of several that differ, each with its value."""
    if not others:
        return f"this result is {found.position}"
    all_of_them = [(one, standing(one, desk.records.patient)) for one in (*others, row)]
    return listed(
        [f"{quantity(one.value or 0.0, one.unit)} is {place.position}" for one, place in all_of_them if place]
    )


def no_range_claim(desk: Desk, row: Observation) -> Claim | None:
    """What can be said without a range: the lab's own flag or words, or that adult ranges do not apply."""
    topic = topic_of(row.concept) if row.concept else row.name
    if row.reference_text:
        text = f"The lab's own range reads “{row.reference_text}”."
        return desk.state(text, topic=topic, concept=row.concept, evidence=[row.evidence])
    if flagged(row):
        text = f"The lab marked it as {flagged(row)}."
        return desk.state(text, topic=topic, concept=row.concept, evidence=[row.evidence], severity="attention")
    if row.concept and not was_adult(row, desk.records.patient):
        text = "You were under 18 at the time, so adult ranges do not apply."
        return desk.state(text, kind="limit", topic=topic, concept=row.concept)
    return None


def spoken_range(found: Standing) -> str:
    """`4.0 to 5.6 %`, `up to 100 mg/dL`, `40 mg/dL or more`."""
    if found.low is None:
        return f"up to {quantity(found.high or 0.0, found.unit)}"
    if found.high is None:
        return f"{quantity(found.low, found.unit)} or more"
    return f"{quantity(found.low, None)} to {quantity(found.high, found.unit)}"


def flagged(row: Observation) -> Literal["high", "low"] | None:
    """What the lab's own flag says."""
    flag = (row.flag or "").upper()
    return "high" if flag in HIGH_FLAGS else "low" if flag in LOW_FLAGS else None


def conflict(row: Observation, place: Position) -> str:
    """A sentence where the lab's flag and the range disagree; they are both shown."""
    flag = flagged(row)
    if flag is None or (flag, place) in (("high", "above"), ("low", "below")):
        return ""
    return f" The lab itself marked it as {flag}, which does not fit this range: ask which of the two holds."
