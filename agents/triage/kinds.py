"""What kinds of words a message holds, and which kinds come after which: "regalé mi perro" as "I gave my cat away".

Each kind is a line of `agents/reference/triage_kinds.txt`, English and Spanish; `pill*` is every word that begins so.
A test that is named is a kind too, whatever its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from math import sqrt

from agents.concepts import mentions

TEST = "qtest"
"""Stands for the name of any test."""
NEAR_WORDS = 12
"""How far apart two words may be that count as one after the other."""
_STEM_LETTERS = 3
_WORD = re.compile(r"[a-z0-9]+")


def without_names(text: str) -> str:
    """The text with each name of a test as one and the same word."""
    said, last = [], 0
    for mention in mentions(text):
        said += [text[last : mention.start], TEST]
        last = mention.end
    return "".join([*said, text[last:]])


def kinds(text: str) -> Iterator[tuple[str, float]]:
    """The kinds (`#pills`) and the pairs of kinds (`#give>pet`) in a text, weighed to the length of one."""
    found = set(_found(_WORD.findall(text)))
    share = 1 / sqrt(len(found)) if found else 0.0
    return ((name, share) for name in sorted(found))


def _found(words: Iterable[str]) -> Iterator[str]:
    of_kind = [(place, kind) for place, word in enumerate(words) for kind in kinds_of(word)]
    for index, (place, kind) in enumerate(of_kind):
        yield f"#{kind}"
        for later, other in of_kind[index + 1 :]:
            if later - place > NEAR_WORDS:
                break
            if later > place:
                yield f"#{kind}>{other}"


@lru_cache(maxsize=8192)
def kinds_of(word: str) -> tuple[str, ...]:
    """The kinds of a word in plain letters."""
    if word == TEST:
        return ("test",)
    whole, stems = _lists()
    begun = (kind for stem, kind in stems.get(word[:_STEM_LETTERS], ()) if word.startswith(stem))
    return tuple(sorted({*whole.get("0" if word.isdigit() else word, ()), *begun}))


@cache
def _lists() -> tuple[Mapping[str, set[str]], Mapping[str, list[tuple[str, str]]]]:
    """The kinds by whole word, and by the first letters of a stem: the stem and its kind."""
    whole: dict[str, set[str]] = {}
    stems: dict[str, list[tuple[str, str]]] = {}
    for kind, word in _listed():
        if word.endswith("*"):
            stems.setdefault(word[:_STEM_LETTERS], []).append((word[:-1], kind))
        else:
            whole.setdefault(word, set()).add(kind)
    return whole, stems


def _listed() -> Iterator[tuple[str, str]]:
    text = files("agents.reference").joinpath("triage_kinds.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            kind, words = line.split(": ")
            yield from ((kind, word) for word in words.split())
