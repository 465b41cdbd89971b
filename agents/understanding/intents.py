"""Score what a question asks for, by the cues that its wording gives.

An intent's score is the weight of its strongest cue, and a little more for each further one. Weights: 2 a bare name,
4 to 6 a usual wording, 7 to 10 a wording that hardly means anything else, 20 and more what must be recognised before
anything else (somebody else's records, orders inside the text, a wish for treatment).
"""

from __future__ import annotations

from agents.question import Intent
from agents.understanding.cues import CUES
from agents.understanding.slots import WEARABLES, Slots

MARGIN = 0.3
"""Two intents that come closer than this are not told apart."""
CERTAIN = 20.0
"""From this score on nothing that was said before changes the reading."""
FURTHER_CUE = 0.1


def scored(slots: Slots) -> list[tuple[Intent, float]]:
    """How strongly the question speaks for each intent, the strongest first; an intent without a cue is left out."""
    weights: dict[Intent, list[float]] = {}
    for cue in CUES:
        if cue.speaks(slots):
            weights.setdefault(cue.intent, []).append(cue.weight)
    totals = {intent: max(found) + FURTHER_CUE * (len(found) - 1) for intent, found in weights.items()}
    return sorted(totals.items(), key=lambda item: -item[1])


def only_wearables(slots: Slots) -> bool:
    """Whether everything that is named comes from a watch or phone."""
    return bool(slots.tests) and set(slots.concepts) <= WEARABLES
