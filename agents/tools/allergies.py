"""The allergies in the records, also the assertion that there is none."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic_ai import RunContext

from agents.events import Claim
from agents.naming import as_written
from agents.tools.conditions import NOT_HELD, plain
from agents.tools.desk import Desk, Report, report
from agents.tools.matching import matching
from agents.wording import count, listed

ALLERGIES = "Allergies"


async def allergies(ctx: RunContext[Desk], substance: str = "") -> Report:
    """List the allergies in the records, or look whether one of them is to a substance.

    Args:
        substance: A medicine or food that is asked about; empty for all allergies.
    """
    desk = ctx.deps
    rows = [row for row in desk.records.allergies if row.verification_status not in NOT_HELD]
    real = [row for row in rows if not row.negated and row.clinical_status not in ("resolved", "inactive")]
    negated = [row for row in rows if row.negated]
    if substance:
        return report("allergies checked", allergy_to(desk, substance, matching(real, substance), bool(real)))
    if real:
        names = dict.fromkeys(plain(row.name) for row in real)
        lead = desk.state(
            f"Your records list {count(len(names), 'allergy', 'allergies')}:",
            topic=ALLERGIES,
            value=len(names),
            evidence=[row.evidence for row in real],
        )
        items = [
            desk.state(
                f"{plain(row.name)}{reaction_of(row.reactions, row.criticality)}",
                topic=ALLERGIES,
                evidence=[row.evidence],
                date=row.recorded.shown() if row.recorded else None,
            )
            for row in real
        ]
        return report(count(len(names), "allergy", "allergies"), [lead, *items])
    if negated:
        text = f"Your records say: “{negated[0].name}”."
        return report("none known", [desk.state(text, topic=ALLERGIES, evidence=[row.evidence for row in negated])])
    text = (
        "No allergies are recorded here. That is not the same as having no allergies: nobody may have written them "
        "down. Tell every doctor and pharmacist about any reaction that you have had."
    )
    return report("none recorded", [desk.state(text, kind="limit", topic=ALLERGIES)])


def allergy_to(desk: Desk, substance: str, found: Sequence[object], any_recorded: bool) -> list[Claim | None]:
    """What the list of allergies says about one substance."""
    if found:
        names = listed([f"“{plain(row.name)}”" for row in found])  # type: ignore[attr-defined]
        text = (
            f"Your records list an allergy that fits: {names}. "
            f"Before you take or eat {substance}, talk with a doctor or pharmacist."
        )
        evidence = [row.evidence for row in found]  # type: ignore[attr-defined]
        return [desk.state(text, topic=ALLERGIES, evidence=evidence, severity="attention")]
    text = (
        f"{as_written(substance)} is not among the allergies in your records."
        if any_recorded
        else f"No allergies are recorded here, so these records cannot tell about {substance}."
    )
    text += " That does not show that it is safe for you: ask a doctor or pharmacist, who can see everything you take."
    return [desk.state(text, kind="limit", topic=ALLERGIES)]


def reaction_of(reactions: Sequence[str], criticality: str | None) -> str:
    words = f": {listed([reaction.lower() for reaction in reactions])}" if reactions else ""
    return words + (" (marked as high risk)" if criticality == "high" else "")
