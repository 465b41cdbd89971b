"""How alike a question is to those of each intent: what speaks where the cues are silent or weak.

The cues know wordings; people find others. This is a linear score over the words of a question's frame, learned from
the written questions (`python -m tests.agents.intent_likeness` learns it anew), in
`agents/reference/intent_likeness.tsv`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from math import exp
from typing import NamedTuple

from agents.question import Intent
from agents.understanding.slots import Slots
from agents.word_pieces import features, weights


class Weights(NamedTuple):
    intents: tuple[Intent, ...]
    of: Mapping[str, tuple[tuple[int, float], ...]]
    """By feature: the place of an intent, and what the feature weighs for it."""


def likeliest(slots: Slots) -> tuple[Intent, float]:
    """The intent that the question is most like, and its chance between 0 and 1."""
    known = learned()
    scores = [0.0] * len(known.intents)
    for feature, share in pieces(slots):
        for place, weight in known.of.get(feature, ()):
            scores[place] += share * weight
    highest = max(scores)
    chances = [exp(score - highest) for score in scores]
    return known.intents[scores.index(highest)], max(chances) / sum(chances)


def pieces(slots: Slots) -> Iterator[tuple[str, float]]:
    """The features of a question, with the kinds of what it names in place of the names."""
    frame = re.sub(r"\b[A-Z]+\b", lambda named: f"q{named[0].lower()}", slots.frame)
    return features(f"zz {frame} yy", shortest=4)


@cache
def learned() -> Weights:
    """The weights as they were learned."""
    names, *rows = weights("intent")
    return Weights(
        tuple(names[1:]),  # type: ignore[arg-type]
        {
            feature: tuple((int(place), float(weight)) for place, weight in (one.split(":") for one in found))
            for feature, *found in rows
        },
    )
