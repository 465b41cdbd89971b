"""What a watch or a phone has counted, day by day."""

from __future__ import annotations

import statistics
from datetime import date, timedelta

from pydantic_ai import RunContext

from agents.events import Claim
from agents.naming import called, topic_of
from agents.tools.desk import Desk, Report, report
from agents.tools.measurements import between, none_of, span, spoken_span
from agents.tools.names import concept_of, defined
from agents.tools.series import Series, series
from agents.wording import count, quantity

RECENT_DAYS = 30
LIMIT = "Watches and phones estimate: they miss days on which they are not worn, and they are no medical device."


async def daily_summary(
    ctx: RunContext[Desk], concept: str, since: date | None = None, until: date | None = None
) -> Report:
    """Sum up a daily measure such as steps or sleep over a period, also weekdays against weekends.

    Args:
        concept: Id of the concept, such as `steps` or `sleep_duration`.
        since: Only days from this one on; without it the newest 30 days that have data.
        until: Only days up to this one.
    """
    desk = ctx.deps
    concept_of(concept)
    whole = series(desk.records, concept)
    if not whole:
        return none_of(desk, concept)
    if since is None and until is None:
        since = whole.points[-1].date - timedelta(days=RECENT_DAYS - 1)
    found = whole.within(span(since, until))
    if not found:
        return none_of(desk, concept, since, until)
    claims = [
        mean_of(desk, found, spoken_span(since, until)),
        by_weekday(desk, found),
        defined(desk, concept),
        desk.state(LIMIT, kind="limit", topic=topic_of(concept)),
    ]
    return report(f"{called(concept)}: {count(len(found.points), 'day')}", claims)


def mean_of(desk: Desk, found: Series, period: str) -> Claim:
    mean = statistics.fmean(found.values)
    return desk.state(
        f"Your average {called(found.concept)}{period} was {quantity(mean, found.unit)} a day, over "
        f"{count(len(found.points), 'day')} with data{between(found)}.",
        kind="computed",
        topic=topic_of(found.concept),
        value=mean,
        unit=found.unit,
        concept=found.concept,
        evidence=found.evidence,
        formula="arithmetic mean",
    )


def by_weekday(desk: Desk, found: Series) -> Claim | None:
    """The mean of weekdays against that of weekends, where there are both."""
    weekend = [point.value for point in found.points if point.date.weekday() >= 5]
    weekdays = [point.value for point in found.points if point.date.weekday() < 5]
    if len(weekend) < 2 or len(weekdays) < 2:
        return None
    return desk.state(
        f"On weekdays it was {quantity(statistics.fmean(weekdays), found.unit)} and on weekends "
        f"{quantity(statistics.fmean(weekend), found.unit)}.",
        kind="computed",
        topic=topic_of(found.concept),
        concept=found.concept,
        evidence=found.evidence,
        formula="arithmetic mean",
    )
