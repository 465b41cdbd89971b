"""Charts: the points of a series with its reference band."""

from __future__ import annotations

from datetime import date

from pydantic_ai import RunContext

from agents.concepts import CONCEPTS, adult_range, convert
from agents.events import Chart, ChartPoint
from agents.naming import topic_of
from agents.tools.desk import Desk, Report, report
from agents.tools.measurements import span
from agents.tools.names import concept_of
from agents.tools.series import Series, series
from agents.wording import count, unit

POINTS = 400
"""More points than this no chart on a page can tell apart: then the newest are shown."""


async def chart(ctx: RunContext[Desk], concept: str, since: date | None = None, until: date | None = None) -> Report:
    """Draw the results of one test or measurement over time for the person, with the reference band.

    Args:
        concept: Id of the concept, such as `a1c`.
        since: Only results from this day on.
        until: Only results up to this day.
    """
    desk = ctx.deps
    concept_of(concept)
    found = series(desk.records, concept).within(span(since, until))
    if len(found.points) < 2 or concept in desk.charted:
        return report("too few results for a chart" if len(found.points) < 2 else "already drawn", [])
    desk.charted.add(concept)
    desk.emit(drawn(desk, found))
    return report(f"chart of {count(len(found.points), 'result')}", [])


def drawn(desk: Desk, found: Series) -> Chart:
    low, high, source = band(desk, found)
    return Chart(
        concept=found.concept,
        title=topic_of(found.concept),
        unit=unit(found.unit),
        points=tuple(
            ChartPoint(date=point.when.shown(), value=point.value, evidence=point.row.evidence)
            for point in found.points[-POINTS:]
        ),
        low=low,
        high=high,
        band_source=source,
    )


def band(desk: Desk, found: Series) -> tuple[float | None, float | None, str | None]:
    """The newest printed range, else the general adult range, in the series' unit."""
    row = found.points[-1].row
    if row.reference_low is not None or row.reference_high is not None:
        return row.reference_low, row.reference_high, "the lab's printed range"
    concept = CONCEPTS.get(found.concept)
    if concept is None:
        return None, None, None
    low, high = (
        limit if limit is None else convert(concept.id, limit, concept.unit, found.unit)
        for limit in adult_range(concept, desk.records.patient.sex)
    )
    return low, high, "general adult range" if (low, high) != (None, None) else None
