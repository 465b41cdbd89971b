"""Calls for questions about conditions, procedures, visits and prevention."""

from __future__ import annotations

from collections.abc import Iterator

from agents.brief import TaskBrief
from agents.question import Ask
from agents.rules.calls import Call, of_period


def conditions(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    if ask.subject:
        yield Call.of("ever_diagnosed", condition=ask.subject)
    else:
        yield Call.of("problem_list")


def ever_diagnosed(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    yield from conditions(ask, brief)


def explain_condition(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    yield Call.of("explain_condition", condition=ask.subject)


def procedures(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    yield Call.of("procedures", procedure=ask.subject, **of_period(ask.period))


def encounters(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    yield Call.of("encounters", kind=ask.subject, **of_period(ask.period))


def immunizations(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    yield Call.of("immunizations", vaccine=ask.subject, **of_period(ask.period))


def last_immunization(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    if ask.subject:
        yield Call.of("last_immunization", vaccine=ask.subject)
    else:
        yield Call.of("immunizations")


def screening(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    yield Call.of("screening", test=ask.subject)
