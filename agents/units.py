"""Spellings of units, and conversion between units of one kind.

What depends on the substance (mass to moles, HbA1c's two scales) is in `agents.concepts`.

Deliberate oddities:
- `G/L`, `G/l`, `T/L` and `T/l` are read as 10^9 and 10^12 per litre (French, Swiss and Austrian laboratories) while
  `g/l` is grams: the only place where upper and lower case decide.
- mEq/L is read as mmol/L: `agents.concepts` offers it for singly charged ions only.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import msgspec

GFR = "mL/min/{1.73_m2}"


class Kind(msgspec.Struct, frozen=True):
    """What a unit measures, and how many of the kind's base unit one of it is."""

    dimension: str
    factor: float
    offset: float = 0.0
    """Added after the factor (temperatures)."""


_UNITS: dict[str, Kind] = {
    "g/L": Kind("mass concentration", 1.0),
    "g/dL": Kind("mass concentration", 10.0),
    "mg/mL": Kind("mass concentration", 1.0),
    "mg/dL": Kind("mass concentration", 1e-2),
    "mg/L": Kind("mass concentration", 1e-3),
    "ug/mL": Kind("mass concentration", 1e-3),
    "ug/dL": Kind("mass concentration", 1e-5),
    "ug/L": Kind("mass concentration", 1e-6),
    "ng/mL": Kind("mass concentration", 1e-6),
    "ng/dL": Kind("mass concentration", 1e-8),
    "ng/L": Kind("mass concentration", 1e-9),
    "pg/mL": Kind("mass concentration", 1e-9),
    "pg/dL": Kind("mass concentration", 1e-11),
    "mol/L": Kind("substance concentration", 1.0),
    "mmol/L": Kind("substance concentration", 1e-3),
    "umol/L": Kind("substance concentration", 1e-6),
    "nmol/L": Kind("substance concentration", 1e-9),
    "pmol/L": Kind("substance concentration", 1e-12),
    "meq/L": Kind("charge concentration", 1e-3),
    "/uL": Kind("number concentration", 1e6),
    "10*3/uL": Kind("number concentration", 1e9),
    "10*6/uL": Kind("number concentration", 1e12),
    "10*6/L": Kind("number concentration", 1e6),
    "10*9/L": Kind("number concentration", 1e9),
    "10*12/L": Kind("number concentration", 1e12),
    "U/L": Kind("catalytic activity", 1.0),
    "ukat/L": Kind("catalytic activity", 60.0),
    "nkat/L": Kind("catalytic activity", 0.06),
    "mIU/L": Kind("biological activity", 1.0),
    "uIU/mL": Kind("biological activity", 1.0),
    "mIU/mL": Kind("biological activity", 1000.0),
    "%": Kind("fraction", 1e-2),
    "L/L": Kind("fraction", 1.0),
    "1": Kind("number", 1.0),
    "mg/g": Kind("mass ratio", 1.0),
    "ug/mg": Kind("mass ratio", 1.0),
    "mg/mg": Kind("mass ratio", 1000.0),
    "g/g": Kind("mass ratio", 1000.0),
    "mg/mmol": Kind("mass to substance ratio", 1.0),
    "g/mol": Kind("mass to substance ratio", 1.0),
    "mmol/mol": Kind("substance ratio", 1.0),
    "mm[Hg]": Kind("pressure", 1.0),
    "kPa": Kind("pressure", 7.50062),
    "kg": Kind("mass", 1.0),
    "g": Kind("mass", 1e-3),
    "[lb_av]": Kind("mass", 0.45359237),
    "[oz_av]": Kind("mass", 0.028349523125),
    "[stone_av]": Kind("mass", 6.35029318),
    "m": Kind("length", 1.0),
    "cm": Kind("length", 1e-2),
    "mm": Kind("length", 1e-3),
    "[in_i]": Kind("length", 0.0254),
    "[ft_i]": Kind("length", 0.3048),
    "km": Kind("length", 1e3),
    "[mi_i]": Kind("length", 1609.344),
    "Cel": Kind("temperature", 1.0),
    "[degF]": Kind("temperature", 5 / 9, -160 / 9),
    "K": Kind("temperature", 1.0, -273.15),
    "/min": Kind("frequency", 1.0),
    "Hz": Kind("frequency", 60.0),
    "d": Kind("time", 86400.0),
    "h": Kind("time", 3600.0),
    "min": Kind("time", 60.0),
    "s": Kind("time", 1.0),
    "ms": Kind("time", 1e-3),
    "fL": Kind("volume", 1.0),
    "um3": Kind("volume", 1.0),
    "pg": Kind("cell mass", 1.0),
    "fmol": Kind("cell substance", 1.0),
    "mm/h": Kind("sedimentation", 1.0),
    "kg/m2": Kind("body mass index", 1.0),
    "mL/kg/min": Kind("oxygen uptake", 1.0),
    GFR: Kind("filtration per surface", 1.0),
    "mL/s/{1.73_m2}": Kind("filtration per surface", 60.0),
    "mL/min": Kind("filtration", 1.0),
}

