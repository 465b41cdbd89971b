"""Whether two measurements move together, and what changed around the start of a medicine."""

from __future__ import annotations

from datetime import date

from pydantic_ai import RunContext

from agents.clinical.before_after import NOTE, BeforeAfter, before_after
from agents.clinical.correlation import Correlation
from agents.clinical.correlation import correlate as clinical_correlate
from agents.clinical.refused import Refused
from agents.clinical.trend import Point as TrendPoint
from agents.events import Claim
from agents.naming import called, short, topic_of
from agents.records import Medication
from agents.tools.desk import Desk, Report, report
from agents.tools.measurements import none_of, span
from agents.tools.medicines import named, not_listed
from agents.tools.names import concept_of, defined
from agents.tools.series import Series, series
from agents.tools.trends import shown_p
from agents.wording import capitalised, count, day, number

TOPIC = "Moving together"
SOURCE = "Spearman's rank correlation (Spearman, 1904)"
NO_CAUSE = "Two things that move together need not have anything to do with each other: this cannot show cause."
WORST_FIRST = (
    "People often start a medicine when a value is at its worst, and such values often come down by themselves. So "
    f"{NOTE}."
)


async def correlate(
    ctx: RunContext[Desk], first: str, second: str, since: date | None = None, until: date | None = None
) -> Report:
    """Tell whether two measurements move together, over the days on which both were measured; from eight days on.

    Args:
        first: Id of one concept, such as `steps`.
        second: Id of the other concept, such as `sleep_duration`.
        since: Only results from this day on.
        until: Only results up to this day.
    """
    desk = ctx.deps
    pair = []
    for concept in (first, second):
        concept_of(concept)
        found = series(desk.records, concept).within(span(since, until))
        if not found:
            return none_of(desk, concept, since, until)
        pair.append(found)
    one, other = pair
    result = clinical_correlate(points_of(one), points_of(other))
    if isinstance(result, Refused):
        text = f"Whether your {short(first)} and {short(second)} move together cannot be told: {result.reason}."
        return report("cannot be told", [desk.state(text, kind="limit", topic=TOPIC)])
    limit = desk.state(NO_CAUSE, kind="limit", topic=TOPIC)
    return report(result.strength, [correlation_claim(desk, one, other, result), limit])


async def before_and_after(ctx: RunContext[Desk], concept: str, medicine: str) -> Report:
    """Compare a measurement in the year before and the year after a medicine was first prescribed.

    Args:
        concept: Id of the concept, such as `a1c`.
        medicine: The medicine as the person says it.
    """
    desk = ctx.deps
    concept_of(concept)
    found = series(desk.records, concept)
    if not found:
        return none_of(desk, concept)
    dated = [row for row in desk.records.medications if row.start and row.status != "entered-in-error"]
    rows = named(dated, medicine)
    if not rows:
        return report("no such medicine", [not_listed(desk, medicine)])
    started = min(rows, key=lambda row: row.start.instant if row.start else desk.now)
    assert started.start is not None
    result = before_after(points_of(found), started.start.day)
    if isinstance(result, Refused):
        text = (
            f"{started.name} was first prescribed on {day(started.start)}, and your {called(concept)} before and "
            f"after that cannot be compared: {result.reason}."
        )
        claim = desk.state(text, kind="limit", topic=topic_of(concept), evidence=[started.evidence])
        return report("cannot be compared", [claim, defined(desk, concept)])
    claim = before_after_claim(desk, found, started, result)
    limit = desk.state(WORST_FIRST, kind="limit", topic=topic_of(concept), source="Bland and Altman, 1994")
    return report(claim.text, [claim, defined(desk, concept), limit])


def points_of(found: Series) -> list[TrendPoint]:
    return [TrendPoint(point.date, point.value) for point in found.points]


def correlation_claim(desk: Desk, one: Series, other: Series, result: Correlation) -> Claim:
    names = f"your {called(one.concept)} and your {called(other.concept)}"
    if result.strength == "no clear link":
        text = f"There is no clear link between {names}."
    else:
        way = "the same way" if result.r > 0 else "in opposite ways"
        text = f"{capitalised(names)} moved {way}. The link is {result.strength}."
    return desk.state(
        f"{text} This looks at {count(result.n, 'day')} with both values. The rank correlation is "
        f"{number(result.r, places=2)} ({shown_p(result.p)}).",
        kind="computed",
        topic=TOPIC,
        value=result.r,
        evidence=[*one.evidence, *other.evidence],
        formula="Spearman's rank correlation",
        source=SOURCE,
    )


def before_after_claim(desk: Desk, found: Series, started: Medication, result: BeforeAfter) -> Claim:
    change = result.difference
    word = "lower" if change < 0 else "higher"
    verdict = f"{found.amount(abs(change))} {word}" if change else "the same"
    return desk.state(
        f"In the year before {started.name} was first prescribed ({day(started.start)}), the middle value of your "
        f"{called(found.concept)} was {found.amount(result.before)} ({count(result.n_before, 'result')}). In the "
        f"year after it was {found.amount(result.after)} ({count(result.n_after, 'result')}): {verdict}.",
        kind="computed",
        topic=topic_of(found.concept),
        value=change,
        unit=found.unit,
        date=started.start.shown() if started.start else None,
        concept=found.concept,
        evidence=[started.evidence, *found.evidence],
        formula="difference of medians",
    )
