"""Cholesterol figures that are worked out from one sample."""

from __future__ import annotations

from pydantic_ai import RunContext

from agents.clinical.lipids import SAMPSON_SOURCE, ldl_sampson
from agents.clinical.lipids import non_hdl as clinical_non_hdl
from agents.clinical.refused import Refused
from agents.concepts import CONCEPTS
from agents.naming import called, topic_of
from agents.tools.desk import Desk, Report, report
from agents.tools.names import defined
from agents.tools.samples import Sample, newest_sample, no_sample, not_worked_out, worked_out
from agents.wording import day, quantity

UNIT = "mg/dL"


async def non_hdl(ctx: RunContext[Desk]) -> Report:
    """Work out non-HDL cholesterol from the newest sample that has total and HDL cholesterol."""
    desk = ctx.deps
    sample = newest_sample(desk, "total_cholesterol", "hdl")
    if sample is None:
        return no_sample(desk, "Non-HDL cholesterol", "total_cholesterol", "hdl", topic=topic_of("non_hdl"))
    result = clinical_non_hdl(*sample.values)
    return told(desk, "non_hdl", result, sample, "total minus HDL cholesterol", CONCEPTS["non_hdl"].source)


async def ldl_estimate(ctx: RunContext[Desk]) -> Report:
    """Work out LDL cholesterol from the newest sample that has total cholesterol, HDL and triglycerides."""
    desk = ctx.deps
    needed = ("total_cholesterol", "hdl", "triglycerides")
    sample = newest_sample(desk, *needed)
    if sample is None:
        return no_sample(desk, "LDL cholesterol", *needed, topic=topic_of("ldl"))
    return told(desk, "ldl", ldl_sampson(*sample.values), sample, "Sampson-NIH equation", SAMPSON_SOURCE)


def told(desk: Desk, concept: str, value: float | Refused, sample: Sample, formula: str, source: str) -> Report:
    topic = topic_of(concept)
    if isinstance(value, Refused):
        return not_worked_out(desk, topic, value, topic=topic)
    lead = f"Your {called(concept)} was {quantity(value, UNIT)} on {day(sample.when)}."
    claim = worked_out(
        desk, lead, sample=sample, topic=topic, formula=formula, source=source, value=value, unit=UNIT, concept=concept
    )
    return report(lead, [claim, defined(desk, concept)])
