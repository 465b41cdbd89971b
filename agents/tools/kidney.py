"""Kidney function worked out from creatinine, and its stages."""

from __future__ import annotations

from pydantic_ai import RunContext

from agents.clinical.age import age_on
from agents.clinical.kidney import EGFR_SOURCE, STAGE_SOURCE, a_stage, egfr, g_stage, lasting_low
from agents.clinical.refused import Refused
from agents.events import Claim
from agents.tools.desk import Desk, Report, report
from agents.tools.measurements import latest_claim, none_of
from agents.tools.series import Point, latest_together, series
from agents.wording import age_note, day, quantity

TOPIC = "Kidney function"
ABOUT = (
    "eGFR is an estimate of how well the kidneys filter. It is worked out from creatinine, a waste product in the "
    "blood, with age and sex."
)
LIMIT = (
    "The formula does not hold in pregnancy, right after an acute illness, or with unusual muscle mass. A stage of one "
    "value is not a diagnosis: chronic kidney disease needs a low value, or other signs, for more than three months."
)
UNIT = "mL/min/{1.73_m2}"


async def kidney_function(ctx: RunContext[Desk]) -> Report:
    """Work out eGFR from the newest creatinine, with its stage, whether it stayed low, and the urine albumin stage."""
    desk = ctx.deps
    found = series(desk.records, "creatinine")
    if not found:
        return none_of(desk, "egfr" if series(desk.records, "egfr") else "creatinine")
    newest = latest_together(found.points)
    creatinine = latest_claim(desk, found, newest)
    value = at_test(desk, newest[-1])
    if isinstance(value, Refused):
        text = f"eGFR was not worked out: {value.reason}."
        return report("not worked out", [creatinine, desk.state(text, kind="limit", topic=TOPIC)])
    claims: list[Claim | None] = [
        estimate(desk, newest[-1], value, creatinine, found.shown(newest[-1])),
        reported(desk),
        lasting(desk),
        albumin(desk),
        desk.state(ABOUT, kind="knowledge", topic=TOPIC, source=EGFR_SOURCE),
        desk.state(LIMIT, kind="limit", topic=TOPIC, source=STAGE_SOURCE),
    ]
    return report(f"eGFR {value:.0f}", claims)


def at_test(desk: Desk, point: Point) -> float | Refused:
    """eGFR of one creatinine result, at the age on its day."""
    creatinine = point.row.canonical_value
    if creatinine is None:
        return Refused("the creatinine result has no unit that fits")
    patient = desk.records.patient
    return egfr(creatinine, age=age_on(patient.birth_date, point.date), sex=patient.sex)


def estimate(desk: Desk, point: Point, value: float, creatinine: Claim, shown: str) -> Claim:
    age = age_on(desk.records.patient.birth_date, point.date)
    return desk.state(
        f"Your estimated kidney function (eGFR) is {quantity(value, UNIT)}, which is in the range of stage "
        f"{g_stage(value)}. It is worked out from your creatinine of {shown} on {day(point.when)}, when you were {age}."
        f"{age_note(point.date, desk.today)}",
        kind="computed",
        topic=TOPIC,
        value=value,
        unit=UNIT,
        date=point.when.shown(),
        concept="egfr",
        evidence=[point.row.evidence],
        inputs=[creatinine.id],
        formula="CKD-EPI 2021 creatinine equation",
        source=f"{EGFR_SOURCE}; {STAGE_SOURCE}",
        severity="attention" if value < 60 else "info",
    )


def reported(desk: Desk) -> Claim | None:
    """The newest eGFR that a lab reported itself, beside the one worked out here."""
    found = series(desk.records, "egfr")
    if not found:
        return None
    point = found.points[-1]
    return desk.state(
        f"Your records also hold an eGFR reported as {found.dated(point)}; labs may use another formula.",
        topic=TOPIC,
        value=point.value,
        unit=found.unit,
        date=point.when.shown(),
        concept="egfr",
        evidence=[point.row.evidence],
    )


def lasting(desk: Desk) -> Claim | None:
    """Whether eGFR stayed under 60 for more than three months."""
    points = series(desk.records, "creatinine").points
    values = [(point, at_test(desk, point)) for point in points]
    known = [(point.date, value) for point, value in values if not isinstance(value, Refused)]
    if not lasting_low(known):
        return None
    text = (
        "Worked out the same way, it stayed under 60 for more than three months. If no doctor has talked with you "
        "about your kidneys, ask about it."
    )
    return desk.state(
        text,
        kind="computed",
        topic=TOPIC,
        concept="egfr",
        evidence=[point.row.evidence for point in points],
        formula="CKD-EPI 2021 creatinine equation",
        source=STAGE_SOURCE,
        severity="attention",
    )


def albumin(desk: Desk) -> Claim | None:
    """The urine albumin stage of the newest ratio, if there is one."""
    found = series(desk.records, "uacr")
    if not found:
        return None
    point = found.points[-1]
    ratio = point.row.canonical_value
    if ratio is None:
        return None
    return desk.state(
        f"Your latest urine albumin/creatinine ratio was {found.dated(point)}, in the range of stage {a_stage(ratio)}."
        f"{age_note(point.date, desk.today)}",
        topic=TOPIC,
        value=point.value,
        unit=found.unit,
        date=point.when.shown(),
        concept="uacr",
        evidence=[point.row.evidence],
        source=STAGE_SOURCE,
    )
