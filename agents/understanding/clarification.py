"""One question back, with the two best readings as options, each a full question."""

from __future__ import annotations

import re

from agents.concepts import CONCEPTS
from agents.events import Clarify, Option
from agents.languages import Words
from agents.question import Ask
from agents.records import Records
from agents.understanding.phrasing import name_of, question_for, summary_of
from agents.understanding.spanish_phrasing import summary_in_spanish

_VAGUE = (
    (
        r"\bheart|cardi",
        ("My blood pressure", "What is my latest blood pressure?"),
        ("My heart risk", "What is my 10-year heart risk?"),
    ),
    (
        r"\bmed|pill|tablet|drug|dose",
        ("The medicines I take", "Which medicines am I taking now?"),
        ("Whether they go together", "Do my medicines interact with each other?"),
    ),
    (
        r"\blab|blood|test|result|number",
        ("What is out of range", "Which of my latest results are out of range?"),
        ("A summary of my results", "Can you summarise my latest blood tests?"),
    ),
    (
        r"\btired|fatigue|energy|weak",
        ("My blood count", "What is my latest hemoglobin?"),
        ("My thyroid", "What is my latest TSH?"),
    ),
    (
        r"",
        ("A summary of my health", "Can you summarise my health?"),
        ("What is out of range", "Which of my latest results are out of range?"),
    ),
)


_VAGUE_IN_SPANISH = (
    (
        r"corazon|cardi",
        ("Mi presión arterial", "¿Cuál es mi última presión arterial?"),
        ("Mi riesgo del corazón", "¿Cuál es mi riesgo cardíaco?"),
    ),
    (
        r"\bmedic|pastilla|dosis",
        ("Las medicinas que tomo", "¿Qué medicinas tomo?"),
        ("Si van bien juntas", "¿Mis medicinas interactúan entre sí?"),
    ),
    (
        r"laboratorio|sangre|analisis|prueba|resultado|numero",
        ("Lo que está fuera de rango", "¿Cuáles de mis resultados están fuera de rango?"),
        ("Un resumen de mis resultados", "Resumen de mis análisis de sangre"),
    ),
    (
        r"cansa|fatiga|energia|debil",
        ("Mi hemoglobina", "¿Cuál es mi última hemoglobina?"),
        ("Mi tiroides", "¿Cuál es mi última TSH?"),
    ),
    (
        r"",
        ("Un resumen de mi salud", "¿Me haces un resumen de mi salud?"),
        ("Lo que está fuera de rango", "¿Cuáles de mis resultados están fuera de rango?"),
    ),
)
WHICH = Words("Which of these do you mean?", "¿A cuál de estas se refiere?")
UNSURE = Words(
    "I am not sure what you would like to know. Is it one of these?",
    "No estoy seguro de qué quiere saber. ¿Es una de estas?",
)


def clarify_between(best: Ask, rival: Ask, *, spanish: bool = False) -> Clarify | None:
    """Ask which of two readings is meant; None where they come to the same words."""
    said = summary_in_spanish if spanish else summary_of
    options = tuple(Option(label=said([ask]).rstrip("."), question=question_for(ask)) for ask in (best, rival))
    if options[0].question == options[1].question:
        return None
    return Clarify(question=WHICH.told(spanish=spanish), options=options)


def clarify_leaning(text: str, records: Records) -> Clarify | None:
    """Ask which test is meant where a question says only "that" or a time; None for any other question."""
    pronoun = re.search(r"\b(?:it|that|this|those|these|they)\b", text)
    period = re.fullmatch(
        (
            r"(?:and|what about|how about|ok|so|but)? ?(?P<time>(?:in |since |over |the )?(?:last|"
            r"past|this|(?:19|20)\d\d)\b.*)"
        ),
        text,
    )
    if len(text.split()) > 8 or not (pronoun or period):
        return None
    known = [concept for concept in CONCEPTS if concept in records.by_concept]
    often = sorted(known, key=lambda concept: -len(records.by_concept[concept]))
    names = list(dict.fromkeys(name_of(_together(concept)) for concept in often))[:2]
    if len(names) < 2:
        return None
    options = tuple(
        Option(
            label=f"My {name}",
            question=f"What was my {name} {period['time']}?"
            if period
            else f"{text[: pronoun.start()]}my {name}{text[pronoun.end() :]}?".capitalize()
            if pronoun
            else "",
        )
        for name in names
    )
    return Clarify(question="Which result do you mean?", options=options)


def _together(concept: str) -> tuple[str, ...]:
    return ("systolic", "diastolic") if concept in {"systolic", "diastolic"} else (concept,)


def clarify_vague(text: str, *, spanish: bool = False) -> Clarify:
    """Offer two questions near the words that were not understood."""
    offered = _VAGUE_IN_SPANISH if spanish else _VAGUE
    first, second = next((one, other) for pattern, one, other in offered if re.search(pattern, text))
    return Clarify(
        question=UNSURE.told(spanish=spanish),
        options=tuple(Option(label=label, question=question) for label, question in (first, second)),
    )
