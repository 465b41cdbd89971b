"""FHIR's data types, read tolerantly: what is of another shape than the standard's is simply not there."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from sys import intern
from typing import Any

import msgspec

from agents.records import RecordDate
from healthchat.records.importers.fhir.stream import Json

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"

MAX_DATE_LENGTH = 40
MAX_CODE_LENGTH = 64
_YEARS = range(1850, 2200)
"""Outside of these a date is a slip, and may not fit into UTC."""

_NUMBER = re.compile(r"\s*(<=|>=|<|>|≤|≥)?\s*([+-]?\d{1,12}(?:\.\d{1,12})?)\s*\Z")
_COMPARATORS = {"≤": "<=", "≥": ">="}


class Coding(msgspec.Struct, frozen=True):
    code: str = ""
    system: str = ""
    display: str = ""


class Concept(msgspec.Struct, frozen=True):
    """A CodeableConcept: what it is called in the record, and its codes."""

    text: str = ""
    codings: tuple[Coding, ...] = ()

    @property
    def name(self) -> str:
        """As printed: its own text, else the first display, else the first code."""
        if self.text:
            return self.text
        displays = (coding.display for coding in self.codings if coding.display)
        return next(displays, "") or next((coding.code for coding in self.codings if coding.code), "")

    @property
    def is_only_a_code(self) -> bool:
        return not self.text and not any(coding.display for coding in self.codings)

    def best(self, *systems: str) -> Coding:
        """The coding in the first of `systems` that there is, else the first with a code."""
        for system in systems:
            for coding in self.codings:
                if coding.system == system and coding.code:
                    return coding
        return next((coding for coding in self.codings if coding.code), Coding())


def obj(value: Json) -> dict[str, Json]:
    """The value where it is an object, else an empty one; of a list, its first object."""
    if isinstance(value, list):
        value = next((item for item in value if isinstance(item, dict)), None)
    return value if isinstance(value, dict) else {}


def objs(value: Json) -> Iterator[dict[str, Json]]:
    """Each object of a list; an object alone is a list of one."""
    if isinstance(value, dict):
        yield value
    elif isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def text(value: Json) -> str:
    """The value where it is a string (or a number standing for one), trimmed; else ""."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return ""


def code(value: Json) -> str:
    """A code's text. Of a CodeableConcept or Coding, which other versions of FHIR have here, its code."""
    if isinstance(value, dict | list):
        found = concept(value)
        return (found.best().code or found.name)[:MAX_CODE_LENGTH]
    return text(value)[:MAX_CODE_LENGTH]


def number(value: Json) -> float | None:
    """The value where it is a finite number, also where it is written as a string."""
    if isinstance(value, str):
        match = _NUMBER.match(value)
        value = float(match.group(2)) if match and not match.group(1) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        result = float(value)
    except OverflowError:
        return None
    return result if math.isfinite(result) else None


def compared_number(value: str) -> tuple[str | None, float] | None:
    """Comparator and number where `value` is nothing else: "<0.6" is ("<", 0.6)."""
    match = _NUMBER.match(value)
    if match is None:
        return None
    comparator = match.group(1)
    return _COMPARATORS.get(comparator, comparator), float(match.group(2))


def concept(value: Json) -> Concept:
    """A CodeableConcept; a list's first one; also a bare Coding or a plain string."""
    if isinstance(value, list):
        value = next((item for item in value if item), None)
    if isinstance(value, str):
        return Concept(text=value.strip())
    if not isinstance(value, dict):
        return Concept()
    codings = list(objs(value.get("coding"))) or ([value] if "code" in value or "display" in value else [])
    return Concept(intern(text(value.get("text"))), tuple(_coding(item) for item in codings))


def concepts(value: Json) -> list[Concept]:
    items = value if isinstance(value, list) else [value]
    return [found for found in map(concept, items) if found.name]


def date(value: Json) -> RecordDate | None:
    """The date in `value`, as precise as it is written; None where there is none that can be believed."""
    written = text(value)
    if not written or len(written) > MAX_DATE_LENGTH:
        return None
    found = RecordDate.parse(written)
    # A new one, without what reading it has left behind: a row is kept, and there are many.
    return RecordDate(found.text) if found is not None and found.day.year in _YEARS else None


def first_date(*values: Json) -> RecordDate | None:
    return next(filter(None, map(date, values)), None)


def period(value: Json) -> tuple[RecordDate | None, RecordDate | None]:
    found = obj(value)
    return date(found.get("start")), date(found.get("end"))


def quantity(value: Json) -> str:
    """A Quantity as one reads it: `<5 mg`."""
    found = obj(value)
    amount = text(found.get("value"))
    return f"{text(found.get('comparator'))}{amount} {unit(found)}".strip() if amount else ""


def unit(value: dict[str, Json]) -> str:
    return intern(text(value.get("unit")) or text(value.get("code")))


def choice(resource: dict[str, Json], stem: str) -> tuple[str, Json]:
    """Which of a `value[x]` is there: ("Quantity", {...}), or ("", None)."""
    for key, value in resource.items():
        if key.startswith(stem) and key[len(stem) : len(stem) + 1].isupper():
            return key[len(stem) :], value
    return "", None


def _coding(value: dict[str, Any]) -> Coding:
    return Coding(
        intern(text(value.get("code"))), intern(text(value.get("system"))), intern(text(value.get("display")))
    )
