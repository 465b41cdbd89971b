"""How a result stands to its range, in words: the lab's own first, a general adult range only without one."""

from __future__ import annotations

from agents.clinical.flags import Flag, Place, flag
from agents.clinical.refused import Refused
from agents.events import Claim
from agents.naming import topic_of
from agents.records import Observation
from agents.tools.desk import Desk
from agents.wording import capitalised, listed, quantity

WORDS: dict[Place, str] = {"low": "below", "inside": "inside", "high": "above"}


def standing(desk: Desk, row: Observation) -> Flag | None:
    """Where a result lies; None where nothing tells: no range, no number, or no adult at the time."""
    found = flag(row, desk.records.patient)
    return None if isinstance(found, Refused) else found


def range_claim(desk: Desk, row: Observation, *others: Observation) -> Claim | None:
    """How the result stands to its range, in words; the lab's own flag where it says something else.

    `others` are results of the same time that differ from it.
    """
    found = flag(row, desk.records.patient)
    if isinstance(found, Refused):
        return refused_claim(desk, row, found)
    return desk.state(
        f"{beside(desk, found, row, *others)}{conflict(found)}{noted(found)}",
        kind="computed",
        topic=topic(row),
        concept=row.concept,
        evidence=[row.evidence, *(other.evidence for other in others)],
        formula="comparison with the range",
        source=found.source if found.kind == "general adult" else None,
        severity="info" if found.place == "inside" and not found.conflict else "attention",
    )


def refused_claim(desk: Desk, row: Observation, refused: Refused) -> Claim | None:
    """The lab's own words for its range, or why no range applies; nothing where there simply is none."""
    if row.reference_text:
        text = f"The lab's own range reads “{row.reference_text}”."
        return desk.state(text, topic=topic(row), concept=row.concept, evidence=[row.evidence])
    if row.value is None or "no agreed range" in refused.reason or "not in the table" in refused.reason:
        return None
    text = f"It was not compared with a range: {refused.reason}."
    return desk.state(text, kind="limit", topic=topic(row), concept=row.concept)


def beside(desk: Desk, found: Flag, row: Observation, *others: Observation) -> str:
    """`The lab's own range is …, so this result is above it.`"""
    if found.kind == "laboratory flag":
        return f"The lab marked this result as {found.place if found.place != 'inside' else 'inside its range'}."
    limits = spoken_range(found.low, found.high, found.unit)
    place = placed(desk, found, row, *others)
    if found.kind == "laboratory":
        return f"The lab's own range is {limits}, so {place} it."
    return f"The lab printed no range. The general adult range is {limits}, and {place} it."


def placed(desk: Desk, found: Flag, row: Observation, *others: Observation) -> str:
    """`this result is above`; of several that differ, each with its value."""
    if not others:
        return f"this result is {WORDS[found.place]}"
    all_of_them = [(one, standing(desk, one)) for one in (*others, row)]
    return listed(
        [f"{quantity(one.value or 0.0, one.unit)} is {WORDS[where.place]}" for one, where in all_of_them if where]
    )


def spoken_range(low: float | None, high: float | None, unit: str | None) -> str:
    """`4.0 to 5.6 %`, `up to 100 mg/dL`, `40 mg/dL or more`."""
    if low is None:
        return f"up to {quantity(high or 0.0, unit)}"
    if high is None:
        return f"{quantity(low, unit)} or more"
    return f"{quantity(low, None)} to {quantity(high, unit)}"


def compared(found: Flag | None) -> str:
    """`, above the general adult range (up to 100 mg/dL)`; nothing where no range applies."""
    if found is None:
        return ""
    if found.kind == "laboratory flag":
        return f", marked as {found.place if found.place != 'inside' else 'inside its range'} by the lab"
    whose = "the lab's range" if found.kind == "laboratory" else "the general adult range"
    limits = spoken_range(found.low, found.high, found.unit)
    return f", {WORDS[found.place]} {whose} ({limits}){conflict(found).rstrip('.')}"


def conflict(found: Flag) -> str:
    """A sentence where the lab's flag and the range disagree; both are shown."""
    if not found.conflict or found.lab_flag is None:
        return ""
    marked = {"low": "low", "high": "high", "inside": "inside its range"}[found.lab_flag]
    return f" The lab itself marked it as {marked}, which does not fit this range: ask which of the two holds."


def noted(found: Flag) -> str:
    return f" {capitalised(found.note)}." if found.note else ""


def topic(row: Observation) -> str:
    return topic_of(row.concept) if row.concept else row.name
