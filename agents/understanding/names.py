"""Find the names of medicines, conditions, vaccines, procedures and visits in a question: the "
"person's own come first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from agents.records import Records
from agents.understanding.lexicon import PHRASES, Kind
from agents.understanding.spelling import normalise
from agents.understanding.wordlist import words

_FORMS = words(
    """
    tablet tablets oral capsule capsules injection injectable suspension solution pack day metered dose inhaler
    implant drug system transdermal intrauterine extended release delayed human actuat unit units unt tab cap mg ml
    mcg hr sodium potassium calcium chloride hydrochloride sulfate acetate propionate tartrate maleate succinate
    besylate regular acid adult pediatric preservative free seasonal injectable single shot vaccine with without and
    for the of per in vitamin vitamins
    """
)
_SALTS = words(
    """
    sodium potassium calcium hydrochloride chloride sulfate acetate propionate tartrate maleate
    """
)
_CONDITION_WORDS = words(
    """
    disorder finding situation disease diseases syndrome chronic acute history single due type mellitus first second
    left right upper lower normal body mass index stage injury problem pain blood pressure viral bacterial primary
    essential unspecified severe moderate mild male female risk status left sided
    """
)
_OTHER_WORDS = words("procedure test screening measurement examination general brief of and the for")


class Name(NamedTuple):
    """A name in the text, and what kind of thing it names."""

    kind: Kind
    text: str
    start: int
    end: int
    own: bool = False
    """Whether it stands in the person's records."""


def own_names(records: Records) -> dict[str, Kind]:
    """Every phrase that names something in these records, in normalised words."""
    found: dict[str, Kind] = {}
    for observation in records.observations:
        if observation.concept is None:
            for phrase in _observation_phrases(observation.name):
                found.setdefault(phrase, "observation")
    for procedure in records.procedures:
        found.setdefault(_plain(procedure.name), "procedure")
    for immunization in records.immunizations:
        found.setdefault(_plain(immunization.name).split(" seasonal")[0], "vaccine")
    for condition in records.conditions:
        found.update(dict.fromkeys(_condition_phrases(condition.name), "condition"))
    for medication in records.medications:
        found.update(dict.fromkeys(_medicine_phrases(medication.name), "medicine"))
    return {phrase: kind for phrase, kind in found.items() if len(phrase) > 2}


def names_in(text: str, own: Mapping[str, Kind]) -> list[Name]:
    """The names in normalised text, longest match first, left to right."""
    words = [(match[0], match.start(), match.end()) for match in re.finditer(r"[\w&/+-]+(?:'s)?", text)]
    own_by_word, known_by_word = _by_first_word(own), _lexicon()
    found: list[Name] = []
    index = 0
    while index < len(words):
        name = _longest(words, index, own_by_word, own=True) or _longest(words, index, known_by_word, own=False)
        if name is None:
            index += 1
            continue
        found.append(name)
        index = next((i for i, word in enumerate(words) if word[1] >= name.end), len(words))
    return found


def own_vocabulary(own: Mapping[str, Kind]) -> frozenset[str]:
    """The words of the person's own names, for mending typos."""
    return frozenset(word for phrase in own for word in re.findall(r"[a-z]+", phrase) if len(word) > 4)


@lru_cache(maxsize=4096)
def _plain(name: str) -> str:
    without = re.sub(r"\((?:procedure|disorder|finding|situation|adult)\)", " ", name.lower())
    return normalise(re.sub(r"[()\[\],/]", " ", without))


def _observation_phrases(name: str) -> Iterator[str]:
    plain = normalise(re.sub(r"\[[^\]]*\]|\([^)]*\)", " ", name))
    yield plain
    yield from (
        word for word in plain.split() if word.isalpha() and 3 < len(word) < 7 and word in {"qols", "daly", "qaly"}
    )


def _medicine_phrases(name: str) -> Iterator[str]:
    words = [word for word in re.findall(r"[a-z][a-z-]+", _plain(name)) if word not in _FORMS - _SALTS]
    yield " ".join(words)
    yield from (word for word in words if word not in _FORMS and len(word) > 3)


def _condition_phrases(name: str) -> Iterator[str]:
    plain = _plain(name)
    yield plain
    for part in re.split(r" - | due to ", name.lower()):
        yield _plain(part)
    yield from (word for word in plain.split() if word.isalpha() and len(word) > 5 and word.endswith(_DISEASE_ENDINGS))
    if "prediabetes" not in plain and "diabet" in plain:
        yield "diabetes"


_DISEASE_ENDINGS = (
    "itis",
    "osis",
    "emia",
    "pathy",
    "epsy",
    "oma",
    "algia",
    "rhea",
    "asthma",
    "eczema",
    "tension",
    "fibrillation",
)


def _by_first_word(phrases: Mapping[str, Kind]) -> dict[str, list[tuple[tuple[str, ...], Kind]]]:
    found: dict[str, list[tuple[tuple[str, ...], Kind]]] = {}
    for phrase, kind in phrases.items():
        words = tuple(phrase.split())
        if words:
            found.setdefault(words[0], []).append((words, kind))
    for candidates in found.values():
        candidates.sort(key=lambda candidate: -len(candidate[0]))
    return found


@cache
def _lexicon() -> dict[str, list[tuple[tuple[str, ...], Kind]]]:
    first: dict[str, Kind] = {}
    for phrase, kind in PHRASES:
        first.setdefault(phrase, kind)
    return _by_first_word(first)


def _longest(
    words: list[tuple[str, int, int]],
    index: int,
    phrases: Mapping[str, list[tuple[tuple[str, ...], Kind]]],
    *,
    own: bool,
) -> Name | None:
    first = words[index][0].removesuffix("'s")
    for form in (first, first.removesuffix("s")):
        for phrase, kind in phrases.get(form, ()):
            window = words[index : index + len(phrase)]
            if len(window) == len(phrase) and all(
                _same(word[0], part) for word, part in zip(window, phrase, strict=True)
            ):
                return Name(
                    kind, " ".join(word[0].removesuffix("'s") for word in window), window[0][1], window[-1][2], own
                )
    return None


def _same(word: str, part: str) -> bool:
    word = word.removesuffix("'s")
    return word == part or word == f"{part}s" or word == f"{part}es"
