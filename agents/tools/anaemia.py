"""The pattern of the blood count."""

from __future__ import annotations

from pydantic_ai import RunContext

from agents.clinical.age import age_on
from agents.clinical.anaemia import SOURCE
from agents.clinical.anaemia import anaemia_pattern as clinical_pattern
from agents.clinical.refused import Refused
from agents.naming import short
from agents.tools.desk import Desk, Report, report
from agents.tools.measurements import none_of
from agents.tools.samples import not_worked_out, partner
from agents.tools.series import Point, series
from agents.wording import age_note, capitalised, day, listed

TOPIC = "Blood count"
BESIDE = ("mcv", "ferritin", "b12", "folate", "crp")
NO_DIAGNOSIS = "A pattern is a hint for your doctor, not a diagnosis."


async def anaemia_pattern(ctx: RunContext[Desk]) -> Report:
    """Say what the newest haemoglobin, with what was measured on the same day, is often seen with."""
    desk = ctx.deps
    found = series(desk.records, "hemoglobin")
    if not found or found.points[-1].row.canonical_value is None:
        return none_of(desk, "hemoglobin")
    newest = found.points[-1]
    others = {concept: point for concept in BESIDE if (point := partner(newest, series(desk.records, concept)))}
    patient = desk.records.patient
    result = clinical_pattern(
        hemoglobin=newest.row.canonical_value or 0.0,
        sex=patient.sex,
        age=age_on(patient.birth_date, newest.date),
        mcv=value_of(others.get("mcv")),
        ferritin=value_of(others.get("ferritin")),
        b12=value_of(others.get("b12")),
        folate=value_of(others.get("folate")),
        crp=value_of(others.get("crp")),
    )
    if isinstance(result, Refused):
        return not_worked_out(desk, "A pattern", result, topic=TOPIC)
    used = [(found, newest), *((series(desk.records, concept), point) for concept, point in others.items())]
    used = [(one, point) for one, point in used if one.concept in result.uses]
    parts = listed([f"{short(one.concept)} {one.shown(point)}" for one, point in used])
    claim = desk.state(
        f"{capitalised(result.words)}. This rests on {parts}, of {day(newest.when)}."
        f"{age_note(newest.date, desk.today)}",
        kind="computed",
        topic=TOPIC,
        value=newest.value,
        unit=found.unit,
        date=newest.when.shown(),
        concept="hemoglobin",
        evidence=[point.row.evidence for _, point in used],
        formula="marks of the guideline",
        source=SOURCE,
    )
    return report(result.words, [claim, desk.state(NO_DIAGNOSIS, kind="limit", topic=TOPIC)])


def value_of(point: Point | None) -> float | None:
    return point.row.canonical_value if point else None
