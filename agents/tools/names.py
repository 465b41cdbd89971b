"""What a concept is, and that there is no result of it."""

from __future__ import annotations

from pydantic_ai import ModelRetry

from agents.concepts import CONCEPTS, Concept
from agents.events import Claim
from agents.naming import short, topic_of
from agents.tools.desk import Desk


def concept_of(concept: str) -> Concept:
    """The concept with that id.

    Raises:
        ModelRetry: there is none; the message tells the model what to do.
    """
    found = CONCEPTS.get(concept)
    if found is None:
        raise ModelRetry(f"There is no concept {concept!r}. Use an id from the brief, such as a1c, ldl or creatinine.")
    return found


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
    name = short(concept)
    span = f" {period}" if period else ""
    return desk.state(
        f"There is no {name} result in your records{span}. "
        "It may have been measured somewhere whose records are not here.",
        kind="limit",
        topic=topic or topic_of(concept),
        concept=concept,
    )
