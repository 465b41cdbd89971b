"""What a test is, and what a value means that the person names."""

from __future__ import annotations

from pydantic_ai import RunContext

from agents.clinical.flags import Place
from agents.concepts import CONCEPTS, adult_range, convert
from agents.events import Claim
from agents.naming import called, topic_of
from agents.tools.desk import Desk, Report, report
from agents.tools.names import concept_of, defined
from agents.tools.ranges import WORDS, spoken_range
from agents.wording import capitalised, quantity, unit

TALK = (
    "One result alone rarely tells the whole story. Your doctor can say what it means for you, together with how you "
    "feel and your other results."
)


async def explain_test(ctx: RunContext[Desk], concept: str) -> Report:
    """Say what a test measures, what high or low can mean, and its general adult range.

    Args:
        concept: Id of the concept, such as `mcv`.
    """
    desk = ctx.deps
    concept_of(concept)
    return report(f"about {called(concept)}", [defined(desk, concept), general_range(desk, concept)])


async def explain_value(ctx: RunContext[Desk], concept: str, value: float, value_unit: str | None = None) -> Report:
    """Say how a value that the person names stands to the general adult range.

    Args:
        concept: Id of the concept, such as `alt`.
        value: The value as the person says it.
        value_unit: Its unit, if the person says one; the concept's usual unit otherwise.
    """
    desk = ctx.deps
    known = concept_of(concept)
    assumed = value_unit or known.unit
    unnamed = "" if value_unit else " (you named no unit, so this takes the usual one)"
    said = f"You say that your {called(concept)} is {quantity(value, assumed)}{unnamed}."
    canonical = convert(concept, value, assumed, known.unit) if known.unit not in (None, assumed) else value
    low, high = adult_range(known, desk.records.patient.sex)
    claims: list[Claim | None] = []
    if canonical is not None and (low is not None or high is not None):
        place: Place = "low" if low is not None and canonical < low else "inside"
        place = "high" if high is not None and canonical > high else place
        claims.append(
            desk.state(
                f"{said} The general adult range is {spoken_range(low, high, known.unit)}, so that value is "
                f"{WORDS[place]} it. "
                "The range printed on your own report counts first.",
                kind="computed",
                topic=topic_of(concept),
                concept=concept,
                formula="comparison with the range",
                source=known.source,
                severity="info" if place == "inside" else "attention",
            )
        )
    else:
        claims.append(
            desk.state(f"{said} There is no general range to compare it with.", kind="limit", topic=topic_of(concept))
        )
    claims.append(defined(desk, concept))
    claims.append(desk.state(TALK, kind="advice", topic=topic_of(concept)))
    return report(f"{called(concept)} {quantity(value, assumed)} explained", claims)


async def convert_value(ctx: RunContext[Desk], concept: str, value: float, to_unit: str, from_unit: str = "") -> Report:
    """Convert a value that the person names to another unit.

    Args:
        concept: Id of the concept, such as `glucose`.
        value: The value as the person says it.
        to_unit: The unit that is wanted.
        from_unit: The unit of the value; empty for the concept's other usual unit.
    """
    desk = ctx.deps
    known = concept_of(concept)
    source = from_unit or (known.si_unit if unit(to_unit) == unit(known.unit) else known.unit)
    result = convert(concept, value, source, to_unit)
    topic = topic_of(concept)
    if result is None:
        text = f"A {called(concept)} value cannot be converted to {unit(to_unit)}."
        return report("cannot be converted", [desk.state(text, kind="limit", topic=topic, concept=concept)])
    claim = desk.state(
        f"{capitalised(called(concept))} of {quantity(value, source)} is the same as {quantity(result, to_unit)}.",
        kind="computed",
        topic=topic,
        value=result,
        unit=to_unit,
        concept=concept,
        formula=f"{unit(source)} to {unit(to_unit)}",
        source=known.source,
    )
    return report(claim.text, [claim])


def general_range(desk: Desk, concept: str) -> Claim | None:
    """The general adult range, said to be so; nothing where a range was said already."""
    said = [claim.text for claim in desk.claims.values() if claim.concept == concept]
    if any(range_ in text for text in said for range_ in ("general adult range", "lab's own range", "the lab's range")):
        return None
    known = CONCEPTS[concept]
    low, high = adult_range(known, desk.records.patient.sex)
    if low is None and high is None:
        return None
    limits = spoken_range(low, high, known.unit)
    return desk.state(
        f"The general adult range is {limits}. Labs differ, so the range on your own report counts first.",
        kind="knowledge",
        topic=topic_of(concept),
        concept=concept,
        source=known.source,
    )
