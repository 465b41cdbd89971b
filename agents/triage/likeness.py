"""How alike a message is to what people say in a crisis or an emergency: a second net under the rules.

The rules know signs by their words, and people find new words. This is a plain linear score over the words, the pairs
and triples of words, and the pieces of words in a message; what each weighs was learned from the written cases
(`python -m tests.agents.triage_likeness` learns it anew) and lies in `agents/reference/triage_likeness.tsv`. It can
raise a message that no rule fired on, and never lowers one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from math import exp, sqrt
from typing import NamedTuple

WORDS_IN_A_ROW = 3
SHORTEST_PIECE, LONGEST_PIECE = 3, 5

_WORD = re.compile(r"[a-z0-9]+")
_NUMBER = re.compile(r"\d+(?:[.,/]\d+)*")


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


def features(text: str) -> Iterator[tuple[str, float]]:
    """Words in a row (`_chest pain`) and pieces of words (`ches`), each kind weighed to the length of one.

    All numbers are one: what they amount to is for `agents.triage.readings` to say.
    """
    words = _WORD.findall(_NUMBER.sub("0", text))
    yield from _shared(
        {f"_{' '.join(words[i : i + n])}" for n in range(1, WORDS_IN_A_ROW + 1) for i in _starts(words, n)}
    )
    yield from _shared({piece for word in words for piece in _pieces(f" {word} ")})


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


def _starts(words: list[str], length: int) -> range:
    return range(len(words) - length + 1)


def _pieces(word: str) -> Iterator[str]:
    for length in range(SHORTEST_PIECE, LONGEST_PIECE + 1):
        for start in range(len(word) - length + 1):
            yield word[start : start + length]


def _shared(found: Iterable[str]) -> Iterator[tuple[str, float]]:
    names = sorted(found)
    return ((name, 1 / sqrt(len(names))) for name in names)


def _chance(score: float) -> float:
    return 1 / (1 + exp(-max(-30.0, min(30.0, score))))
