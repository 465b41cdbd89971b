"""Whether a measurement goes up or down over time, and whether a change is more than chance."""

from __future__ import annotations

from datetime import date

from pydantic_ai import RunContext

from agents.clinical.change import change as clinical_change
from agents.clinical.refused import Refused
from agents.clinical.trend import LEAST_POINTS, Trend
from agents.clinical.trend import Point as TrendPoint
from agents.clinical.trend import trend as clinical_trend
from agents.concepts import CONCEPTS
from agents.events import Claim
from agents.naming import called, titled, topic_of
from agents.tools.changes import change_claim, only_one
from agents.tools.desk import Desk, Report, report
from agents.tools.measurements import none_of, span, spoken_span
from agents.tools.names import concept_of, defined
from agents.tools.series import Point, Series, series
from agents.wording import count, day, quantity

TOPIC = "What has been changing"
SOURCE = "Mann-Kendall test (Mann, 1945; Kendall, 1975) and Theil-Sen slope (Sen, 1968)"
CHANGE_SOURCE = "Reference change value (Harris and Yasaka, 1983)"
SHOWN = 6
NOT_CAUSE = (
    "A result that is far from your average is often followed by one nearer to it, by chance alone. And a trend says "
    "nothing about its cause."
)


async def trend(ctx: RunContext[Desk], concept: str, since: date | None = None, until: date | None = None) -> Report:
    """Tell whether a measurement is rising or falling over time, with the change per year and how sure that is.

    Needs five results; with fewer it tells the change and whether it is more than chance.

    Args:
        concept: Id of the concept, such as `ldl`.
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
    result = computed(found)
    if isinstance(result, Refused):
        claims: list[Claim | None] = [change_claim(desk, found), chance_claim(desk, found), too_few(desk, found)]
        return report("too few results for a trend", [*claims, defined(desk, concept)])
    claim = trend_claim(desk, found, result)
    caution = desk.state(NOT_CAUSE, kind="limit", topic=topic_of(concept), concept=concept)
    return report(f"{called(concept)}: {result.direction}", [claim, defined(desk, concept), caution])


async def real_change(ctx: RunContext[Desk], concept: str) -> Report:
    """Tell whether the newest result differs from the one before by more than chance and the laboratory make.

    Args:
        concept: Id of the concept, such as `creatinine`.
    """
    desk = ctx.deps
    concept_of(concept)
    found = series(desk.records, concept)
    if not found:
        return none_of(desk, concept)
    if len(found.points) == 1:
        return report("one result", [only_one(desk, found, ""), defined(desk, concept)])
    last_two = Series(found.concept, found.unit, found.points[-2:])
    return report(
        "the newest two results", [change_claim(desk, last_two), chance_claim(desk, last_two), defined(desk, concept)]
    )


async def moving_series(ctx: RunContext[Desk]) -> Report:
    """Look through every measurement with five or more results for those that rise or fall over time."""
    desk = ctx.deps
    looked_at = 0
    moving: list[tuple[Series, Trend]] = []
    for concept in desk.records.by_concept:
        found = series(desk.records, concept)
        result = computed(found) if len(found.points) >= LEAST_POINTS else None
        if isinstance(result, Trend):
            looked_at += 1
            if result.direction != "no clear trend":
                moving.append((found, result))
    if not looked_at:
        text = "No measurement has the five results that a trend needs."
        return report("none", [desk.state(text, kind="limit", topic=TOPIC)])
    moving.sort(key=lambda pair: pair[1].p)
    lead = desk.state(
        f"{len(moving)} of {count(looked_at, 'measurement')} with five or more results "
        f"{'shows' if len(moving) == 1 else 'show'} a clear trend{':' if moving else '.'}",
        kind="computed",
        topic=TOPIC,
        value=len(moving),
        formula="Mann-Kendall test",
        source=SOURCE,
    )
    return report(f"{len(moving)} moving", [lead, *(moving_item(desk, *pair) for pair in moving[:SHOWN])])


def computed(found: Series) -> Trend | Refused:
    return clinical_trend([TrendPoint(point.date, point.value) for point in found.points])


def trend_claim(desk: Desk, found: Series, result: Trend) -> Claim:
    """The direction first, then how much, from when to when, and how sure."""
    first, last = found.points[0], found.points[-1]
    name = called(found.concept)
    basis = f"{count(result.n, 'result')} from {day(first.when)} to {day(last.when)}"
    ends = f"It went from {found.shown(first)} to {found.shown(last)}"
    if result.direction == "no clear trend":
        text = (
            f"There is no clear trend in your {name}: the ups and downs of {basis} could be chance "
            f"({shown_p(result.p)}). {ends}."
        )
    else:
        text = (
            f"Your {name} has been {result.direction}, by about {about(result.slope_per_year, found.unit)} a year, "
            f"over {basis}. {ends}. That is unlikely to be chance ({shown_p(result.p)})."
        )
    return desk.state(
        text,
        kind="computed",
        topic=topic_of(found.concept),
        value=result.slope_per_year,
        unit=f"{found.unit or '1'} per year",
        date=last.when.shown(),
        concept=found.concept,
        evidence=found.evidence,
        formula="Theil-Sen slope, Mann-Kendall test",
        source=SOURCE,
    )


def about(value: float, unit: str | None) -> str:
    """A figure that is only roughly known, with two digits that mean something."""
    return quantity(float(f"{abs(value):.2g}"), unit)


def shown_p(p: float) -> str:
    return "p below 0.001" if p < 0.001 else f"p = {p:.3f}" if p < 0.01 else f"p = {p:.2f}"


def too_few(desk: Desk, found: Series) -> Claim:
    text = f"A trend needs at least five results; there are {len(found.points)}."
    return desk.state(text, kind="limit", topic=topic_of(found.concept), concept=found.concept)


def chance_claim(desk: Desk, found: Series) -> Claim | None:
    """Whether first and last differ by more than chance and the laboratory make."""
    first, last = found.points[0], found.points[-1]
    ends = canonical(first), canonical(last)
    if ends[0] is None or ends[1] is None:
        return None
    result = clinical_change(found.concept, ends[0], ends[1])
    if result.real is None or result.reference_change_percent is None:
        return None
    needed = quantity(result.reference_change_percent, "%", places=0)
    verdict = "more than that, so it is likely to be real" if result.real else "less than that, so it may be chance"
    return desk.state(
        f"Two results of this test can differ by up to about {needed} by chance alone; this change is {verdict}.",
        kind="computed",
        topic=topic_of(found.concept),
        value=result.reference_change_percent,
        unit="%",
        concept=found.concept,
        evidence=(*first.evidence, *last.evidence),
        formula="reference change value",
        source=CHANGE_SOURCE,
    )


def canonical(point: Point) -> float | None:
    return point.row.canonical_value


def moving_item(desk: Desk, found: Series, result: Trend) -> Claim:
    first, last = found.points[0], found.points[-1]
    return desk.state(
        f"**{titled(called(found.concept))}**: {result.direction}, from {found.dated(first)} to {found.dated(last)} "
        f"({count(result.n, 'result')})",
        kind="computed",
        topic=TOPIC,
        value=result.slope_per_year,
        unit=f"{CONCEPTS[found.concept].unit or '1'} per year" if found.concept in CONCEPTS else None,
        concept=found.concept,
        evidence=found.evidence,
        formula="Mann-Kendall test",
    )
