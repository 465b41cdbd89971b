"""Calls for the questions that need everything: a summary, what to ask a doctor, how to live."""

from __future__ import annotations

from collections.abc import Iterator

from agents.brief import TaskBrief
from agents.question import Ask
from agents.rules.calls import Call
from agents.rules.measurement_calls import of_each

LIPIDS = ("total_cholesterol", "ldl", "hdl", "triglycerides")
DIABETES = ("a1c", "glucose")


def summary(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    """What each specialist brings to a summary; the whole of it where one works alone."""
    yield Call.of("record_summary")
    yield Call.of("problem_list")
    yield Call.of("active_medicines")
    yield Call.of("allergies")
    yield Call.of("blood_pressure_category")
    yield Call.of("panel", concepts=LIPIDS)
    yield Call.of("non_hdl")
    yield Call.of("panel", concepts=DIABETES)
    yield Call.of("out_of_range")
    yield Call.of("kidney_function")
    yield Call.of("check_interactions")
    yield Call.of("body_mass_index")
    yield Call.of("immunizations")
    yield Call.of("screening")
    yield Call.of("moving_series")
    yield Call.of("question_list")


def visit_questions(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    yield Call.of("question_list")


def lifestyle(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    for concept in ask.concepts:
        yield Call.of("lifestyle_advice", concept=concept)
    if not ask.concepts:
        yield Call.of("lifestyle_advice", topic=ask.subject)
    yield from of_each(ask, "latest", dated=False)
