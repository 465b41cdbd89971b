"""Score what a question asks for, by the cues that its wording gives.

An intent's score is the weight of its strongest cue, and a little more for each further one. Weights: 2 a bare name,
4 to 6 a usual wording, 7 to 10 a wording that hardly means anything else, 20 and more what must be recognised before
anything else (somebody else's records, orders inside the text, a wish for treatment).
"""

from __future__ import annotations

from agents.question import Intent
from agents.understanding.cues import CUES
from agents.understanding.likeness import likeliest
from agents.understanding.slots import WEARABLES, Slots

MARGIN = 0.3
"""Two intents that come closer than this are not told apart."""
CERTAIN = 20.0
"""From this score on nothing that was said before changes the reading."""
FURTHER_CUE = 0.1
STRONG = 5.0
"""From this score on the cues are believed against the learned likeness."""
LIKE = 0.7
"""From this chance on the likeness is believed against weaker cues."""
ENOUGH = 7.0
"""What the likeness counts for, and its chance on top."""
LEAST_WORDS = 3
NOT_BY_LIKENESS = frozenset({"privacy", "out_of_scope", "out_of_record", "smalltalk", "unclear", "wearable"})
"""What a question must say in so many words."""


def scored(slots: Slots) -> list[tuple[Intent, float]]:
    """How strongly the question speaks for each intent, the strongest first; an intent without a cue is left out."""
    weights: dict[Intent, list[float]] = {}
    for cue in CUES:
        if cue.speaks(slots):
            weights.setdefault(cue.intent, []).append(cue.weight)
    totals = {intent: max(found) + FURTHER_CUE * (len(found) - 1) for intent, found in weights.items()}
    ranked = sorted(totals.items(), key=lambda item: -item[1])
    return ranked if ranked and ranked[0][1] >= STRONG else _with_likeness(ranked, slots)


def _with_likeness(ranked: list[tuple[Intent, float]], slots: Slots) -> list[tuple[Intent, float]]:
    """The ranking with the likeliest intent in front, where the question names something and it is likely enough."""
    if not (slots.tests or slots.names) or len(slots.frame.split()) < LEAST_WORDS:
        return ranked
    intent, chance = likeliest(slots)
    if chance < LIKE or intent in NOT_BY_LIKENESS or (ranked and ranked[0][0] == intent):
        return ranked
    return [(intent, ENOUGH + chance), *((other, score) for other, score in ranked if other != intent)]


def only_wearables(slots: Slots) -> bool:
    """Whether everything that is named comes from a watch or phone."""
    return bool(slots.tests) and set(slots.concepts) <= WEARABLES
