"""Critical values: results that a laboratory calls the clinic for.

Lists differ between laboratories; `advise` is the less extreme mark of two published ones, `emergency` the more
extreme.
A value counts for seven days; an older one is history.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from agents.concepts import CONCEPTS, plausible
from agents.records import Observation, Records

FRESH_DAYS = 7
_UNSETTLED = {"low": (">", ">="), "high": ("<", "<=")}
"""Bounds that do not say whether a value is at or beyond a mark on that side."""

Degree = Literal["advise", "emergency"]


class Marks(msgspec.Struct, frozen=True, kw_only=True):
    """In the concept's own unit; at or beyond a mark counts, only beyond it where `beyond` is set."""

    concept: str
    source: str
    date: str
    advise_low: float | None = None
    advise_high: float | None = None
    emergency_low: float | None = None
    emergency_high: float | None = None
    beyond: bool = False


class Critical(msgspec.Struct, frozen=True, kw_only=True):
    concept: str
    value: float
    """In the concept's own unit."""
    unit: str
    degree: Degree
    side: Literal["low", "high"]
    source: str
    row: Observation | None = None


@cache
def marks() -> Mapping[str, Marks]:
    """The marks of each concept that has some."""
    raw = files("agents.reference").joinpath("critical_values.json").read_bytes()
    return {entry.concept: entry for entry in msgspec.json.decode(raw, type=list[Marks])}


def critical(concept_id: str, value: float) -> Critical | None:
    """Whether a value, in the concept's own unit, is at or beyond a laboratory's call mark."""
    entry = marks().get(concept_id)
    if entry is None or not plausible(CONCEPTS[concept_id], value):
        return None
    for degree, low, high in (
        ("emergency", entry.emergency_low, entry.emergency_high),
        ("advise", entry.advise_low, entry.advise_high),
    ):
        side = _side(value, low, high, beyond=entry.beyond)
        if side:
            return Critical(
                concept=concept_id,
                value=value,
                unit=CONCEPTS[concept_id].unit or "",
                degree=degree,  # type: ignore[arg-type]
                side=side,
                source=entry.source,
            )
    return None


def critical_now(records: Records, now: datetime) -> tuple[Critical, ...]:
    """The critical values among each concept's latest results of the last seven days, the gravest first.

    An earlier critical value is settled by a later one that is not.
    """
    found = []
    for concept_id in marks():
        row = _latest(records, concept_id, now)
        hit = critical(concept_id, row.canonical_value) if row and row.canonical_value is not None else None
        if row and hit and row.comparator not in _UNSETTLED[hit.side]:
            found.append(msgspec.structs.replace(hit, row=row))
    return tuple(sorted(found, key=lambda hit: hit.degree != "emergency"))


def _side(value: float, low: float | None, high: float | None, *, beyond: bool) -> Literal["low", "high"] | None:
    if low is not None and (value < low or (value == low and not beyond)):
        return "low"
    if high is not None and (value > high or (value == high and not beyond)):
        return "high"
    return None


def _latest(records: Records, concept_id: str, now: datetime) -> Observation | None:
    earliest = now - timedelta(days=FRESH_DAYS)
    rows = records.by_concept.get(concept_id, [])
    fresh = [row for row in rows if row.effective and earliest <= row.effective.instant <= now + timedelta(days=1)]
    return fresh[-1] if fresh else None
