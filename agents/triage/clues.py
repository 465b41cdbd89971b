"""Which patterns of a list can match a text at all, told from three letters that each of them needs.

A message is looked through once for its groups of three letters, instead of once for each of some two hundred
patterns, of which an ordinary question holds none. What is left out could not have matched: a pattern of which no
necessary letters are known is always looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from re import _constants as kinds  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from agents.triage.patterns import patterns

LETTERS = 3

Words = frozenset[str]
"""Of these pieces of text, at least one is in whatever matches."""


@cache
def _index(name: str) -> tuple[dict[str, tuple[tuple[str, str], ...]], frozenset[str]]:
    """By its last letters, each piece of text that a pattern of a list needs, with the pattern's heading.

    And the headings of the patterns that may match anything.
    """
    by_letters: dict[str, list[tuple[str, str]]] = {}
    anything: set[str] = set()
    for heading, pattern in patterns(name).items():
        words = needed(pattern)
        if words is None:
            anything.add(heading)
        for word in words or ():
            by_letters.setdefault(word[-LETTERS:], []).append((word, heading))
    return {letters: tuple(words) for letters, words in by_letters.items()}, frozenset(anything)


@lru_cache(maxsize=64)
def possible(name: str, text: str) -> frozenset[str]:
    """The headings of the patterns in a list that may match the text; none that is missing here does."""
    by_letters, anything = _index(name)
    found = set(anything)
    for letters in {text[at : at + LETTERS] for at in range(len(text) - LETTERS + 1)} & by_letters.keys():
        found.update(heading for word, heading in by_letters[letters] if word in text)
    return frozenset(found)


def needed(pattern: re.Pattern[str]) -> Words | None:
    """Pieces of text, each of three letters at least, of which one is in all that matches; None if there are none."""
    if pattern.flags & re.IGNORECASE:
        return None
    return _of_sequence(parser.parse(pattern.pattern, pattern.flags))


def _of_sequence(items: Iterable[tuple[Any, Any]]) -> Words | None:
    return min(_needs(items), key=_cost, default=None)


def _needs(items: Iterable[tuple[Any, Any]]) -> Iterator[Words]:
    """What each part of a sequence needs, runs of plain letters as one piece."""
    run = ""
    for kind, value in items:
        if kind is kinds.LITERAL:
            run += chr(value)
            continue
        if len(run) >= LETTERS:
            yield frozenset({run})
        run = ""
        if (words := _of_item(kind, value)) is not None:
            yield words
    if len(run) >= LETTERS:
        yield frozenset({run})


def _of_item(kind: Any, value: Any) -> Words | None:
    if kind is kinds.SUBPATTERN:
        _, added, removed, inner = value
        return None if added or removed else _of_sequence(inner)
    if kind is kinds.ATOMIC_GROUP:
        return _of_sequence(value)
    if kind is kinds.BRANCH:
        branches = [_of_sequence(branch) for branch in value[1]]
        known = [words for words in branches if words is not None]
        return frozenset().union(*known) if len(known) == len(branches) else None
    if kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT):
        least, _, inner = value
        return _of_sequence(inner) if least else None
    return None


def _cost(words: Words) -> float:
    """Rather few pieces, and long ones: those are rare."""
    return sum(1 / len(word) for word in words)
