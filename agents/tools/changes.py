"""How a measurement changed: from the first to the latest result, and from one period to another."""

from __future__ import annotations

import statistics
from datetime import date

from pydantic_ai import RunContext

from agents.events import Claim
from agents.naming import called, topic_of
from agents.tools.desk import Desk, Report, report
from agents.tools.measurements import none_of, span, spoken_span
from agents.tools.names import absent, concept_of, defined
from agents.tools.series import Series, series
from agents.wording import count, day, quantity


async def change(ctx: RunContext[Desk], concept: str, since: date | None = None, until: date | None = None) -> Report:
    """Tell how a measurement changed from its first to its latest result, of all time or of a period.

    Args:
        concept: Id of the concept, such as `egfr`.
        since: Only results from this day on.
        until: Only results up to this day.
    """
    desk = ctx.deps
    concept_of(concept)
    found = series(desk.records, concept).within(span(since, until))
    if not found:
        return none_of(desk, concept, since, until)
    if len(found.points) == 1:
        return report("one result", [only_one(desk, found, spoken_span(since, until)), defined(desk, concept)])
    claim = change_claim(desk, found)
    return report(claim.text, [claim, defined(desk, concept)])


async def compare_periods(
    ctx: RunContext[Desk],
    concept: str,
    first_since: date | None = None,
    first_until: date | None = None,
    second_since: date | None = None,
    second_until: date | None = None,
) -> Report:
    """Compare the mean of a measurement in two periods.

    Args:
        concept: Id of the concept, such as `ldl`.
        first_since: First day of the earlier period.
        first_until: Last day of the earlier period.
        second_since: First day of the later period.
        second_until: Last day of the later period.
    """
    desk = ctx.deps
    concept_of(concept)
    whole = series(desk.records, concept)
    if not whole:
        return none_of(desk, concept)
    spans = ((first_since, first_until), (second_since, second_until))
    parts = [(whole.within(span(*ends)), spoken_span(*ends)) for ends in spans]
    means = [
        period_claim(desk, part, name) if part else absent(desk, concept, period=name.strip()) for part, name in parts
    ]
    claims: list[Claim | None] = [*means]
    first, second = parts[0][0], parts[1][0]
    if first and second:
        claims.insert(0, difference_claim(desk, first, second, means))
    claims.append(defined(desk, concept))
    return report(f"{called(concept)} in two periods", claims)


def change_claim(desk: Desk, found: Series) -> Claim:
    """From first to last, with both values and dates."""
    first, last = found.points[0], found.points[-1]
    moved = last.value - first.value
    percent = f" ({quantity(abs(100 * moved / first.value), '%')})" if first.value else ""
    direction = "rose" if moved > 0 else "fell" if moved < 0 else "stayed the same"
    by = f" by {found.amount(abs(moved))}{percent}" if moved else ""
    return desk.state(
        f"Your {called(found.concept)} {direction}{by}: from {found.dated(first)} to {found.dated(last)}. "
        f"{count(len(found.points), 'result')} in all.",
        kind="computed",
        topic=topic_of(found.concept),
        value=moved,
        unit=found.unit,
        date=last.when.shown(),
        concept=found.concept,
        evidence=(*first.evidence, *last.evidence),
        formula="latest minus first",
    )


def only_one(desk: Desk, found: Series, period: str) -> Claim:
    """That one result tells of no change."""
    return desk.state(
        f"There is only one {called(found.concept)} result in your records{period}: {found.dated(found.points[0])}. "
        "One result cannot show a change.",
        topic=topic_of(found.concept),
        value=found.points[0].value,
        unit=found.unit,
        date=found.points[0].when.shown(),
        concept=found.concept,
        evidence=found.evidence,
    )


def period_claim(desk: Desk, part: Series, name: str) -> Claim:
    """The mean of a period; the value itself where there is one."""
    if len(part.points) == 1:
        text = f"Your {called(part.concept)}{name} was {part.dated(part.points[0])}, the only result of that time."
    else:
        mean = quantity(statistics.fmean(part.values), part.unit)
        last = part.points[-1]
        text = (
            f"Your average {called(part.concept)}{name} was {mean}, of {count(len(part.points), 'result')}; "
            f"the last of them was {part.shown(last)} on {day(last.when)}."
        )
    return desk.state(
        text,
        kind="computed",
        topic=topic_of(part.concept),
        value=statistics.fmean(part.values),
        unit=part.unit,
        concept=part.concept,
        evidence=part.evidence,
        formula="arithmetic mean",
    )


def difference_claim(desk: Desk, first: Series, second: Series, means: list[Claim]) -> Claim:
    moved = statistics.fmean(second.values) - statistics.fmean(first.values)
    word = "higher" if moved > 0 else "lower"
    name = called(first.concept)
    text = f"Your {name} was {first.amount(abs(moved))} {word} in the later period than in the earlier one."
    if not moved:
        text = f"Your {name} was the same in both periods."
    return desk.state(
        text,
        kind="computed",
        topic=topic_of(first.concept),
        value=moved,
        unit=first.unit,
        concept=first.concept,
        evidence=[*first.evidence, *second.evidence],
        inputs=[claim.id for claim in means],
        formula="difference of the means",
    )
