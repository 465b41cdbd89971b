"""What a medicine's printed name contains: its ingredients, their classes, the strength.

"Simvistatin 10 MG", "Warfarin Sodium 5 MG Oral Tablet", "Coumadin" and "120 ACTUAT Fluticasone propionate 0.044
MG/ACTUAT Metered Dose Inhaler" are read by the ingredient names and brand names of `reference/medicines.json`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

import msgspec

_STRENGTH = re.compile(r"(\d+(?:[.,]\d+)?)\s*mg\b(?!/)", re.IGNORECASE)
_WORD = re.compile(r"[a-z][a-z'-]*")
_LEFT_OUT = re.compile(
    r"\b(?:\d[\w.,/]*|mg|mcg|ug|ml|meq|unit|units|hr|actuat|oral|tablet|tablets|capsule|capsules|solution|suspension|injection|"
    r"injectable|metered|dose|inhaler|extended|delayed|release|pack|day|topical|cream|ointment|patch|spray|prefilled|"
    r"syringe|pen|chewable|disintegrating|ophthalmic|drops|nasal|rectal|vaginal|transdermal|system|powder|film|coated)\b.*",
    re.IGNORECASE | re.DOTALL,
)
_TYPO_LETTERS = 8
_SALTS = frozenset({"potassium", "calcium", "magnesium", "aluminum"})
_OWN_SALT = r"(?:chloride|citrate|carbonate|gluconate|bicarbonate|oxide|hydroxide|sulfate)"
"""Otherwise the metal is only the salt that another ingredient comes as: "losartan potassium"."""


class DrugClass(msgspec.Struct, frozen=True):
    display: str
    ingredients: tuple[str, ...]


class _Medicines(msgspec.Struct, frozen=True):
    source: str
    date: str
    classes: dict[str, DrugClass]
    other_ingredients: tuple[str, ...]
    aliases: dict[str, str]


@cache
def table() -> _Medicines:
    """The ingredients, classes and brand names that are known."""
    raw = files("agents.reference").joinpath("medicines.json").read_bytes()
    return msgspec.json.decode(raw, type=_Medicines)


@lru_cache(maxsize=1024)
def ingredients(name: str) -> tuple[str, ...]:
    """The ingredients in a printed name, in the table's spelling; an unknown name comes back without its strength."""
    text = " ".join(name.lower().replace("\u2019", "'").split())
    found = [ingredient for words, ingredient in _names() if re.search(rf"(?<![a-z]){re.escape(words)}(?![a-z])", text)]
    if len(found) > 1:
        found = [one for one in found if one not in _SALTS or re.search(rf"\b{one} {_OWN_SALT}", text)]
    if not found:
        found = [near for word in _WORD.findall(text) if (near := _mistyped(word))]
    if not found:
        cleaned = _LEFT_OUT.sub("", re.sub(r"\A\s*(?:\d[\w.,/]*\s+)+(?:(?:actuat|hr|ml)\s+)?", "", text)).strip(" ,-/")
        return (cleaned,) if cleaned else (text,)
    return tuple(dict.fromkeys(found))


@cache
def classes_of(ingredient: str) -> frozenset[str]:
    """The ids of the classes that an ingredient belongs to."""
    return frozenset(id for id, entry in table().classes.items() if ingredient in entry.ingredients)  # noqa: A001


def is_known(ingredient: str) -> bool:
    """Whether the table has the ingredient; what it has not, nothing is said about."""
    return ingredient in _known()


def matches(ingredient: str, member: str) -> bool:
    """Whether an ingredient is the member of a rule: an ingredient's name, or `@class`."""
    return member[1:] in classes_of(ingredient) if member.startswith("@") else ingredient == member


def strength_mg(name: str) -> float | None:
    """The strength in mg that a printed name states, where it states exactly one."""
    found = {float(match.replace(",", ".")) for match in _STRENGTH.findall(name)}
    return found.pop() if len(found) == 1 else None


@cache
def _known() -> frozenset[str]:
    listed = (ingredient for entry in table().classes.values() for ingredient in entry.ingredients)
    return frozenset(listed) | frozenset(table().other_ingredients)


@cache
def _names() -> tuple[tuple[str, str], ...]:
    own = ((ingredient.replace("-", " "), ingredient) for ingredient in _known())
    return tuple(sorted({*own, *table().aliases.items()}))


@cache
def _long_names() -> Mapping[str, str]:
    return {words: ingredient for words, ingredient in _names() if len(words) >= _TYPO_LETTERS and " " not in words}


def _mistyped(word: str) -> str | None:
    """The ingredient that is one letter away from a long word, where there is just one."""
    if len(word) < _TYPO_LETTERS - 1:
        return None
    near = {ingredient for words, ingredient in _long_names().items() if _one_letter_off(word, words)}
    return near.pop() if len(near) == 1 else None


def _one_letter_off(word: str, known: str) -> bool:
    if word[0] != known[0] or abs(len(word) - len(known)) > 1:
        return False
    same = next((i for i, (a, b) in enumerate(zip(word, known, strict=False)) if a != b), min(len(word), len(known)))
    if len(word) == len(known):
        return word[same + 1 :] == known[same + 1 :]
    return word[same + 1 :] == known[same:] if len(word) > len(known) else word[same:] == known[same + 1 :]
