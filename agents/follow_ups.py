"""What could be asked next: a few questions that these records can answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from agents.naming import short
from agents.question import Ask, Intent
from agents.records import Records

MOST = 3
TREND_POINTS = 5

Idea = tuple[Intent, str]
PRESSURE = ("systolic", "diastolic")


def follow_ups(asks: tuple[Ask, ...], *, records: Records) -> tuple[str, ...]:
    """Two or three questions about the same thing and the next one; none that was just asked."""
    asked = {ask.intent for ask in asks}
    ideas = [*about_concepts(asks, records), *about_records(records)]
    questions = dict.fromkeys(question for intent, question in ideas if intent not in asked)
    return tuple(questions)[:MOST]


def about_concepts(asks: tuple[Ask, ...], records: Records) -> Iterator[Idea]:
    """Of the first thing that was asked about and is in the records."""
    concepts = [concept for ask in asks for concept in ask.concepts if records.by_concept.get(concept)]
    for concept in concepts[:1]:
        name = "blood pressure" if concept in PRESSURE else short(concept)
        results = len(records.by_concept[concept])
        if results >= TREND_POINTS:
            yield "trend", f"Is my {name} going up or down over time?"
        if results > 1:
            yield "maximum", f"What is the highest my {name} has ever been?"
        yield "explain_test", f"What does {name} mean?"
        yield "latest_value", f"What was my last {name}?"


def about_records(records: Records) -> Iterator[Idea]:
    """Of what else there is."""
    kinds: tuple[tuple[Intent, str, Callable[[], bool]], ...] = (
        ("abnormal_list", "Which of my latest results are out of range?", lambda: bool(records.by_concept)),
        ("medication_list", "What medicines am I taking?", lambda: bool(records.medications)),
        ("conditions", "What are my active health conditions?", lambda: bool(records.conditions)),
        ("visit_questions", "What should I ask my doctor?", lambda: bool(records.rows)),
        ("immunizations", "Which vaccinations do I have on record?", lambda: bool(records.immunizations)),
        ("allergies", "What am I allergic to?", lambda: bool(records.allergies)),
    )
    for intent, question, there in kinds:
        if there():
            yield intent, question
