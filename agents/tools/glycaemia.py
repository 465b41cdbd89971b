"""What an HbA1c stands for: an average glucose, and the ranges that guidelines name."""

from __future__ import annotations

from pydantic_ai import RunContext

from agents.clinical.age import age_on
from agents.clinical.glycaemia import (
    EAG_SOURCE,
    RANGE_SOURCE,
    a1c_range,
)
from agents.clinical.glycaemia import (
    estimated_average_glucose as clinical_average,
)
from agents.clinical.refused import Refused
from agents.concepts import convert
from agents.events import Claim
from agents.naming import topic_of
from agents.tools.desk import Desk, Report, report
from agents.tools.measurements import latest_claim, none_of
from agents.tools.names import defined
from agents.tools.series import Point, Series, latest_together, series
from agents.wording import age_note, day, quantity

TOPIC = topic_of("a1c")
NO_DIAGNOSIS = (
    "A range is not a diagnosis: that takes two results or symptoms, and a doctor. Some blood conditions, blood loss "
    "and pregnancy make HbA1c read wrong."
)
RANGES = {
    "diabetes": "in the range used for diabetes (6.5 % and above)",
    "prediabetes": "in the range used for prediabetes (5.7 to 6.4 %)",
    "below diabetes ranges": "below the ranges used for prediabetes and diabetes (below 5.7 %)",
}


async def estimated_average_glucose(ctx: RunContext[Desk]) -> Report:
    """Work out the average glucose that the newest HbA1c stands for."""
    desk = ctx.deps
    found = series(desk.records, "a1c")
    if not found:
        return none_of(desk, "a1c")
    newest = latest_together(found.points)
    record = latest_claim(desk, found, newest)
    value = in_percent(newest[-1])
    result = Refused("the unit is missing") if value is None else clinical_average(value)
    if isinstance(result, Refused):
        return report("not worked out", [record, not_worked_out(desk, "An average glucose", result)])
    mmol = convert("glucose", result, "mg/dL", "mmol/L")
    also = f" ({quantity(mmol, 'mmol/L')})" if mmol is not None else ""
    claim = desk.state(
        f"Your latest HbA1c of {found.dated(newest[-1])} stands for an average blood sugar of about "
        f"{quantity(result, 'mg/dL')}{also} over the two to three months before."
        f"{age_note(newest[-1].date, desk.today)}",
        kind="computed",
        topic=TOPIC,
        value=result,
        unit="mg/dL",
        date=newest[-1].when.shown(),
        concept="glucose",
        evidence=[newest[-1].row.evidence],
        inputs=[record.id],
        formula="28.7 x HbA1c - 46.7",
        source=EAG_SOURCE,
    )
    return report(claim.text, [claim, defined(desk, "a1c")])


async def diabetes_category(ctx: RunContext[Desk]) -> Report:
    """Say which of the ranges that guidelines name the newest HbA1c lies in; that is no diagnosis."""
    desk = ctx.deps
    found = series(desk.records, "a1c")
    if not found:
        return none_of(desk, "a1c")
    newest = latest_together(found.points)
    record = latest_claim(desk, found, newest)
    value = in_percent(newest[-1])
    age = age_on(desk.records.patient.birth_date, newest[-1].date)
    place = Refused("the unit is missing") if value is None else a1c_range(value, age=age)
    if isinstance(place, Refused):
        return report("no range", [record, not_worked_out(desk, "A range", place)])
    claim = range_of(desk, found, newest[-1], RANGES[place], record, severity=place)
    limit = desk.state(NO_DIAGNOSIS, kind="limit", topic=TOPIC, source=RANGE_SOURCE)
    return report(place, [claim, defined(desk, "a1c"), limit])


def range_of(desk: Desk, found: Series, point: Point, place: str, record: Claim, *, severity: str) -> Claim:
    return desk.state(
        f"Your latest HbA1c, {found.shown(point)} on {day(point.when)}, is {place}.{age_note(point.date, desk.today)}",
        kind="computed",
        topic=TOPIC,
        value=point.value,
        unit=found.unit,
        date=point.when.shown(),
        concept="a1c",
        evidence=[point.row.evidence],
        inputs=[record.id],
        formula="comparison with the ranges",
        source=RANGE_SOURCE,
        severity="info" if severity.startswith("below") else "attention",
    )


def in_percent(point: Point) -> float | None:
    return point.row.canonical_value


def not_worked_out(desk: Desk, what: str, refused: Refused) -> Claim:
    return desk.state(f"{what} was not worked out: {refused.reason}.", kind="limit", topic=TOPIC)
