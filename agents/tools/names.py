"""How a concept is called in a sentence, and what it is."""

from __future__ import annotations

import re

from pydantic_ai import ModelRetry

from agents.concepts import CONCEPTS, Concept
from agents.events import Claim
from agents.tools.desk import Desk

SHORT = {
    "a1c": "HbA1c",
    "glucose": "blood sugar (glucose)",
    "vitamin_d": "vitamin D",
    "egfr": "eGFR (estimated kidney filtration)",
    "co2": "bicarbonate",
    "bilirubin": "bilirubin",
    "systolic": "systolic blood pressure (the top number)",
    "diastolic": "diastolic blood pressure (the bottom number)",
    "weight": "weight",
    "height": "height",
    "bmi": "body mass index (BMI)",
    "steps": "step count",
    "sleep_duration": "sleep time",
    "hrv": "heart rate variability",
}
"""Where the table's own name does not read well in a sentence."""


def concept_of(concept: str) -> Concept:
    """The concept with that id.

    Raises:
        ModelRetry: there is none; the message tells the model what to do.
    """
    found = CONCEPTS.get(concept)
    if found is None:
        raise ModelRetry(f"There is no concept {concept!r}. Use an id from the brief, such as a1c, ldl or creatinine.")
    return found


def called(concept: str) -> str:
    """The name inside a sentence: `LDL cholesterol`, `potassium`, `HbA1c`."""
    if concept in SHORT:
        return SHORT[concept]
    display = CONCEPTS[concept].display if concept in CONCEPTS else concept.replace("_", " ")
    return display if re.match(r"[A-Z][A-Z0-9\-]|Vitamin|Free", display) else display[:1].lower() + display[1:]


def topic_of(concept: str) -> str:
    """The heading under which its claims stand."""
    name = called(concept).partition(" (")[0]
    return name if name[:2] in ("eG", "Hb") else name[:1].upper() + name[1:]


def defined(desk: Desk, concept: str, *, topic: str | None = None) -> Claim | None:
    """What the test is, in a sentence or two; once on each desk."""
    found = CONCEPTS.get(concept)
    if found is None or any(claim.text == found.about for claim in desk.claims.values()):
        return None
    return desk.state(
        found.about, kind="knowledge", topic=topic or topic_of(concept), concept=concept, source=found.source
    )


def absent(desk: Desk, concept: str, *, topic: str | None = None, period: str = "") -> Claim:
    """That there is no result of it; no number."""
    name = called(concept).partition(" (")[0]
    span = f" {period}" if period else ""
    return desk.state(
        f"There is no {name} result in your records{span}. "
        "It may have been measured somewhere whose records are not here.",
        kind="limit",
        topic=topic or topic_of(concept),
        concept=concept,
    )
