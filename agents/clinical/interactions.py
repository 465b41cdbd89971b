"""Medicines that do not go well together, with the kidneys, pregnancy, age, or an allergy.

A short list of class rules by ingredient (Phansalkar and others, High-priority drug-drug interactions for use in
electronic health records, 2012; FDA labels; each rule names its own). What is not found is "not in this short list",
never "no interaction", and what is found is a reason to talk with the prescriber, never to stop.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from itertools import combinations, permutations, product
from typing import Literal

import msgspec

from agents.clinical.medicines import classes_of, ingredients, is_known, matches, strength_mg, table

NOT_FOUND = "not in this short list"
TALK = "talk with the prescriber or a pharmacist"

Severity = Literal["contraindicated", "major", "moderate", "timing"]
_ORDER: tuple[Severity, ...] = ("contraindicated", "major", "moderate", "timing")
_DUPLICATES_OF_CLASS = frozenset(
    {"nsaid", "statin", "ace_inhibitor", "arb", "beta_blocker", "ssri", "ppi", "sulfonylurea", "thiazide", "sglt2",
     "benzodiazepine", "doac", "bisphosphonate", "dihydropyridine"}
)  # fmt: skip
_ALLERGY_WORDS = re.compile(
    r"\b(?:allergy|allergic|intolerance|adverse|reaction|to|hypersensitivity|substance|drug)\b", re.IGNORECASE
)
_ALLERGY_CLASSES = {
    "penicillin": ("penicillin",),
    "sulfa": ("sulfonamide_antibiotic",),
    "sulfonamide": ("sulfonamide_antibiotic",),
    "nsaid": ("nsaid",),
    "cephalosporin": ("cephalosporin",),
    "statin": ("statin",),
    "ace inhibitor": ("ace_inhibitor",),
    "macrolide": ("macrolide",),
    "opioid": ("opioid",),
}


class Limit(msgspec.Struct, frozen=True):
    ingredient: str
    mg: float


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    a: tuple[str, ...]
    b: tuple[str, ...]
    severity: Severity
    effect: str
    source: str
    date: str
    limit: Limit | None = None
    different_class: bool = False


class Triple(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    groups: tuple[tuple[str, ...], ...]
    severity: Severity
    effect: str
    source: str
    date: str


class Caution(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    of: tuple[str, ...]
    when: Literal["egfr_below", "age_from", "pregnant", "heart_failure", "always"]
    words: str
    source: str
    date: str
    mark: float | None = None
    above: float | None = None


class _Rules(msgspec.Struct, frozen=True):
    pairs: tuple[Rule, ...]
    triples: tuple[Triple, ...]
    cautions: tuple[Caution, ...]


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to talk about, with the medicines as the record prints them."""

    id: str
    severity: Severity
    medicines: tuple[str, ...]
    ingredients: tuple[str, ...]
    effect: str
    source: str


@cache
def rules() -> _Rules:
    """Every rule, each with its source and date."""
    raw = files("agents.reference").joinpath("interactions.json").read_bytes()
    return msgspec.json.decode(raw, type=_Rules)


def interactions(names: Sequence[str]) -> tuple[Found, ...]:
    """What the short list says about these medicines together, the gravest first."""
    parts = _parts(names)
    found = [hit for rule in rules().pairs for hit in _pairs(rule, parts)]
    found += [hit for triple in rules().triples for hit in _triples(triple, parts)]
    return tuple(sorted(_unique(found), key=lambda hit: _ORDER.index(hit.severity)))


def duplicates(names: Sequence[str]) -> tuple[Found, ...]:
    """The same ingredient twice, or two medicines of a class that is taken once."""
    found = []
    for (one, first), (other, second) in combinations(_parts(names), 2):
        if one == other:
            continue
        shared = classes_of(first) & classes_of(second) & _DUPLICATES_OF_CLASS
        if first == second:
            found.append(_duplicate((one, other), (first,), f"Both contain {first}."))
        elif shared:
            display = table().classes[min(shared)].display
            found.append(_duplicate((one, other), (first, second), f"Both are {display}."))
    return tuple(_unique(found))


def allergy_conflicts(names: Sequence[str], allergies: Sequence[str]) -> tuple[Found, ...]:
    """Medicines with an ingredient, or of a class, that an allergy in the records names."""
    found = []
    for (name, ingredient), allergy in product(_parts(names), allergies):
        if _named_by(ingredient, allergy):
            found.append(
                Found(
                    id="allergy",
                    severity="contraindicated",
                    medicines=(name,),
                    ingredients=(ingredient,),
                    effect=f"The records name an allergy: {allergy}.",
                    source="the person's own allergy list",
                )
            )
    return tuple(_unique(found))


