"""Liver scores."""

from __future__ import annotations

from pydantic_ai import RunContext

from agents.clinical.age import age_on
from agents.clinical.liver import FIB4_SOURCE, MELD_SOURCE, meld3
from agents.clinical.liver import fib4 as clinical_fib4
from agents.clinical.refused import Refused
from agents.tools.conditions import held, is_active
from agents.tools.desk import Desk, Report, report
from agents.tools.matching import matching
from agents.tools.samples import newest_sample, no_sample, not_worked_out, worked_out
from agents.wording import number

TOPIC = "Liver"
MELD_NEEDS = ("bilirubin", "sodium", "inr", "creatinine", "albumin")
FIB4_LIMIT = (
    "FIB-4 is a first look: it sorts out who needs another test for scarring of the liver. It is not a "
    "diagnosis, and a short illness can change it."
)


async def fib4(ctx: RunContext[Desk]) -> Report:
    """Work out the FIB-4 index of liver scarring from age, AST, ALT and platelets of one sample."""
    desk = ctx.deps
    sample = newest_sample(desk, "ast", "alt", "platelets")
    if sample is None:
        return no_sample(desk, "FIB-4", "ast", "alt", "platelets", topic=TOPIC)
    age = age_on(desk.records.patient.birth_date, sample.when.day)
    ast, alt, platelets = sample.values
    result = clinical_fib4(age=age, ast=ast, alt=alt, platelets=platelets)
    if isinstance(result, Refused):
        return not_worked_out(desk, "FIB-4", result, topic=TOPIC)
    lead = (
        f"Your FIB-4 index was {number(result.value, places=2)} at age {age}. For this age, below "
        f"{number(result.low_mark)} means that advanced scarring of the liver is unlikely, and above "
        f"{number(result.high_mark)} that it should be looked into; yours is {result.likelihood}."
    )
    claim = worked_out(
        desk,
        lead,
        sample=sample,
        topic=TOPIC,
        formula="age x AST / (platelets x square root of ALT)",
        source=FIB4_SOURCE,
        value=result.value,
        severity="info" if result.likelihood == "low" else "attention",
    )
    return report(lead, [claim, desk.state(FIB4_LIMIT, kind="limit", topic=TOPIC, source=FIB4_SOURCE)])


async def meld(ctx: RunContext[Desk]) -> Report:
    """Work out the MELD 3.0 score, for people with known advanced liver disease only."""
    desk = ctx.deps
    active = [row for row in held(desk) if is_active(row)]
    known = bool(
        matching(active, "cirrhosis") or matching(active, "liver failure") or matching(active, "hepatic failure")
    )
    sample = newest_sample(desk, *MELD_NEEDS)
    if known and sample is None:
        return no_sample(desk, "MELD", *MELD_NEEDS, topic=TOPIC)
    bilirubin, sodium, inr, creatinine, albumin = sample.values if sample else (1.0,) * 5
    patient = desk.records.patient
    result = meld3(
        age=age_on(patient.birth_date, sample.when.day if sample else desk.today),
        sex=patient.sex,
        bilirubin=bilirubin,
        sodium=sodium,
        inr=inr,
        creatinine=creatinine,
        albumin=albumin,
        liver_disease=known,
    )
    if isinstance(result, Refused) or sample is None:
        why = result if isinstance(result, Refused) else Refused("no sample has what it needs")
        return not_worked_out(desk, "MELD", why, topic=TOPIC)
    lead = f"Your MELD 3.0 score was {result}, on a scale from 6 to 40. Talk about it with your liver team."
    claim = worked_out(
        desk, lead, sample=sample, topic=TOPIC, formula="MELD 3.0", source=MELD_SOURCE, value=float(result)
    )
    return report(lead, [claim])