_ALIASES = {
    "percent": "%",
    "pct": "%",
    "%hb": "%",
    "%ofhb": "%",
    "%oftotalhgb": "%",
    "%oftotalhb": "%",
    "l/l": "L/L",
    "k/ul": "10*3/uL",
    "thou/ul": "10*3/uL",
    "thous/ul": "10*3/uL",
    "thousand/ul": "10*3/uL",
    "th/ul": "10*3/uL",
    "x10e3/ul": "10*3/uL",
    "k/mm3": "10*3/uL",
    "10*3/mm3": "10*3/uL",
    "k/cumm": "10*3/uL",
    "1000/ul": "10*3/uL",
    "m/ul": "10*6/uL",
    "mil/ul": "10*6/uL",
    "mill/ul": "10*6/uL",
    "million/ul": "10*6/uL",
    "10*6/mm3": "10*6/uL",
    "m/mm3": "10*6/uL",
    "tsd/ul": "10*3/uL",
    "tsd./ul": "10*3/uL",
    "miles/mm3": "10*3/uL",
    "mio/ul": "10*6/uL",
    "mio./ul": "10*6/uL",
    "millones/mm3": "10*6/uL",
    "/nl": "10*9/L",
    "gpt/l": "10*9/L",
    "/pl": "10*12/L",
    "tpt/l": "10*12/L",
    "cells/ul": "/uL",
    "cells/mcl": "/uL",
    "cells/mm3": "/uL",
    "/mm3": "/uL",
    "iu/l": "U/L",
    "units/l": "U/L",
    "unit/l": "U/L",
    "[iu]/l": "U/L",
    "ui/l": "U/L",
    "ie/l": "U/L",
    "m[iu]/l": "mIU/L",
    "u[iu]/ml": "uIU/mL",
    "m[iu]/ml": "mIU/mL",
    "miu/l": "mIU/L",
    "mu/l": "mIU/L",
    "uiu/ml": "uIU/mL",
    "uu/ml": "uIU/mL",
    "miu/ml": "mIU/mL",
    "mui/l": "mIU/L",
    "mie/l": "mIU/L",
    "uui/ml": "uIU/mL",
    "uie/ml": "uIU/mL",
    "mui/ml": "mIU/mL",
    "mie/ml": "mIU/mL",
    "mcu/ml": "uIU/mL",
    "mciu/ml": "uIU/mL",
    "mmhg": "mm[Hg]",
    "mm hg": "mm[Hg]",
    "lb": "[lb_av]",
    "lbs": "[lb_av]",
    "pound": "[lb_av]",
    "pounds": "[lb_av]",
    "lb_av": "[lb_av]",
    "oz": "[oz_av]",
    "st": "[stone_av]",
    "stone": "[stone_av]",
    "kgs": "kg",
    "kilo": "kg",
    "kilos": "kg",
    "kilogram": "kg",
    "kilograms": "kg",
    "in": "[in_i]",
    "inch": "[in_i]",
    "inches": "[in_i]",
    "ft": "[ft_i]",
    "feet": "[ft_i]",
    "foot": "[ft_i]",
    "centimeter": "cm",
    "centimeters": "cm",
    "centimetres": "cm",
    "mi": "[mi_i]",
    "mile": "[mi_i]",
    "miles": "[mi_i]",
    "c": "Cel",
    "degc": "Cel",
    "°c": "Cel",
    "celsius": "Cel",
    "f": "[degF]",
    "degf": "[degF]",
    "°f": "[degF]",
    "fahrenheit": "[degF]",
    "bpm": "/min",
    "beats/min": "/min",
    "beats/minute": "/min",
    "beat/min": "/min",
    "breaths/min": "/min",
    "breath/min": "/min",
    "count/min": "/min",
    "1/min": "/min",
    "/minute": "/min",
    "per minute": "/min",
    "hz": "Hz",
    "hr": "h",
    "hrs": "h",
    "hour": "h",
    "hours": "h",
    "minute": "min",
    "minutes": "min",
    "sec": "s",
    "msec": "ms",
    "day": "d",
    "days": "d",
    "mm/hr": "mm/h",
    "mm/1h": "mm/h",
    "mm/1hr": "mm/h",
    "kg/m*2": "kg/m2",
    "count": "1",
    "ratio": "1",
    "inr": "{INR}",
    "score": "{score}",
    "(score)": "{score}",
    "steps": "{steps}",
    "tscore": "{T-score}",
    "t-score": "{T-score}",
    "ml/(kg.min)": "mL/kg/min",
    "ml/min.kg": "mL/kg/min",
    "ml/min/kg": "mL/kg/min",
    "ml/kg.min": "mL/kg/min",
    "um*3": "um3",
    "ratio/1": "1",
    "mval/l": "meq/L",
    "g%": "g/dL",
    "mg%": "mg/dL",
    "mmol/molhb": "mmol/mol",
    "mg/gcr": "mg/g",
    "mg/gcreat": "mg/g",
    "mg/gcreatinine": "mg/g",
    "ug/mgcreat": "ug/mg",
    "mg/mmolcreat": "mg/mmol",
}
_CANONICAL = {unit.lower(): unit for unit in _UNITS if unit != "K"}
_SHOWN = {
    "mm[Hg]": "mmHg",
    "Cel": "°C",
    "[degF]": "°F",
    "[lb_av]": "lb",
    "[oz_av]": "oz",
    "[stone_av]": "st",
    "[in_i]": "in",
    "[ft_i]": "ft",
    "[mi_i]": "mi",
    GFR: "mL/min/1.73 m²",
    "kg/m2": "kg/m²",
    "10*3/uL": "thousand/µL",
    "10*6/uL": "million/µL",
    "10*9/L": "10⁹/L",
    "10*12/L": "10¹²/L",
    "/min": "per minute",
    "h": "hours",
    "{INR}": "",
    "{score}": "points",
    "{T-score}": "",
    "{steps}": "steps",
    "1": "",
    "meq/L": "mEq/L",
}
_ANNOTATION = re.compile(r"\{[^}]*\}")
_GFR = re.compile(r"ml/(min|s)(?:/|\.)?[\[({]?1[.,]73.*\Z")
_POWER = re.compile(r"(?:x?10)(?:\*\*|\*|\^|e|exp)?(3|6|9|12)(?=/)")


