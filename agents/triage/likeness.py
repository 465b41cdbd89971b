"""How alike a message is to what people say in a crisis or an emergency: a second net under the rules.

The rules know signs by their words, and people find new words. This is a plain linear score over the words, the pairs
and triples of words, the pieces of words and the kinds of words in a message; what each weighs was learned from the
written cases and messages (`python -m tests.agents.triage_likeness` learns it anew) and lies in
`agents/reference/triage_likeness.tsv`. It can raise a message that no rule fired on, and never lowers one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from math import exp
from typing import NamedTuple

from agents.triage.kinds import kinds, without_names
from agents.word_pieces import features, weights


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
    known = learned()
    crisis, emergency = known.bias
    for feature, share in pieces(text):
        found = known.of.get(feature)
        if found:
            crisis += share * found.crisis
            emergency += share * found.emergency
    return Likeness(_chance(crisis), _chance(emergency))


def pieces(text: str) -> Iterator[tuple[str, float]]:
    """The features of a message: its words in a row and pieces of words, and what kinds of words they are."""
    read = without_names(text)
    yield from features(read)
    yield from kinds(read)


@cache
def learned() -> Weights:
    """The weights as they were learned."""
    found = {feature: Likeness(float(crisis), float(emergency)) for feature, crisis, emergency in weights("triage")}
    return Weights(found.pop(""), found)


def _chance(score: float) -> float:
    return 1 / (1 + exp(-max(-30.0, min(30.0, score))))
