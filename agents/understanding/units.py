"""Units as people ask for them, and the UCUM codes that `agents.concepts.convert` takes."""

from __future__ import annotations

import re
from typing import NamedTuple

SPELLINGS = {
    "mmol/mol": r"mmol/mol",
    "mmol/L": r"m(?:illi)?mol(?:e?s)?(?:/l| per lit(?:er|re))?",
    "umol/L": r"(?:u|micro)mol(?:e?s)?(?:/l| per lit(?:er|re))?",
    "nmol/L": r"n(?:ano)?mol(?:e?s)?(?:/l| per lit(?:er|re))?",
    "pmol/L": r"p(?:ico)?mol(?:e?s)?(?:/l| per lit(?:er|re))?",
    "mg/dL": r"mg ?/ ?dl|mg per dl|milligrams? per decilit(?:er|re)|mgs?%",
    "mg/g": r"mg/g",
    "mg/mmol": r"mg/mmol",
    "mg/L": r"mg/l",
    "ug/dL": r"[um]c?g/dl",
    "ug/L": r"(?:u|mc)g/l",
    "ng/mL": r"ng/ml",
    "ng/dL": r"ng/dl",
    "ng/L": r"ng/l",
    "pg/mL": r"pg/ml",
    "g/dL": r"g(?:rams?)?(?:/dl| per dl| per decilit(?:er|re))",
    "g/L": r"g(?:rams?)?(?:/l| per lit(?:er|re))",
    "mIU/L": r"mi?u/l",
    "U/L": r"i?u/l|units per lit(?:er|re)",
    "10*3/uL": r"(?:k|x?10[\^*]?3)/ul",
    "10*9/L": r"x?10[\^*]?9/l",
    "mm[Hg]": r"mm ?hg",
    "kPa": r"kpa",
    "kg": r"kgs?|kilos?|kilograms?",
    "[lb_av]": r"lbs?|pounds?",
    "[stone_av]": r"stones?",
    "cm": r"cms?|centimet(?:er|re)s?",
    "m": r"met(?:er|re)s",
    "[in_i]": r"inch(?:es)?",
    "[ft_i]": r"feet|foot",
    "Cel": r"(?:degrees )?(?:celsius|centigrade)",
    "[degF]": r"(?:degrees )?fahrenheit",
    "%": r"%|percent(?:age)?",
}
"""UCUM code: how it is spelled in normalised text, as a regular expression; the longer one stands first."""

UNIT_PATTERN = "|".join(f"(?:{spelling})" for spelling in SPELLINGS.values())
_SPELLED = tuple((code, re.compile(rf"(?:{spelling})\Z")) for code, spelling in SPELLINGS.items())
_WANTED = re.compile(rf"\b(?:in(?:to)?|to|as) (?:units? of )?(?P<unit>{UNIT_PATTERN})(?![\w/])")


class UnitMention(NamedTuple):
    unit: str
    start: int
    end: int


def unit_of(text: str) -> str | None:
    """The UCUM code of a unit as written in normalised text; None where it is none."""
    return next((code for code, pattern in _SPELLED if pattern.match(text)), None)


def wanted_unit(text: str) -> UnitMention | None:
    """Find the unit that an answer is wanted in: "in mmol/L", "to pounds"."""
    found = list(_WANTED.finditer(text))
    if not found:
        return None
    unit = unit_of(found[-1]["unit"])
    return UnitMention(unit, found[-1].start(), found[-1].end()) if unit else None
