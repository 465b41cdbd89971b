"""Corrected calcium and the anion gap."""

from __future__ import annotations

from pydantic_ai import RunContext

from agents.clinical import electrolytes as clinical
from agents.clinical.refused import Refused
from agents.tools.desk import Desk, Report, report
from agents.tools.samples import newest_sample, no_sample, not_worked_out, worked_out
from agents.wording import number, quantity

TOPIC = "Electrolytes"


async def anion_gap(ctx: RunContext[Desk]) -> Report:
    """Work out the anion gap from sodium, chloride and bicarbonate of one sample."""
    desk = ctx.deps
    needed = ("sodium", "chloride", "co2")
    sample = newest_sample(desk, *needed)
    if sample is None:
        return no_sample(desk, "The anion gap", *needed, topic=TOPIC)
    value = clinical.anion_gap(*sample.values)
    if isinstance(value, Refused):
        return not_worked_out(desk, "The anion gap", value, topic=TOPIC)
    low, high = clinical.GAP_USUAL
    place = "below" if value < low else "above" if value > high else "inside"
    lead = (
        f"Your anion gap was {quantity(value, 'mmol/L')}, {place} the usual {number(low)} to "
        f"{quantity(high, 'mmol/L')}. It shows whether there is more acid in the blood than expected; labs differ."
    )
    claim = worked_out(
        desk,
        lead,
        sample=sample,
        topic=TOPIC,
        formula="sodium - chloride - bicarbonate",
        source=clinical.GAP_SOURCE,
        value=value,
        unit="mmol/L",
        severity="info" if place == "inside" else "attention",
    )
    return report(lead, [claim])


async def corrected_calcium(ctx: RunContext[Desk]) -> Report:
    """Work out calcium corrected for a low albumin, from one sample."""
    desk = ctx.deps
    sample = newest_sample(desk, "calcium", "albumin")
    if sample is None:
        return no_sample(desk, "Corrected calcium", "calcium", "albumin", topic=TOPIC)
    value = clinical.corrected_calcium(*sample.values)
    if isinstance(value, Refused):
        return not_worked_out(desk, f"Corrected calcium (from {sample.parts})", value, topic=TOPIC)
    lead = f"Your calcium corrected for albumin was {quantity(value, 'mg/dL')}."
    claim = worked_out(
        desk,
        lead,
        sample=sample,
        topic=TOPIC,
        formula="calcium + 0.8 x (4.0 - albumin)",
        source=clinical.CALCIUM_SOURCE,
        value=value,
        unit="mg/dL",
    )
    return report(lead, [claim])