def cautions(
    names: Sequence[str],
    *,
    egfr: float | None = None,
    age: int | None = None,
    pregnant: bool = False,
    heart_failure: bool = False,
) -> tuple[Found, ...]:
    """What the list says of each medicine with this eGFR (mL/min/1.73 m2), age, pregnancy or heart failure."""
    found = [
        Found(
            id=caution.id,
            severity="major" if caution.when in {"pregnant", "egfr_below"} else "moderate",
            medicines=(name,),
            ingredients=(ingredient,),
            effect=caution.words,
            source=caution.source,
        )
        for caution in rules().cautions
        if _applies(caution, egfr=egfr, age=age, pregnant=pregnant, heart_failure=heart_failure)
        for name, ingredient in _parts(names)
        if any(matches(ingredient, member) for member in caution.of)
    ]
    return tuple(_unique(found))


def unknown(names: Sequence[str]) -> tuple[str, ...]:
    """The medicines that the list does not know at all, so that nothing was checked for them."""
    return tuple(name for name in names if not any(is_known(ingredient) for ingredient in ingredients(name)))


def _parts(names: Sequence[str]) -> list[tuple[str, str]]:
    return [(name, ingredient) for name in dict.fromkeys(names) for ingredient in ingredients(name)]


def _pairs(rule: Rule, parts: list[tuple[str, str]]) -> Iterable[Found]:
    for (one, first), (other, second) in permutations(parts, 2):
        if one == other or first == second:
            continue
        if not (_any(first, rule.a) and _any(second, rule.b)):
            continue
        if rule.different_class and (one > other):
            continue
        yield Found(
            id=rule.id,
            severity=_severity(rule, one, other, first),
            medicines=(one, other),
            ingredients=(first, second),
            effect=rule.effect,
            source=rule.source,
        )


def _severity(rule: Rule, one: str, other: str, first: str) -> Severity:
    """A rule about a limit weighs less where the record states a strength within it."""
    if rule.limit is None:
        return rule.severity
    strength = strength_mg(one if first == rule.limit.ingredient else other)
    return "moderate" if strength is not None and strength <= rule.limit.mg else rule.severity


def _triples(triple: Triple, parts: list[tuple[str, str]]) -> Iterable[Found]:
    members = [[part for part in parts if _any(part[1], group)] for group in triple.groups]
    for chosen in product(*members):
        if len({ingredient for _, ingredient in chosen}) == len(chosen):
            yield Found(
                id=triple.id,
                severity=triple.severity,
                medicines=tuple(dict.fromkeys(name for name, _ in chosen)),
                ingredients=tuple(ingredient for _, ingredient in chosen),
                effect=triple.effect,
                source=triple.source,
            )


def _any(ingredient: str, members: Iterable[str]) -> bool:
    return any(matches(ingredient, member) for member in members)


def _duplicate(names: tuple[str, str], shared: tuple[str, ...], words: str) -> Found:
    return Found(
        id="duplicate",
        severity="moderate",
        medicines=names,
        ingredients=shared,
        effect=words,
        source="compared by ingredient and class (RxNorm names, FDA labels)",
    )


def _named_by(ingredient: str, allergy: str) -> bool:
    words = _ALLERGY_WORDS.sub(" ", allergy.lower())
    if ingredient in ingredients(words) or re.search(rf"(?<![a-z]){re.escape(ingredient)}", words):
        return is_known(ingredient)
    named = {id for word, ids in _ALLERGY_CLASSES.items() if word in words for id in ids}  # noqa: A001
    return bool(named & classes_of(ingredient)) or ("nsaid" in named and ingredient == "aspirin")


def _applies(caution: Caution, *, egfr: float | None, age: int | None, pregnant: bool, heart_failure: bool) -> bool:
    if caution.when == "egfr_below":
        low = egfr is not None and caution.mark is not None and egfr < caution.mark
        return low and (caution.above is None or (egfr is not None and egfr >= caution.above))
    if caution.when == "age_from":
        return age is not None and caution.mark is not None and age >= caution.mark
    return caution.when == "always" or (pregnant if caution.when == "pregnant" else heart_failure)


def _unique(found: Iterable[Found]) -> list[Found]:
    return list({(hit.id, frozenset(hit.medicines), hit.effect): hit for hit in found}.values())
