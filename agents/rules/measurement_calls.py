"""Calls for questions about what was measured."""

from __future__ import annotations

from collections.abc import Iterator

from agents.brief import TaskBrief
from agents.question import Ask
from agents.rules.calls import Call, of_period

PRESSURE = ("systolic", "diastolic")
PANEL_FROM = 3
"""So many newest results at once are a list, not a paragraph each."""


def latest(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    yield from of_each(ask, "latest")


def last_date(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    yield from of_each(ask, "latest")
    if not ask.concepts and ask.subject:
        yield Call.of("last_entry", words=ask.subject)


def counted(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    limit = ask.threshold
    given = {"comparator": limit.comparator, "threshold": limit.value, "threshold_unit": limit.unit} if limit else {}
    for concept in ask.concepts:
        yield Call.of("count_results", concept=concept, **given, **of_period(ask.period))
        if limit:
            yield Call.of("chart", concept=concept, **of_period(ask.period))
    if not ask.concepts:
        yield Call.of("encounters", kind=ask.subject, **of_period(ask.period))


def lowest(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    yield from of_each(ask, "extremes", which="lowest")
    yield from of_each(ask, "chart")


def highest(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    yield from of_each(ask, "extremes", which="highest")
    yield from of_each(ask, "chart")


def mean(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    for concept in ask.concepts:
        yield Call.of("average", concept=concept, **of_period(ask.period))
        yield Call.of("chart", concept=concept, **of_period(ask.period))


def trend(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    for concept in ask.concepts:
        yield Call.of("trend", concept=concept, **of_period(ask.period))
        yield Call.of("chart", concept=concept, **of_period(ask.period))
    yield from of_each(ask, "latest", dated=False)


def compared(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    if ask.period is None or ask.other_period is None:
        yield from trend(ask, brief)
        return
    for concept in ask.concepts:
        yield Call.of(
            "compare_periods",
            concept=concept,
            first_since=ask.period.start,
            first_until=ask.period.end,
            second_since=ask.other_period.start,
            second_until=ask.other_period.end,
        )
        yield Call.of("chart", concept=concept)


def change(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    for concept in ask.concepts:
        yield Call.of("change", concept=concept, **of_period(ask.period))
        yield Call.of("chart", concept=concept)


def real_change(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    for concept in ask.concepts:
        yield Call.of("real_change", concept=concept)
        yield Call.of("chart", concept=concept)


def before_after(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    for concept in ask.concepts:
        yield Call.of("before_and_after", concept=concept, medicine=ask.subject)
        yield Call.of("chart", concept=concept)
    yield Call.of("medicine_timeline", medicine=ask.subject)


def correlation(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    pair = one_pair(ask.concepts)
    if len(pair) == 2:
        yield Call.of("correlate", first=pair[0], second=pair[1], **of_period(ask.period))
        for concept in pair:
            yield Call.of("chart", concept=concept, **of_period(ask.period))
        return
    yield from of_each(ask, "latest")


def abnormal(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    yield Call.of("out_of_range", concepts=tuple(ask.concepts), **of_period(ask.period))


def explain_test(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    yield from of_each(ask, "latest", dated=False)
    for concept in ask.concepts:
        yield Call.of("explain_test", concept=concept)
    if not ask.concepts:
        yield from named(ask)


def explain_result(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    if ask.value is None:
        yield from explain_test(ask, brief)
        return
    for concept in ask.concepts:
        yield Call.of("explain_value", concept=concept, value=ask.value, value_unit=ask.unit)
    yield from of_each(ask, "latest", dated=False)


def in_unit(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    for concept in ask.concepts:
        if ask.unit and ask.value is not None:
            yield Call.of("convert_value", concept=concept, value=ask.value, to_unit=ask.unit)
        elif ask.unit:
            yield Call.of("converted", concept=concept, to_unit=ask.unit)
        else:
            yield Call.of("latest", concept=concept)


def wearable(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    for concept in ask.concepts or ("steps", "sleep_duration", "heart_rate"):
        yield Call.of("daily_summary", concept=concept, **of_period(ask.period))
        yield Call.of("chart", concept=concept, **of_period(ask.period))


def named(ask: Ask, brief: TaskBrief | None = None) -> Iterator[Call]:
    """By the name that the record prints; for what is none of the known concepts."""
    for concept in ask.concepts:
        yield Call.of("latest", concept=concept, **of_period(ask.period))
    if not ask.concepts and ask.subject:
        yield Call.of("find_by_name", words=ask.subject)


def of_each(ask: Ask, tool: str, *, dated: bool = True, **arguments: str) -> Iterator[Call]:
    """The tool for each concept; the two numbers of a blood pressure together where only the newest is wanted."""
    period = of_period(ask.period) if dated else {}
    concepts = list(ask.concepts)
    if tool == "latest" and all(number in concepts for number in PRESSURE):
        yield Call.of("latest_blood_pressure", **period)
        concepts = [concept for concept in concepts if concept not in PRESSURE]
    if tool == "latest" and len(concepts) >= PANEL_FROM and not period:
        yield Call.of("panel", concepts=tuple(concepts))
        return
    for concept in concepts:
        yield Call.of(tool, concept=concept, **arguments, **period)


def one_pair(concepts: tuple[str, ...]) -> tuple[str, ...]:
    """The two that are compared: the top number stands for a blood pressure."""
    kept = [concept for concept in concepts if not (concept == "diastolic" and "systolic" in concepts)]
    return tuple(kept[:2])
