"""How figures, units, dates and ages are written for a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import floor, log10

from agents.records import RecordDate

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
MESES = (
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
)
OLD_DAYS = 365
"""From here on an answer says how old a result is."""

UNITS = {
    "mm[Hg]": "mmHg",
    "10*3/uL": "×10³/µL",
    "10*6/uL": "×10⁶/µL",
    "10*9/L": "×10⁹/L",
    "10*12/L": "×10¹²/L",
    "kg/m2": "kg/m²",
    "mL/min/{1.73_m2}": "mL/min/1.73 m²",
    "mL/min/1.73m2": "mL/min/1.73 m²",
    "ug/dL": "µg/dL",
    "ug/L": "µg/L",
    "ug/mL": "µg/mL",
    "umol/L": "µmol/L",
    "uIU/mL": "µIU/mL",
    "u[IU]/mL": "µIU/mL",
    "m[IU]/L": "mIU/L",
    "[IU]/L": "IU/L",
    "[degF]": "°F",
    "Cel": "°C",
    "[lb_av]": "lb",
    "[in_i]": "in",
    "{score}": "",
    "{ratio}": "",
    "1": "",
    "/min": "per minute",
    "{beats}/min": "beats per minute",
}


def decimals(value: float) -> int:
    """With how many decimals a figure is shown: all, where it has up to four digits; else three that mean something."""
    if float(f"{value:.4g}") == value:
        return _exact(value)
    return fewest_decimals(value)


def fewest_decimals(value: float) -> int:
    """With how many decimals a figure must be said at the least: those of three digits that mean something."""
    return min(_exact(value), max(0, 2 - floor(log10(abs(value))))) if value else 0


def _exact(value: float) -> int:
    return len(f"{value:.9f}".rstrip("0").partition(".")[2])


def number(value: float, *, places: int | None = None) -> str:
    """The figure as shown: `3.98`, `7.4`, `144`, `1,204`."""
    shown = f"{value:,.{decimals(value) if places is None else places}f}"
    return shown.removeprefix("-") if float(shown.replace(",", "")) == 0 else shown.replace("-", "−", 1)


def unit(ucum: str | None) -> str:
    """A unit as people write it: `mmHg` for `mm[Hg]`."""
    if not ucum:
        return ""
    return UNITS.get(ucum, ucum)


def quantity(value: float, ucum: str | None, *, comparator: str | None = None, places: int | None = None) -> str:
    """A figure with its unit: `7.4 %`, `below 0.6 mg/dL`."""
    words = {"<": "below ", "<=": "at most ", ">": "above ", ">=": "at least "}
    return f"{words.get(comparator or '', '')}{number(value, places=places)} {unit(ucum)}".strip()


def day(when: RecordDate | date | None) -> str:
    """A date as precise as it is known: `17 May 2020`, `May 2020`, `2020`."""
    if when is None:
        return "an unknown date"
    if isinstance(when, date):
        return f"{when.day} {MONTHS[when.month - 1]} {when.year}"
    match when.precision:
        case "year":
            return str(when.day.year)
        case "month":
            return f"{MONTHS[when.day.month - 1]} {when.day.year}"
        case _:
            return day(when.day)


def day_in_spanish(when: date) -> str:
    """`17 de mayo de 2020`."""
    return f"{when.day} de {MESES[when.month - 1]} de {when.year}"


def ago(when: date, today: date) -> str:
    """How long before `today`: `today`, `5 days ago`, `about 3 years ago`."""
    days = (today - when).days
    if days <= 0:
        return "today" if days == 0 else "in the future"
    if days < 14:
        return f"{count(days, 'day')} ago"
    if days < 60:
        return f"{count(days // 7, 'week')} ago"
    months = (today.year - when.year) * 12 + today.month - when.month - (today.day < when.day)
    if months < 24:
        return f"{count(months, 'month')} ago"
    return f"about {count(months // 12, 'year')} ago"


def age_note(when: date, today: date) -> str:
    """A sentence on the age of a result where it is old, or dated after the day of the answer; else nothing."""
    # A day of grace: the record's calendar date may be of another time zone.
    if (when - today).days > 1:
        return f" That date lies after {day(today)}, the day of this answer."
    return f" That was {ago(when, today)}." if (today - when).days >= OLD_DAYS else ""


def count(amount: int, noun: str, plural: str = "") -> str:
    """`1 result`, `3 results`."""
    return f"{amount:,} {noun if amount == 1 else plural or noun + 's'}"


def listed(words: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
