"""Numbers as tables write them: with a comparator, a unit, a flag, a decimal comma."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

import msgspec

from agents import units

Decimal = Literal[".", ","]

_NUMERAL = r"[+-]?(?:\d{1,3}(?:[ ' ’]\d{3})+|\d{1,12})(?:[.,]\d{1,12})*"
_FLAG_BEFORE = r"(?:(?P<flag>[*!↑↓]{1,2}|(?:HH|LL|[HL])(?=\s))\s*)?"
_CELL = re.compile(
    rf"\s*{_FLAG_BEFORE}(?P<comparator><=|>=|=<|=>|<|>|≤|≥)?\s*(?P<number>{_NUMERAL})\s*(?P<rest>.{{0,40}}?)\s*\Z"
)
_RANGE = re.compile(
    rf"\s*[\[(]?\s*(?P<low>{_NUMERAL})\s*(?:-|–|—|to|bis|tot|à|a)\s*(?P<high>{_NUMERAL})\s*(?P<rest>.{{0,40}}?)[\])]?\s*\Z"
)
_BELOW = "<=|<|≤|up to|less than|below|under|bis(?: zu)?|tot|hasta|menor (?:de|que)|jusqu['’]à|inférieur à|fino a|até"
_ABOVE = ">=|>|≥|more than|greater than|above|over|ab|vanaf|mayor (?:de|que)|supérieur à|superiore a|acima de"
_BOUND = re.compile(
    rf"\s*(?:(?P<below>{_BELOW})|(?P<above>{_ABOVE}))\s*(?P<number>{_NUMERAL})\s*(?P<rest>.{{0,40}}?)\s*\Z",
    re.IGNORECASE,
)
_FLAGS = {
    "h": "H", "l": "L", "hh": "HH", "ll": "LL", "a": "A", "aa": "AA", "*": "A", "**": "AA", "high": "H", "low": "L",
    "hoch": "H", "niedrig": "L", "hoog": "H", "laag": "L", "+": "H", "-": "L", "++": "HH", "--": "LL", "↑": "H",
    "↓": "L", "abnormal": "A", "n": "N", "normal": "N", "(h)": "H", "(l)": "L", "h*": "H", "l*": "L", "alto": "H",
    "bajo": "L", "élevé": "H", "bas": "L", "critical": "AA", "!": "A",
}  # fmt: skip
_COMPARATORS = {"≤": "<=", "≥": ">=", "=<": "<=", "=>": ">="}


class Value(msgspec.Struct, frozen=True):
    """What a cell says: a number with what belongs to it, or only text."""

    number: float | None = None
    comparator: str = ""
    unit: str = ""
    flag: str = ""


def decimal_of(cells: Iterable[str], *, delimiter: str) -> Decimal:
    """Whether a table writes a decimal comma; a delimiter of `;` speaks for it where no number does."""
    said = {",": 0, ".": 0}
    for cell in cells:
        for number in re.findall(r"\d[\d.,]*\d", cell[:80]):
            mark = _certain(number)
            if mark:
                said[mark] += 1
    if said[","] != said["."]:
        return "," if said[","] > said["."] else "."
    return "," if delimiter == ";" else "."


def read_value(cell: str, *, decimal: Decimal) -> Value | None:
    """The number in a cell, with its comparator, unit and flag; None where the cell is words."""
    match = _CELL.match(cell)
    if match is None:
        return None
    number = read_number(match["number"], decimal=decimal)
    unit, flag = _rest(match["rest"])
    if number is None or (match["rest"] and not unit and not flag):
        return None
    comparator = match["comparator"] or ""
    flag = flag or (flag_of(match["flag"]) if match["flag"] else "")
    return Value(number, _COMPARATORS.get(comparator, comparator), unit, flag)


def read_range(cell: str, *, decimal: Decimal) -> tuple[float | None, float | None]:
    """Low and high of a printed range; both None where it cannot be told."""
    if match := _RANGE.match(cell):
        low, high = (read_number(match[side], decimal=decimal) for side in ("low", "high"))
        return (low, high) if low is not None and high is not None and low <= high else (None, None)
    if match := _BOUND.match(cell):
        bound = read_number(match["number"], decimal=decimal)
        return (None, bound) if match["below"] else (bound, None)
    return None, None


def read_number(written: str, *, decimal: Decimal) -> float | None:
    compact = re.sub(r"[ ' ’]", "", written)
    mark = _certain(compact) or decimal
    other = "." if mark == "," else ","
    if compact.count(mark) > 1:
        compact = compact.replace(mark, "")
    try:
        return float(compact.replace(other, "").replace(mark, "."))
    except ValueError:
        return None


def flag_of(written: str) -> str:
    """The code of a flag as HL7 writes it; one that is not known stays as it is."""
    return _FLAGS.get(written.strip().casefold(), written.strip())


def _certain(number: str) -> Decimal | None:
    """The decimal mark, where the number by itself leaves no doubt: a group of thousands has three digits."""
    marks = [character for character in number if character in ".,"]
    if len(set(marks)) == 2:
        last: Decimal = "," if marks[-1] == "," else "."
        return last
    if len(marks) != 1:
        return None
    mark: Decimal = "," if marks[0] == "," else "."
    before, after = number.lstrip("+-").split(mark)
    return mark if len(after) != 3 or not 1 <= len(before) <= 3 or before.startswith("0") else None


def _rest(rest: str) -> tuple[str, str]:
    """Unit and flag of what stands behind a number."""
    if not rest:
        return "", ""
    # "1+" and "2-" are grades, not flags.
    if rest.strip("+-") and rest.casefold() in _FLAGS:
        return "", flag_of(rest)
    first, _, last = rest.rpartition(" ")
    if first and last.casefold() in _FLAGS and is_unit(first):
        return first, flag_of(last)
    return (rest, "") if is_unit(rest) else ("", "")


def is_unit(written: str) -> bool:
    """Whether it is a unit that is known, or is plainly written like one."""
    return units.kind(written) is not None or bool(
        re.fullmatch(r"[^\d\s()]{0,8}(10[*^]?\d+)?[^\s()]{0,8}/[^\s()]{1,16}", written)
    )
