"""Blood pressure: two numbers of one reading."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import msgspec
from pydantic_ai import RunContext

from agents.clinical import blood_pressure as clinical
from agents.clinical.age import age_on
from agents.clinical.refused import Refused
from agents.events import Claim
from agents.question import Period
from agents.records import RecordDate, Records
from agents.tools.desk import Desk, Report, report
from agents.tools.measurements import none_of, span
from agents.tools.series import Point, evidence_of, series
from agents.wording import age_note, day, number

TOPIC = "Blood pressure"
ABOUT = (
    "Blood pressure is two numbers: the top one while the heart beats, the bottom one while it rests between beats. "
    "It changes through the day, so one reading alone says little."
)
AVERAGE_DAYS = 365
"""The readings of so many days before the newest one are averaged."""
SEVERE = (
    "When a reading is this high, rest for five minutes and measure again. If it stays above 180/120, call your doctor "
    "the same day. With chest pain, trouble breathing, weakness, confusion or trouble seeing or speaking, call the "
    "emergency number at once."
)
NO_DIAGNOSIS = "A category is not a diagnosis. How and when it was measured matters, and so do your other risks."


class Reading(msgspec.Struct, frozen=True):
    """Both numbers of one reading, in mmHg."""

    systolic: Point
    diastolic: Point

    @property
    def when(self) -> RecordDate:
        return self.systolic.when

    @property
    def evidence(self) -> tuple[str, ...]:
        return evidence_of((self.systolic, self.diastolic))

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


async def blood_pressure_category(ctx: RunContext[Desk]) -> Report:
    """Say which category the newest blood pressure reading is in, and the average of the past year's readings."""
    desk = ctx.deps
    found = readings(desk.records)
    if not found:
        return none_of(desk, "systolic")
    newest = found[-1]
    age = age_on(desk.records.patient.birth_date, newest.when.day)
    one = clinical.category(newest.systolic.value, newest.diastolic.value, age=age)
    if isinstance(one, Refused):
        text = f"It has no category: {one.reason}."
        return report("no category", [reading_claim(desk, newest), desk.state(text, kind="limit", topic=TOPIC)])
    claims: list[Claim | None] = [category_claim(desk, newest, one), average_claim(desk, found, age), about(desk)]
    claims.append(desk.state(NO_DIAGNOSIS, kind="limit", topic=TOPIC))
    if one.startswith("severe"):
        claims.append(desk.state(SEVERE, kind="advice", topic=TOPIC, source=clinical.SOURCE, severity="urgent"))
    return report(f"{newest.shown}: {one}", claims)


async def mean_arterial_pressure(ctx: RunContext[Desk]) -> Report:
    """Work out the mean arterial pressure of the newest blood pressure reading."""
    desk = ctx.deps
    found = readings(desk.records)
    if not found:
        return none_of(desk, "systolic")
    newest = found[-1]
    value = clinical.mean_arterial_pressure(newest.systolic.value, newest.diastolic.value)
    if isinstance(value, Refused):
        return report("not worked out", [desk.state(f"{value.reason}.", kind="limit", topic=TOPIC)])
    record = reading_claim(desk, newest)
    claim = desk.state(
        f"The mean arterial pressure of your latest reading, {newest.shown} on {day(newest.when)}, is "
        f"{number(value, places=0)} mmHg. It is an estimate of the average pressure over a heartbeat.",
        kind="computed",
        topic=TOPIC,
        value=value,
        unit="mm[Hg]",
        date=newest.when.shown(),
        evidence=newest.evidence,
        inputs=[record.id],
        formula="diastolic + (systolic - diastolic) / 3",
    )
    return report(claim.text, [claim, about(desk)])


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


def category_claim(desk: Desk, reading: Reading, category: clinical.Category) -> Claim:
    return desk.state(
        f"Your last reading, {reading.shown} on {day(reading.when)}, is in the range called {category}. That is one "
        f"reading; the categories are meant for an average of readings on at least two days."
        f"{age_note(reading.when.day, desk.today)}",
        kind="computed",
        topic=TOPIC,
        value=reading.systolic.value,
        unit="mm[Hg]",
        date=reading.when.shown(),
        concept="systolic",
        evidence=reading.evidence,
        formula="comparison with the categories",
        source=clinical.SOURCE,
        severity="info" if category == "normal" else "attention",
    )


def average_claim(desk: Desk, found: Sequence[Reading], age: int | None) -> Claim | None:
    """The average of the year before the newest reading, where it rests on two days at least."""
    since = found[-1].when.day - timedelta(days=AVERAGE_DAYS)
    recent = [reading for reading in found if reading.when.day > since]
    result = clinical.average([as_clinical(reading) for reading in recent], age=age)
    if isinstance(result, Refused) or not result.enough:
        return None
    shown = f"{number(result.systolic, places=0)}/{number(result.diastolic, places=0)} mmHg"
    return desk.state(
        f"Over the year up to then it was {shown}, {result.basis}: in the range called {result.category}.",
        kind="computed",
        topic=TOPIC,
        value=result.systolic,
        unit="mm[Hg]",
        concept="systolic",
        evidence=[row for reading in recent for row in reading.evidence],
        formula="arithmetic mean",
        source=clinical.SOURCE,
    )


def as_clinical(reading: Reading) -> clinical.Reading:
    return clinical.Reading(reading.when.day, reading.systolic.value, reading.diastolic.value)


def about(desk: Desk) -> Claim | None:
    """What the two numbers are; once on each desk."""
    if any(claim.text == ABOUT for claim in desk.claims.values()):
        return None
    return desk.state(ABOUT, kind="knowledge", topic=TOPIC, source=clinical.SOURCE)
