"""What a condition is, in a sentence or two: the table `reference/conditions.json`, each entry with source and date."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import msgspec

_WORDS = (
    "a an the my of in on and essential primary chronic acute mild moderate severe stage type disease disorder left "
    "right both knee hip hand shoulder spine adult onset recurrent single episode major simple 1 2 3 3a 3b 4 5"
)
_NARROWS_LITTLE = frozenset(_WORDS.split())
"""Words that may stand beside a name without making another illness of it."""


class Described(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    words: tuple[str, ...]
    """As people and records say it, in lower case."""
    about: str
    source: str
    date: str


@cache
def conditions() -> tuple[Described, ...]:
    raw = files("agents.reference").joinpath("conditions.json").read_bytes()
    return tuple(msgspec.json.decode(raw, type=list[Described]))


def described(words: str) -> Described | None:
    """The entry for a condition as it was said; None rather than that of another illness with a like name."""
    asked = " ".join(re.findall(r"[\w'-]+", words.casefold()))
    found = [(name, entry) for entry in conditions() for name in entry.words if _means(asked, name)]
    return max(found, key=lambda one: len(one[0]))[1] if found else None


def _means(asked: str, name: str) -> bool:
    match = re.search(rf"(?<![\w-]){re.escape(name)}s?(?![\w-])", asked)
    if match is None:
        return False
    beside = (asked[: match.start()] + asked[match.end() :]).split()
    return all(word in _NARROWS_LITTLE for word in beside)
