"""HOMA-IR."""

from __future__ import annotations

import re

from pydantic_ai import RunContext

from agents.clinical.insulin_resistance import SOURCE
from agents.clinical.insulin_resistance import homa_ir as clinical_homa
from agents.clinical.medicines import classes_of, ingredients
from agents.clinical.refused import Refused
from agents.tools.desk import Desk, Report, report
from agents.tools.samples import newest_sample, no_sample, not_worked_out, worked_out
from agents.wording import number

TOPIC = "Insulin resistance"
_FASTING = re.compile(r"\bfast", re.IGNORECASE)


async def homa_ir(ctx: RunContext[Desk]) -> Report:
    """Work out HOMA-IR from fasting glucose and fasting insulin of one sample."""
    desk = ctx.deps
    sample = newest_sample(desk, "glucose", "insulin")
    if sample is None:
        return no_sample(desk, "HOMA-IR", "glucose", "insulin", topic=TOPIC)
    active = [row.name for row in desk.records.medications if row.status == "active"]
    treated = any("insulin" in classes_of(one) for name in active for one in ingredients(name))
    glucose, insulin = sample.values
    fasting = any(_FASTING.search(point.row.name) for point in sample.points)
    value = clinical_homa(glucose, insulin, fasting=fasting, insulin_treated=treated)
    if isinstance(value, Refused):
        return not_worked_out(desk, "HOMA-IR", value, topic=TOPIC)
    lead = (
        f"Your HOMA-IR was {number(value, places=1)}. There is no agreed cut-off, so ask your doctor what it "
        "means for you."
    )
    claim = worked_out(
        desk, lead, sample=sample, topic=TOPIC, formula="glucose x insulin / 405", source=SOURCE, value=value
    )
    return report(lead, [claim])
