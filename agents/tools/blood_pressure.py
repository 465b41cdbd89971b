"""Blood pressure: two numbers of one reading."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec
from pydantic_ai import RunContext

from agents.events import Claim
from agents.question import Period
from agents.records import RecordDate, Records
from agents.tools.desk import Desk, Report, report
from agents.tools.measurements import none_of, span
from agents.tools.series import Point, series
from agents.wording import age_note, day, number

TOPIC = "Blood pressure"
ABOUT = (
    "Blood pressure is two numbers: the top one while the heart beats, the bottom one while it rests between beats. "
    "It changes through the day, so one reading alone says little."
)
SOURCE = "AHA/ACC, Guideline for high blood pressure in adults, 2025"


class Reading(msgspec.Struct, frozen=True):
    """Both numbers of one reading, in mmHg."""

    systolic: Point
    diastolic: Point

    @property
    def when(self) -> RecordDate:
        return self.systolic.when

    @property
    def evidence(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.systolic.row.evidence, self.diastolic.row.evidence)))

    @property
    def shown(self) -> str:
        return f"{number(self.systolic.value, places=0)}/{number(self.diastolic.value, places=0)} mmHg"


async def latest_blood_pressure(ctx: RunContext[Desk], since: date | None = None, until: date | None = None) -> Report:
    """Look up the newest blood pressure reading, both numbers together.

    Args:
        since: Only readings from this day on.
        until: Only readings up to this day.
    """
    desk = ctx.deps
    found = readings(desk.records, span(since, until))
    if not found:
        return none_of(desk, "systolic", since, until)
    return report(f"latest blood pressure: {found[-1].shown}", [reading_claim(desk, found[-1]), about(desk)])


def readings(records: Records, period: Period | None = None) -> Sequence[Reading]:
    """The readings that have both numbers, oldest first: of one panel or resource, else of one time."""
    bottoms: dict[str, Point] = {}
    for point in series(records, "diastolic").points:
        for key in keys(point):
            bottoms.setdefault(key, point)
    found = []
    for point in series(records, "systolic").within(period).points:
        bottom = next((bottoms[key] for key in keys(point) if key in bottoms), None)
        if bottom is not None:
            found.append(Reading(point, bottom))
    return found


def keys(point: Point) -> Sequence[str]:
    """What tells that two numbers belong together, the surest first."""
    row = point.row
    return [key for key in (row.panel and f"panel {row.panel}", f"row {row.evidence}", f"at {point.when.text}") if key]


def reading_claim(desk: Desk, reading: Reading) -> Claim:
    return desk.state(
        f"Your latest blood pressure was {reading.shown} on {day(reading.when)}."
        f"{age_note(reading.when.day, desk.today)}",
        topic=TOPIC,
        value=reading.systolic.value,
        unit="mm[Hg]",
        date=reading.when.shown(),
        concept="systolic",
        evidence=reading.evidence,
    )


def about(desk: Desk) -> Claim | None:
    """What the two numbers are; once on each desk."""
    if any(claim.text == ABOUT for claim in desk.claims.values()):
        return None
    return desk.state(ABOUT, kind="knowledge", topic=TOPIC, source=SOURCE)
