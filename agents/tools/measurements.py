"""What was measured: the latest result, all results, how many, the highest, the lowest, the mean."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from datetime import date
from typing import Literal

from pydantic_ai import RunContext

from agents.concepts import convert
from agents.events import Claim
from agents.naming import as_written, called, topic_of
from agents.question import Period
from agents.tools.desk import Desk, Report, report
from agents.tools.names import absent, concept_of, defined
from agents.tools.ranges import range_claim
from agents.tools.series import Point, Series, evidence_of, latest_together, series
from agents.wording import age_note, count, day, listed, quantity, unit

Comparator = Literal["<", "<=", ">", ">="]
WORDS = {"<": "below", "<=": "at or below", ">": "above", ">=": "at or above"}


async def latest(ctx: RunContext[Desk], concept: str, since: date | None = None, until: date | None = None) -> Report:
    """Look up the newest result of one test or measurement, with its date and range.

    Args:
        concept: Id of the concept, such as `a1c`.
        since: Only results from this day on.
        until: Only results up to this day.
    """
    desk = ctx.deps
    concept_of(concept)
    found = series(desk.records, concept).within(span(since, until))
    if not found:
        return none_of(desk, concept, since, until)
    newest = latest_together(found.points)
    claims: list[Claim | None] = [latest_claim(desk, found, newest)]
    claims.append(beside_range(desk, newest))
    claims.append(defined(desk, concept))
    return report(f"latest {called(concept)}: {found.dated(newest[-1])}", claims)


async def results(ctx: RunContext[Desk], concept: str, since: date | None = None, until: date | None = None) -> Report:
    """List the results of one test or measurement over time, newest first.

    Args:
        concept: Id of the concept, such as `a1c`.
        since: Only results from this day on.
        until: Only results up to this day.
    """
    desk = ctx.deps
    concept_of(concept)
    found = series(desk.records, concept).within(span(since, until))
    if not found:
        return none_of(desk, concept, since, until)
    shown = found.points[-10:][::-1]
    claims: list[Claim | None] = [
        desk.state(
            f"Your records hold {count(len(found.points), f'{called(concept)} result')}"
            f"{between(found)}{'; the newest 10 are listed' if len(found.points) > len(shown) else ''}.",
            topic=topic_of(concept),
            value=len(found.points),
            concept=concept,
            evidence=found.evidence,
        )
    ]
    claims += [item(desk, found, point) for point in shown]
    return report(count(len(found.points), "result"), claims)


async def extremes(
    ctx: RunContext[Desk],
    concept: str,
    which: Literal["lowest", "highest"],
    since: date | None = None,
    until: date | None = None,
) -> Report:
    """Find the lowest or the highest result of one test or measurement.

    Args:
        concept: Id of the concept, such as `a1c`.
        which: Which end is asked about.
        since: Only results from this day on.
        until: Only results up to this day.
    """
    desk = ctx.deps
    concept_of(concept)
    found = series(desk.records, concept).within(span(since, until))
    if not found:
        return none_of(desk, concept, since, until)
    value = (min if which == "lowest" else max)(found.values)
    at = [point for point in found.points if point.value == value]
    days = listed([day(point.when) for point in at[-3:]])
    more = f" It was the same {count(len(at), 'time')}." if len(at) > 3 else ""
    claim = desk.state(
        f"Your {which} {called(concept)} was {found.shown(at[-1])}, on {days}, "
        f"among {count(len(found.points), 'result')}"
        f"{between(found)}.{more}",
        topic=topic_of(concept),
        value=value,
        unit=found.unit,
        date=at[-1].when.shown(),
        concept=concept,
        evidence=evidence_of(at),
    )
    beside = range_claim(desk, at[-1].row)
    newest = latest_claim(desk, found, latest_together(found.points)) if at[-1] is not found.points[-1] else None
    return report(f"{which} {called(concept)}: {found.dated(at[-1])}", [claim, beside, newest, defined(desk, concept)])


async def average(ctx: RunContext[Desk], concept: str, since: date | None = None, until: date | None = None) -> Report:
    """Compute the mean of the results of one test or measurement over a period.

    Args:
        concept: Id of the concept, such as `a1c`.
        since: Only results from this day on.
        until: Only results up to this day.
    """
    desk = ctx.deps
    concept_of(concept)
    found = series(desk.records, concept).within(span(since, until))
    if not found:
        return none_of(desk, concept, since, until)
    mean = mean_claim(desk, found, since, until)
    spread = desk.state(
        f"The results lie between {found.amount(min(found.values))} and {found.amount(max(found.values))}.",
        kind="computed",
        topic=topic_of(concept),
        concept=concept,
        evidence=found.evidence,
        formula="lowest and highest value",
    )
    return report(mean.text, [mean, spread if len(found.points) > 1 else None, defined(desk, concept)])


async def count_results(
    ctx: RunContext[Desk],
    concept: str,
    comparator: Comparator | None = None,
    threshold: float | None = None,
    threshold_unit: str | None = None,
    since: date | None = None,
    until: date | None = None,
) -> Report:
    """Count the results of one test or measurement, all of them or those beyond a threshold.

    Args:
        concept: Id of the concept, such as `a1c`.
        comparator: How a result must stand to the threshold to be counted.
        threshold: The figure to compare with, as the person said it.
        threshold_unit: The unit of the threshold, if the person named one.
        since: Only results from this day on.
        until: Only results up to this day.
    """
    desk = ctx.deps
    concept_of(concept)
    found = series(desk.records, concept).within(span(since, until))
    if not found:
        return none_of(desk, concept, since, until)
    total = len(found.points)
    if comparator is None or threshold is None:
        claim = desk.state(
            f"Your {called(concept)} has been measured {count(total, 'time')}{between(found)}.",
            topic=topic_of(concept),
            value=total,
            concept=concept,
            evidence=found.evidence,
        )
        newest = latest_claim(desk, found, latest_together(found.points))
        return report(claim.text, [claim, repeated(desk, found, found.points), newest, defined(desk, concept)])
    limit = threshold if threshold_unit is None else convert(concept, threshold, threshold_unit, found.unit)
    if limit is None:
        return report("unit does not fit", [no_unit(desk, concept, threshold_unit)])
    beyond = [point for point in found.points if holds(point.value, comparator, limit)]
    given = "" if threshold_unit in (None, found.unit) else f" ({quantity(threshold, threshold_unit)})"
    claim = desk.state(
        f"{len(beyond)} of your {count(total, f'{called(concept)} result')} "
        f"{'was' if len(beyond) == 1 else 'were'} {WORDS[comparator]} {quantity(limit, found.unit)}{given}.",
        kind="computed",
        topic=topic_of(concept),
        value=len(beyond),
        concept=concept,
        evidence=evidence_of(beyond) or found.evidence,
        formula="count",
    )
    newest = latest_claim(desk, found, latest_together(found.points))
    return report(claim.text, [claim, repeated(desk, found, beyond), newest, defined(desk, concept)])


def repeated(desk: Desk, found: Series, counted: Sequence[Point]) -> Claim | None:
    """How many entries the points that were counted stand for, where the records say some of them twice."""
    same = {(point.when.text, round(point.value, 6)) for point in counted}
    again = [point for point in found.repeats if (point.when.text, round(point.value, 6)) in same]
    if not again:
        return None
    total = len(counted) + len(again)
    return desk.state(
        f"Your records hold {total} entries for them: {count(len(again), 'repeats', 'repeat')} the same value at the "
        "same time, and I counted those once.",
        topic=topic_of(found.concept),
        value=total,
        concept=found.concept,
        evidence=[point.row.evidence for point in (*counted, *again)],
    )


async def converted(ctx: RunContext[Desk], concept: str, to_unit: str) -> Report:
    """Give the newest result of one test in another unit.

    Args:
        concept: Id of the concept, such as `glucose`.
        to_unit: The unit that is wanted, such as `mmol/L`.
    """
    desk = ctx.deps
    concept_of(concept)
    found = series(desk.records, concept)
    if not found:
        return none_of(desk, concept)
    newest = latest_together(found.points)
    value = convert(concept, newest[-1].value, found.unit, to_unit)
    if value is None:
        return report("cannot be converted", [no_unit(desk, concept, to_unit), latest_claim(desk, found, newest)])
    printed = latest_claim(desk, found, newest)
    claim = desk.state(
        f"Your latest {called(concept)} is {quantity(value, to_unit)}; it was recorded as {found.dated(newest[-1])}."
        f"{age_note(newest[-1].date, desk.today)}",
        kind="computed",
        topic=topic_of(concept),
        value=value,
        unit=to_unit,
        date=newest[-1].when.shown(),
        concept=concept,
        evidence=newest[-1].evidence,
        inputs=[printed.id],
        formula=f"{unit(found.unit)} to {unit(to_unit)}",
    )
    return report(claim.text, [claim, printed, beside_range(desk, newest), defined(desk, concept)])


async def find_by_name(ctx: RunContext[Desk], words: str) -> Report:
    """Look for results by the name that the record prints, where the test is none of the known concepts.

    Args:
        words: The name of the test as the person says it.
    """
    desk = ctx.deps
    wanted = words.casefold().split()
    rows = [row for row in desk.records.observations if wanted and all(w in row.name.casefold() for w in wanted)]
    if not rows:
        return report(
            "nothing under that name",
            [
                desk.state(
                    f"There is no result for {words or 'that test'} in your records. "
                    "It may have been measured somewhere whose records are not here.",
                    kind="limit",
                    topic=as_written(words),
                )
            ],
        )
    row = rows[-1]
    value = (
        quantity(row.value, row.unit, comparator=row.comparator) if row.value is not None else (row.text or "no value")
    )
    claim = desk.state(
        f"The newest entry named “{row.name}” in your records says {value}, on {day(row.effective)}.",
        topic=as_written(words),
        value=row.value,
        unit=row.unit,
        date=row.effective.shown() if row.effective else None,
        concept=row.concept,
        evidence=[row.evidence],
    )
    return report(claim.text, [claim, range_claim(desk, row)])


def latest_claim(desk: Desk, found: Series, newest: list[Point]) -> Claim:
    """The newest result; both where two results bear the same time."""
    point = newest[-1]
    name = called(found.concept)
    text = f"Your latest {name} was {found.dated(point)}.{age_note(point.date, desk.today)}"
    if len(newest) > 1:
        values = listed([found.shown(other) for other in newest])
        text = (
            f"Your records hold {len(newest)} {name} results for {day(point.when)}: {values}. They differ, and the "
            "records do not say which one holds."
        )
    return desk.state(
        text,
        topic=topic_of(found.concept),
        value=point.value,
        unit=found.unit,
        date=point.when.shown(),
        concept=found.concept,
        evidence=evidence_of(newest),
    )


def beside_range(desk: Desk, newest: list[Point]) -> Claim | None:
    """How the newest result stands to its range; each of them where they differ."""
    return range_claim(desk, newest[-1].row, *(point.row for point in newest[:-1]))


def mean_claim(desk: Desk, found: Series, since: date | None, until: date | None) -> Claim:
    """The mean of a series, with how many results it rests on."""
    mean = statistics.fmean(found.values)
    amount = len(found.points)
    basis = f"the mean of {count(amount, 'result')}" if amount > 1 else "the only result"
    return desk.state(
        f"Your average {called(found.concept)}{spoken_span(since, until)} was {quantity(mean, found.unit)}, "
        f"{basis}{between(found)}.",
        kind="computed",
        topic=topic_of(found.concept),
        value=mean,
        unit=found.unit,
        concept=found.concept,
        evidence=found.evidence,
        formula="arithmetic mean",
    )


def item(desk: Desk, found: Series, point: Point) -> Claim:
    """One result as an item of a list."""
    return desk.state(
        f"{day(point.when)}: {found.shown(point)}",
        topic=topic_of(found.concept),
        value=point.value,
        unit=found.unit,
        date=point.when.shown(),
        concept=found.concept,
        evidence=point.evidence,
    )


def none_of(desk: Desk, concept: str, since: date | None = None, until: date | None = None) -> Report:
    """That there is nothing, and what there is outside the period."""
    whole = series(desk.records, concept)
    period = spoken_span(since, until)
    if whole and period:
        newest = latest_claim(desk, whole, latest_together(whole.points))
        return report(f"none{period}", [absent(desk, concept, period=period.strip()), newest, defined(desk, concept)])
    in_words = words_of(desk, concept)
    if in_words:
        return report(in_words.text, [in_words, defined(desk, concept)])
    return report(f"no {called(concept)} result", [absent(desk, concept), defined(desk, concept)])


def words_of(desk: Desk, concept: str) -> Claim | None:
    """The newest result that is words or has no date, if any."""
    rows = [row for row in desk.records.by_concept.get(concept, ()) if row.text or row.value is not None]
    if not rows:
        return None
    row = rows[-1]
    said = row.text or quantity(row.value or 0.0, row.unit, comparator=row.comparator)
    return desk.state(
        f"The record says “{said}” for {called(concept)}, dated {day(row.effective)}.",
        topic=topic_of(concept),
        concept=concept,
        date=row.effective.shown() if row.effective else None,
        evidence=[row.evidence],
    )


def no_unit(desk: Desk, concept: str, to_unit: str | None) -> Claim:
    return desk.state(
        f"A {called(concept)} result cannot be given in {unit(to_unit) or 'that unit'}.",
        kind="limit",
        topic=topic_of(concept),
        concept=concept,
    )


def span(since: date | None, until: date | None) -> Period | None:
    return Period(label="", start=since, end=until) if since or until else None


def spoken_span(since: date | None, until: date | None) -> str:
    """` in 2019`, ` since 1 May 2020`, ` from … to …`; nothing where it is open."""
    if since and until:
        if (since.month, since.day, until.month, until.day) == (1, 1, 12, 31):
            return f" in {since.year}" if since.year == until.year else f" from {since.year} to {until.year}"
        return f" from {day(since)} to {day(until)}"
    if since:
        return f" since {day(since)}"
    return f" up to {day(until)}" if until else ""


def between(found: Series) -> str:
    """`, from 5 November 2012 to 13 April 2020`; the day alone where there is one."""
    first, last = found.points[0], found.points[-1]
    if first.date == last.date:
        return f", on {day(first.when)}"
    return f", from {day(first.when)} to {day(last.when)}"


def holds(value: float, comparator: Comparator, limit: float) -> bool:
    match comparator:
        case "<":
            return value < limit
        case "<=":
            return value <= limit
        case ">":
            return value > limit
        case ">=":
            return value >= limit
