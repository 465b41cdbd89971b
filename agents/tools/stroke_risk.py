"""CHA2DS2-VASc, for people with atrial fibrillation."""

from __future__ import annotations

from pydantic_ai import RunContext

from agents.clinical.age import age_on
from agents.clinical.refused import Refused
from agents.clinical.stroke_risk import SOURCE, History
from agents.clinical.stroke_risk import cha2ds2_vasc as clinical_score
from agents.records import Condition
from agents.tools.conditions import held, plain
from agents.tools.desk import Desk, Report, report
from agents.tools.matching import matching
from agents.tools.samples import not_worked_out
from agents.wording import listed

TOPIC = "Stroke risk score"
LIMIT = (
    "It counts what your records name; what they leave out counts as absent. Whether a blood thinner is right "
    "for you is for you and your doctor to decide together."
)
LOOKED_FOR: dict[str, tuple[str, ...]] = {
    "heart_failure": ("heart failure",),
    "hypertension": ("hypertension",),
    "diabetes": ("diabetes",),
    "stroke": ("stroke", "transient ischemic attack"),
    "vascular": ("myocardial infarction", "peripheral arterial disease", "coronary"),
}


async def cha2ds2_vasc(ctx: RunContext[Desk]) -> Report:
    """Work out the CHA2DS2-VASc score, for people with atrial fibrillation in their records only."""
    desk = ctx.deps
    rows = held(desk)
    found = {name: [row for words in ways for row in matching(rows, words)] for name, ways in LOOKED_FOR.items()}
    fibrillation = matching(rows, "atrial fibrillation")
    patient = desk.records.patient
    age = age_on(patient.birth_date, desk.today)
    score = clinical_score(
        History(**{name: bool(there) for name, there in found.items()}),
        age=age,
        sex=patient.sex,
        atrial_fibrillation=bool(fibrillation),
    )
    if isinstance(score, Refused):
        return not_worked_out(desk, "CHA₂DS₂-VASc", score, topic=TOPIC)
    counted: list[Condition] = [row for there in found.values() for row in there]
    names = listed(list(dict.fromkeys(plain(row.name) for row in counted)))
    claim = desk.state(
        f"Your CHA₂DS₂-VASc score is {score} of 9, from your age of {age}, your sex"
        f"{f' and these conditions in your records: {names}' if names else ''}.",
        kind="computed",
        topic=TOPIC,
        value=float(score),
        evidence=[row.evidence for row in (*fibrillation, *counted)],
        formula="CHA2DS2-VASc",
        source=SOURCE,
    )
    return report(f"score {score}", [claim, desk.state(LIMIT, kind="limit", topic=TOPIC)])
