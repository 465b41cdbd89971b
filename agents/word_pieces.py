"""What a learned score weighs of a text: its words in a row, and pieces of its words; where its weights are read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from importlib.resources import files
from math import sqrt

_WORD = re.compile(r"[a-z0-9]+")
_NUMBER = re.compile(r"\d+(?:[.,/]\d+)*")


def features(text: str, *, in_a_row: int = 3, shortest: int = 3, longest: int = 5) -> Iterator[tuple[str, float]]:
    """Words in a row (`_chest pain`) and pieces of words (`ches`), each kind weighed to the length of one.

    `text` is in lower case. All numbers are one: what they amount to is for others to say.
    """
    words = _WORD.findall(_NUMBER.sub("0", text))
    yield from _shared({f"_{' '.join(words[i : i + n])}" for n in range(1, in_a_row + 1) for i in _starts(words, n)})
    yield from _shared({piece for word in words for piece in _pieces(f" {word} ", shortest, longest)})


def weights(name: str) -> Iterator[list[str]]:
    """The lines of `agents/reference/<name>_likeness.tsv`, each as its fields: a feature, then what it weighs."""
    lines = files("agents.reference").joinpath(f"{name}_likeness.tsv").read_text(encoding="utf-8").splitlines()
    return (line.split("\t") for line in lines if not line.startswith("#"))


def _starts(words: list[str], length: int) -> range:
    return range(len(words) - length + 1)


def _pieces(word: str, shortest: int, longest: int) -> Iterator[str]:
    for length in range(shortest, longest + 1):
        for start in range(len(word) - length + 1):
            yield word[start : start + length]


def _shared(found: Iterable[str]) -> Iterator[tuple[str, float]]:
    names = sorted(found)
    return ((name, 1 / sqrt(len(names))) for name in names)
