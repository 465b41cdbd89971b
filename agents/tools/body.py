"""Body mass index and its category."""

from __future__ import annotations

from pydantic_ai import RunContext

from agents.clinical.age import age_on
from agents.clinical.body import SOURCE, bmi, bmi_category
from agents.clinical.refused import Refused
from agents.events import Claim
from agents.tools.desk import Desk, Report, report
from agents.tools.measurements import none_of
from agents.tools.series import Point, series
from agents.wording import age_note, day, quantity

TOPIC = "Body mass index"
UNIT = "kg/m2"
ABOUT = (
    "BMI compares weight with height. It cannot tell fat from muscle, and for some peoples other limits are used, so "
    "it is only a first look."
)


async def body_mass_index(ctx: RunContext[Desk]) -> Report:
    """Give the newest body mass index with its category; worked out from weight and height where none is recorded."""
    desk = ctx.deps
    found = series(desk.records, "bmi")
    weight, height = series(desk.records, "weight"), series(desk.records, "height")
    if found and (not weight or found.points[-1].date >= weight.points[-1].date):
        point = found.points[-1]
        return told(desk, point.row.canonical_value or point.value, point, [point.row.evidence], formula=None)
    if not (weight and height):
        return none_of(desk, "bmi")
    ends = weight.points[-1], height.points[-1]
    kilograms, centimetres = ends[0].row.canonical_value, ends[1].row.canonical_value
    value = (
        Refused("weight or height has no unit that fits")
        if kilograms is None or centimetres is None
        else bmi(kilograms, centimetres)
    )
    if isinstance(value, Refused):
        text = f"BMI was not worked out: {value.reason}."
        return report("not worked out", [desk.state(text, kind="limit", topic=TOPIC)])
    evidence = [point.row.evidence for point in ends]
    return told(desk, value, ends[0], evidence, formula="weight in kg / height in m squared")


def told(desk: Desk, value: float, point: Point, evidence: list[str], *, formula: str | None) -> Report:
    category = bmi_category(value, age=age_on(desk.records.patient.birth_date, point.date))
    place = f"; {category.reason}" if isinstance(category, Refused) else f", in the range called {category}"
    claim: Claim = desk.state(
        f"Your latest body mass index (BMI) was {quantity(value, UNIT, places=1)} on {day(point.when)}{place}."
        f"{age_note(point.date, desk.today)}",
        kind="computed" if formula else "record",
        topic=TOPIC,
        value=value,
        unit=UNIT,
        date=point.when.shown(),
        concept="bmi",
        evidence=evidence,
        formula=formula,
        source=SOURCE,
    )
    return report(claim.text, [claim, desk.state(ABOUT, kind="knowledge", topic=TOPIC, source=SOURCE)])
