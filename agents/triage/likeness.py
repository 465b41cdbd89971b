"""How alike a message is to what people say in a crisis or an emergency: a second net under the rules.

The rules know signs by their words, and people find new words. This is a plain linear score over the words, the pairs
and triples of words, and the pieces of words in a message; what each weighs was learned from the written cases
(`python -m tests.agents.triage_likeness` learns it anew) and lies in `agents/reference/triage_likeness.tsv`. It can
raise a message that no rule fired on, and never lowers one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from math import exp
from typing import NamedTuple

from agents.word_pieces import features


class Likeness(NamedTuple):
    """Chances between 0 and 1, of two separate questions: they need not add up to 1."""

    crisis: float
    emergency: float


class Weights(NamedTuple):
    bias: Likeness
    of: Mapping[str, Likeness]


@lru_cache(maxsize=256)
def likeness(text: str) -> Likeness:
    """The score of a message in plain words (`agents.triage.plain`)."""
    weights = learned()
    crisis, emergency = weights.bias
    for feature, share in features(text):
        found = weights.of.get(feature)
        if found:
            crisis += share * found.crisis
            emergency += share * found.emergency
    return Likeness(_chance(crisis), _chance(emergency))


@cache
def learned() -> Weights:
    """The weights as they were learned."""
    lines = files("agents.reference").joinpath("triage_likeness.tsv").read_text(encoding="utf-8").splitlines()
    found = {}
    for line in lines:
        if not line.startswith("#"):
            feature, crisis, emergency = line.split("\t")
            found[feature] = Likeness(float(crisis), float(emergency))
    return Weights(found.pop(""), found)


def _chance(score: float) -> float:
    return 1 / (1 + exp(-max(-30.0, min(30.0, score))))
