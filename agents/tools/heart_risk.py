"""The chance of a first heart or vessel illness, with the inputs that it was worked out from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pydantic_ai import RunContext

from agents.clinical.age import age_on
from agents.clinical.heart_risk import SOURCE, Inputs, Model, Risk, prevent
from agents.clinical.medicines import classes_of, ingredients
from agents.clinical.refused import Refused
from agents.events import Claim
from agents.naming import short
from agents.records import Records
from agents.tools.conditions import held, is_active
from agents.tools.desk import Desk, Report, report
from agents.tools.kidney import at_test
from agents.tools.matching import matching
from agents.tools.samples import not_worked_out
from agents.tools.series import Point, series
from agents.wording import OLD_DAYS, day, listed, number, quantity

TOPIC = "Heart risk"
KNOWN = ("myocardial infarction", "coronary", "stroke", "heart failure", "peripheral arterial disease", "angina")
PRESSURE_CLASSES = frozenset(
    {"ace_inhibitor", "arb", "thiazide", "beta_blocker", "dihydropyridine", "calcium_channel_slow"}
)
NEEDED = ("total_cholesterol", "hdl", "systolic", "bmi", "creatinine")
LIMIT = (
    "This is an estimate for people like you in the United States, not a forecast for you. It holds for people without "
    "known heart or vessel disease. Talk with your doctor about what it means and what lowers it."
)


class Gathered(NamedTuple):
    """The inputs, and the results that they came from."""

    inputs: Inputs
    points: Sequence[Point]


async def heart_risk(ctx: RunContext[Desk]) -> Report:
    """Work out the 10- and 30-year PREVENT risk of heart and vessel disease, within its limits, with its inputs."""
    desk = ctx.deps
    gathered = gather(desk)
    if isinstance(gathered, Refused):
        return not_worked_out(desk, "Your heart risk", gathered, topic=TOPIC)
    known = bool([row for words in KNOWN for row in matching(held(desk), words)])
    model: Model = "a1c" if gathered.inputs.a1c is not None else "base"
    ten = prevent(gathered.inputs, years=10, known_disease=known, model=model)
    if isinstance(ten, Refused) and model == "a1c":
        ten = prevent(gathered.inputs, years=10, known_disease=known)
    if isinstance(ten, Refused):
        return not_worked_out(desk, "Your heart risk", ten, topic=TOPIC)
    thirty = prevent(gathered.inputs, years=30, known_disease=known, model=ten.model)
    claims: list[Claim | None] = [risk_claim(desk, ten, gathered)]
    claims.append(risk_claim(desk, thirty, gathered) if isinstance(thirty, Risk) else None)
    claims += [inputs_claim(desk, gathered), old_inputs(desk, gathered.points)]
    claims.append(desk.state(LIMIT, kind="limit", topic=TOPIC, source=SOURCE))
    return report(f"10-year risk {ten.total_cvd:.1f} %", claims)


def gather(desk: Desk) -> Gathered | Refused:
    """The newest value of each input; refused where one is missing."""
    newest = {concept: found.points[-1] for concept in NEEDED if (found := series(desk.records, concept))}
    missing = [short(concept) for concept in NEEDED if concept not in newest]
    if missing:
        return Refused(f"there is no {listed(missing, 'or')} result in your records")
    patient = desk.records.patient
    age = age_on(patient.birth_date, desk.today)
    if age is None:
        return Refused("the birth date is not recorded")
    filtration = at_test(desk, newest["creatinine"])
    if isinstance(filtration, Refused):
        return filtration
    smoker = smokes(desk.records)
    if smoker is None:
        return Refused("the records do not say whether you smoke")
    values = {concept: point.row.canonical_value for concept, point in newest.items()}
    if any(value is None for value in values.values()):
        return Refused("a result has no unit that fits")
    sugar = series(desk.records, "a1c").points[-1:]
    inputs = Inputs(
        age=age,
        sex=patient.sex,
        total_cholesterol=values["total_cholesterol"] or 0.0,
        hdl=values["hdl"] or 0.0,
        systolic=values["systolic"] or 0.0,
        bmi=values["bmi"] or 0.0,
        egfr=filtration,
        diabetes=bool(matching([row for row in held(desk) if is_active(row)], "diabetes")),
        smoker=smoker,
        pressure_medicine=takes(desk, PRESSURE_CLASSES),
        statin=takes(desk, {"statin"}),
        a1c=sugar[0].row.canonical_value if sugar else None,
    )
    return Gathered(inputs, [*newest.values(), *sugar])


def smokes(records: Records) -> bool | None:
    """What the newest smoking status says; None where there is none."""
    rows = [row.text.casefold() for row in records.by_concept.get("smoking", ()) if row.text]
    if not rows:
        return None
    return not any(word in rows[-1] for word in ("never", "former", "ex-", "non", "not ", "quit"))


def takes(desk: Desk, classes: Iterable[str]) -> bool:
    """Whether an active medicine is of one of the classes."""
    active = [row.name for row in desk.records.medications if row.status == "active"]
    return any(classes_of(one) & set(classes) for name in active for one in ingredients(name))


def risk_claim(desk: Desk, risk: Risk, gathered: Gathered) -> Claim:
    def percent(value: float) -> str:
        return f"{number(value, places=1)} %"

    return desk.state(
        f"Of 100 people with your values, about {max(1, round(risk.total_cvd))} get a first heart or vessel illness "
        f"within {risk.years} years ({percent(risk.total_cvd)}). For a heart attack or stroke it is "
        f"{percent(risk.ascvd)}, and for heart failure {percent(risk.heart_failure)}. Some people get both.",
        kind="computed",
        topic=TOPIC,
        value=risk.total_cvd,
        unit="%",
        evidence=[point.row.evidence for point in gathered.points],
        formula=f"PREVENT, {risk.years} years",
        source=SOURCE,
    )


def inputs_claim(desk: Desk, gathered: Gathered) -> Claim:
    """What went in, so that it can be checked."""
    given = gathered.inputs
    yes = {True: "yes", False: "no"}
    parts = [
        f"age {given.age}",
        f"sex {given.sex}",
        *(f"{short(p.row.concept or '')} {series_shown(desk, p)} ({day(p.when)})" for p in gathered.points),
        f"eGFR {quantity(given.egfr, 'mL/min/{1.73_m2}', places=0)}",
        f"diabetes {yes[given.diabetes]}",
        f"smoking {yes[given.smoker]}",
        f"medicine for blood pressure {yes[given.pressure_medicine]}",
        f"statin {yes[given.statin]}",
    ]
    return desk.state(
        f"These values went in: {'; '.join(parts)}.",
        kind="computed",
        topic=TOPIC,
        evidence=[point.row.evidence for point in gathered.points],
        formula="inputs of PREVENT",
    )


def series_shown(desk: Desk, point: Point) -> str:
    return series(desk.records, point.row.concept or "").shown(point)


def old_inputs(desk: Desk, points: Sequence[Point]) -> Claim | None:
    old = [point for point in points if (desk.today - point.date).days > OLD_DAYS]
    if not old:
        return None
    names = listed([short(point.row.concept or "") for point in old])
    text = f"More than a year old: {names}. With new results the estimate may differ."
    return desk.state(text, kind="limit", topic=TOPIC, evidence=[point.row.evidence for point in old])
