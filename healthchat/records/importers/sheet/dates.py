"""Dates as tables write them. Whether 03/04 is in March or in April is told by the other dates, or asked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, time

YEARS = range(1850, 2200)
_TWO_DIGITS_PIVOT = 70
"""A two-digit year from here on is in the last century."""

_TIME = (
    r"(?:[ T,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?)?"
)
_WORD = r"[^\W\d_]"
_ZONE = r"\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?"
_ISO = re.compile(rf"(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_TIME}{_ZONE}\Z")
_COMPACT = re.compile(r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})\Z")
_PARTIAL = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{2}))?\Z")
_NUMBERS = re.compile(
    rf"(?P<one>\d{{1,2}})(?P<between>[/.-])(?P<two>\d{{1,2}})(?P=between)(?P<year>\d{{4}}|\d{{2}}){_TIME}{_ZONE}\Z"
)
_NAMED = re.compile(
    rf"(?:{_WORD}{{2,10}}\.?,? )?(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?[ -](?:de )?"
    rf"(?P<name>{_WORD}{{3,12}})\.?[ ,-]+(?:de )?(?P<year>\d{{4}}|\d{{2}}){_TIME}{_ZONE}\Z"
)
_NAME_FIRST = re.compile(
    rf"(?:{_WORD}{{2,10}}\.?,? )?(?P<name>{_WORD}{{3,12}})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? "
    rf"(?P<year>\d{{4}}){_TIME}{_ZONE}\Z"
)
_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "jan january januar januari janvier enero ene gennaio",
            "feb february februar februari février fevrier febrero febbraio fév",
            "mar march märz maerz mär maart mrt mars marzo",
            "apr april avril abril abr avr aprile",
            "may mai mei mayo maggio",
            "jun june juni juin junio giugno",
            "jul july juli juillet julio luglio juil",
            "aug august augustus août aout agosto ago",
            "sep sept september septembre septiembre settembre",
            "oct october okt oktober octobre octubre ottobre",
            "nov november novembre noviembre",
            "dec december dez dezember décembre decembre diciembre dic dicembre déc",
        ),
        start=1,
    )
    for name in names.split()
}


class Order:
    """Which of two numbers the day is, in one table."""

    def __init__(self, *, day_first: bool | None, open_examples: tuple[str, ...]) -> None:
        self.day_first = day_first
        self.open_examples = open_examples
        """Dates that can be read both ways, where nothing in the table tells."""

    @property
    def is_open(self) -> bool:
        return self.day_first is None and bool(self.open_examples)


def order_of(cells: Iterable[str]) -> Order:
    """What the dates of a table tell about their order; nothing if they contradict each other."""
    told: set[bool] = set()
    open_: dict[str, None] = {}
    for cell in cells:
        match = _NUMBERS.match(cell.strip())
        if match is None or match["between"] == ".":
            continue
        one, two = int(match["one"]), int(match["two"])
        if one > 12 >= two:
            told.add(True)
        elif two > 12 >= one:
            told.add(False)
        elif one != two and len(open_) < 5:
            open_[cell.strip()[:30]] = None
    return Order(day_first=told.pop() if len(told) == 1 else None, open_examples=tuple(open_))


def read_date(cell: str, *, day_first: bool | None) -> str | None:
    """The date in ISO 8601, as precise as it is written; None for what is none, or could be two."""
    written = cell.strip()[:60]
    for pattern in (_ISO, _COMPACT, _PARTIAL):
        if match := pattern.match(written):
            return _made(match, match["year"], match["month"], match.groupdict().get("day"))
    if match := _NUMBERS.match(written):
        one, two = match["one"], match["two"]
        first = _is_day_first(match, day_first)
        if first is None:
            return None
        return _made(match, match["year"], two if first else one, one if first else two)
    if match := _NAMED.match(written) or _NAME_FIRST.match(written):
        month = _MONTHS.get(match["name"].casefold())
        return _made(match, match["year"], str(month), match["day"]) if month else None
    return None


def _is_day_first(match: re.Match[str], day_first: bool | None) -> bool | None:
    one, two = int(match["one"]), int(match["two"])
    # With dots the day comes first wherever dots are used.
    if match["between"] == "." or one == two or one > 12:
        return True
    return False if two > 12 else day_first


def _made(match: re.Match[str], year: str, month: str | None, day: str | None) -> str | None:
    whole = int(year) if len(year) == 4 else int(year) + (1900 if int(year) >= _TWO_DIGITS_PIVOT else 2000)
    try:
        found = date(whole, int(month or 1), int(day or 1))
    except ValueError:
        return None
    if whole not in YEARS:
        return None
    if day is None:
        return f"{whole:04}" if month is None else f"{whole:04}-{int(month):02}"
    return found.isoformat() + _time(match.groupdict())


def _time(found: dict[str, str | None]) -> str:
    if not found.get("hour"):
        return ""
    hour = int(found["hour"] or 0)
    if half := (found.get("half") or "").lower():
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    try:
        written = time(hour, int(found["minute"] or 0), int(found.get("second") or 0)).isoformat()
    except ValueError:
        return ""
    zone = found.get("zone") or ""
    if zone and zone != "Z" and not (int(zone[1:3]) < 15 and int(zone[-2:]) < 60):
        zone = ""
    return f"T{written}{zone if ':' in zone or len(zone) < 5 else zone[:3] + ':' + zone[3:]}"
