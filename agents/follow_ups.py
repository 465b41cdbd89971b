"""What could be asked next: a few questions that these records can answer, in the language of the one that was."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from agents.naming import GROUPS_IN_SPANISH, short, spanish_short
from agents.question import Ask, Intent
from agents.records import Records

MOST = 3
TREND_POINTS = 5

Idea = tuple[Intent, str]
PRESSURE = ("systolic", "diastolic")
ENGLISH: dict[Intent, str] = {
    "trend": "Is my {} going up or down over time?",
    "maximum": "What is the highest my {} has ever been?",
    "explain_test": "What does {} mean?",
    "latest_value": "What was my last {}?",
    "abnormal_list": "Which of my latest results are out of range?",
    "medication_list": "What medicines am I taking?",
    "conditions": "What are my active health conditions?",
    "visit_questions": "What should I ask my doctor?",
    "immunizations": "Which vaccinations do I have on record?",
    "allergies": "What am I allergic to?",
}
SPANISH: dict[Intent, str] = {
    "trend": "¿Cómo ha cambiado mi {} con el tiempo?",
    "maximum": "¿Cuál es el valor más alto de mi {}?",
    "explain_test": "¿Qué significa {}?",
    "latest_value": "¿Cuál fue mi último valor de {}?",
    "abnormal_list": "¿Cuáles de mis resultados están fuera de rango?",
    "medication_list": "¿Qué medicinas tomo?",
    "conditions": "¿Qué enfermedades tengo?",
    "visit_questions": "¿Qué debo preguntar a mi médico?",
    "immunizations": "¿Qué vacunas tengo registradas?",
    "allergies": "¿A qué tengo alergia?",
}


def follow_ups(asks: tuple[Ask, ...], *, records: Records, spanish: bool = False) -> tuple[str, ...]:
    """Two or three questions about the same thing and the next one; none that was just asked."""
    asked = {ask.intent for ask in asks}
    words = SPANISH if spanish else ENGLISH
    ideas = [*about_concepts(asks, records, spanish=spanish), *about_records(records)]
    questions = dict.fromkeys(words[intent].format(name) for intent, name in ideas if intent not in asked)
    return tuple(questions)[:MOST]


def about_concepts(asks: tuple[Ask, ...], records: Records, *, spanish: bool) -> Iterator[Idea]:
    """Of the first thing that was asked about and is in the records, by its name."""
    concepts = [concept for ask in asks for concept in ask.concepts if records.by_concept.get(concept)]
    for concept in concepts[:1]:
        name = spanish_name(concept) if spanish else english_name(concept)
        results = len(records.by_concept[concept])
        if results >= TREND_POINTS:
            yield "trend", name
        if results > 1:
            yield "maximum", name
        yield "explain_test", name
        yield "latest_value", name


def about_records(records: Records) -> Iterator[Idea]:
    """Of what else there is."""
    kinds: tuple[tuple[Intent, Callable[[], bool]], ...] = (
        ("abnormal_list", lambda: bool(records.by_concept)),
        ("medication_list", lambda: bool(records.medications)),
        ("conditions", lambda: bool(records.conditions)),
        ("visit_questions", lambda: bool(records.rows)),
        ("immunizations", lambda: bool(records.immunizations)),
        ("allergies", lambda: bool(records.allergies)),
    )
    for intent, there in kinds:
        if there():
            yield intent, ""


def english_name(concept: str) -> str:
    return "blood pressure" if concept in PRESSURE else short(concept)


def spanish_name(concept: str) -> str:
    return GROUPS_IN_SPANISH["blood_pressure"] if concept in PRESSURE else spanish_short(concept)