@cache
def normalise(unit: str | None) -> str | None:
    """The UCUM spelling of a printed unit; what is not known comes back as it was, without outer blanks.

    An empty unit is None. Blanks, case, the three micro signs, `x10^3` spellings and `{annotations}` do not matter.
    """
    printed = (unit or "").strip()
    if not printed:
        return None
    if printed in _UNITS:
        return printed
    if printed in {"G/L", "T/L", "G/l", "T/l"}:
        return "10*9/L" if printed.startswith("G") else "10*12/L"
    if _ANNOTATION.fullmatch(printed):
        return _annotation(printed)
    return _spelled(printed)


def convert(value: float, from_unit: str | None, to_unit: str | None) -> float | None:
    """The value in the other unit, or None where the two do not measure the same kind of quantity."""
    source, target = normalise(from_unit), normalise(to_unit)
    if source == target:
        return value if source else None
    here, there = kind(source), kind(target)
    if here is None or there is None or here.dimension != there.dimension:
        return None
    return (value * here.factor + here.offset - there.offset) / there.factor


def kind(unit: str | None) -> Kind | None:
    """What a unit measures, or None where it is not known."""
    return _UNITS.get(normalise(unit) or "")


def shown(unit: str | None) -> str:
    """A unit as people read it: `mmHg`, `°C`, `mL/min/1.73 m²`; empty for bare numbers."""
    known = normalise(unit)
    if known is None:
        return ""
    return _SHOWN.get(
        known, known.replace("ug/", "µg/").replace("umol", "µmol").replace("uIU", "µIU").replace("/uL", "/µL")
    )


def _annotation(printed: str) -> str:
    inner = printed[1:-1].strip().lower()
    return _ALIASES.get(inner, printed)


def _spelled(printed: str) -> str:
    compact = unicodedata.normalize("NFKC", printed).replace("μ", "u").replace("µ", "u").lower()
    compact = "".join(compact.split()).replace("mcg", "ug").replace("mcmol", "umol").replace("mcl", "ul")
    if match := _GFR.match(compact):
        return GFR if match[1] == "min" else "mL/s/{1.73_m2}"
    compact = _ANNOTATION.sub("", compact) or compact
    compact = _POWER.sub(r"10*\1", compact)
    compact = re.sub(r"(?<=m)\^?\*?([23])\Z", r"\1", compact)
    return _ALIASES.get(compact) or _CANONICAL.get(compact) or printed
