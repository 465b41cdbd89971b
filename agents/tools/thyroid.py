"""The pattern of the thyroid tests."""

from __future__ import annotations

from pydantic_ai import RunContext

from agents.clinical.refused import Refused
from agents.clinical.thyroid import SOURCE
from agents.clinical.thyroid import thyroid_pattern as clinical_pattern
from agents.naming import short
from agents.tools.desk import Desk, Report, report
from agents.tools.measurements import latest_claim, none_of
from agents.tools.names import defined
from agents.tools.ranges import standing
from agents.tools.samples import not_worked_out, partner
from agents.tools.series import latest_together, series
from agents.wording import age_note, capitalised, day, listed

TOPIC = "Thyroid"


async def thyroid_pattern(ctx: RunContext[Desk]) -> Report:
    """Say what the newest TSH, with free T4 of the same day, is often seen with."""
    desk = ctx.deps
    found = series(desk.records, "tsh")
    if not found:
        return none_of(desk, "tsh")
    newest = found.points[-1]
    place = standing(desk, newest.row)
    if place is None:
        record = latest_claim(desk, found, latest_together(found.points))
        return report("no range", [record, defined(desk, "tsh")])
    other = series(desk.records, "ft4")
    beside = partner(newest, other)
    beside_place = standing(desk, beside.row) if beside else None
    result = clinical_pattern(place.place, beside_place.place if beside_place else None)
    if isinstance(result, Refused):
        return not_worked_out(desk, "A pattern", result, topic=TOPIC)
    parts = [f"{short('tsh')} {found.shown(newest)}", *([f"{short('ft4')} {other.shown(beside)}"] if beside else [])]
    claim = desk.state(
        f"{capitalised(result)}. This rests on {listed(parts)}, of {day(newest.when)}. It is a hint for your "
        f"doctor, not a diagnosis.{age_note(newest.date, desk.today)}",
        kind="computed",
        topic=TOPIC,
        value=newest.value,
        unit=found.unit,
        date=newest.when.shown(),
        concept="tsh",
        evidence=[newest.row.evidence, *([beside.row.evidence] if beside else [])],
        formula="places of TSH and free T4 in their ranges",
        source=SOURCE,
        severity="info" if place.place == "inside" else "attention",
    )
    return report(result, [claim, defined(desk, "tsh")])
