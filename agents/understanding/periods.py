"""Time expressions, turned into spans of calendar days relative to a given today.

"Last year" is the calendar year before; "the last year", "the past year" and "the last 12 months" count back from
today. Seasons are the northern ones (winter is December to February); the label always names the months, so that a
reader elsewhere sees what was taken.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from agents.question import Period

MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
"""Each season's first month."""
AMOUNTS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "couple of": 2,
    "couple": 2,
    "two": 2,
    "few": 3,
    "three": 3,
    "four": 4,
    "several": 5,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twelve": 12,
    "eighteen": 18,
    "twenty": 20,
}

_MONTH = rf"(?:{'|'.join(sorted((*MONTHS, *(name[:3] for name in MONTHS), 'sept'), key=len, reverse=True))})"
_YEAR = r"(?:19|20)\d\d"
_AMOUNT = rf"(?:\d{{1,3}}|{'|'.join(sorted(AMOUNTS, key=len, reverse=True))})"
_UNIT = r"(?:day|week|month|year|decade)"
_POINT = rf"(?:\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH}(?: {_YEAR})?|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?: {_YEAR})?|\
{_MONTH}(?: (?:of )?{_YEAR})?|{_YEAR}-\d\d(?:-\d\d)?|{_YEAR})".replace("\\\n", "")
_FROM = r"(?:since|after|starting(?: in| from)?|from(?=.* on(?:wards?)?\b))"
_UP_TO = r"(?:before|until|till|up to|prior to)"
_NOW = r"(?:now|today|present)"


class PeriodMention(NamedTuple):
    period: Period
    start: int
    end: int


class Span(NamedTuple):
    """Days of a named time, before a label is given to it."""

    start: date
    end: date
    label: str


Reader = Callable[[re.Match[str], date], Period | None]


def period_mentions(text: str, *, today: date, birth: date | None = None) -> list[PeriodMention]:
    """Find the time expressions in normalised text, in the order they stand there.

    `birth` is needed for "since I turned 50". An expression that names no possible date is left alone.
    """
    found: list[PeriodMention] = []
    for pattern, read in _READERS:
        for match in pattern.finditer(text):
            if any(match.start() < other.end and other.start < match.end() for other in found):
                continue
            period = read(match, today)
            if period is not None:
                found.append(PeriodMention(period, match.start(), match.end()))
    if birth is not None:
        found.extend(_by_age(text, birth))
    return sorted(found, key=lambda mention: mention.start)


def years_before(day: date, years: int) -> date:
    """The same calendar day `years` earlier; 29 February becomes the 28th."""
    year = max(day.year - years, 1)
    return day.replace(year=year, day=min(day.day, monthrange(year, day.month)[1]))


def months_before(day: date, months: int) -> date:
    """The same day of the month `months` earlier, or that month's last day."""
    index = max(day.year * 12 + day.month - 1 - months, 12)
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _month(year: int, month: int) -> Span:
    return Span(
        date(year, month, 1),
        date(year, month, monthrange(year, month)[1]),
        f"{MONTHS[month - 1].capitalize()} {year}",
    )


def _year(year: int) -> Span:
    return Span(date(year, 1, 1), date(year, 12, 31), str(year))


def _month_number(name: str) -> int:
    return next(number for number, full in enumerate(MONTHS, 1) if full.startswith(name[:3]))


def _latest_month(month: int, today: date) -> Span:
    return _month(today.year if month <= today.month else today.year - 1, month)


def _point(text: str, today: date) -> Span | None:
    """A day, month or year named by `text`; a month without a year is the latest one that has begun."""
    if re.fullmatch(_YEAR, text):
        return _year(int(text)) if int(text) <= today.year + 1 else None
    iso = re.fullmatch(rf"({_YEAR})-(\d\d)(?:-(\d\d))?", text)
    if iso:
        return _written(int(iso[1]), int(iso[2]), iso[3])
    month = re.search(_MONTH, text)
    year = re.search(_YEAR, text)
    day = re.search(r"\b\d{1,2}(?=\b|st|nd|rd|th)", text.replace(year[0], "") if year else text)
    if month is None:
        return None
    number = _month_number(month[0])
    whole = _month(int(year[0]), number) if year else _latest_month(number, today)
    return _written(whole.start.year, number, day[0]) if day else whole


def _written(year: int, month: int, day: str | None) -> Span | None:
    if not 1 <= month <= 12:
        return None
    if day is None:
        return _month(year, month)
    if not 1 <= int(day) <= monthrange(year, month)[1]:
        return None
    single = date(year, month, int(day))
    return Span(single, single, f"{single.day} {MONTHS[month - 1].capitalize()} {year}")


def _season(name: str, today: date, year: int | None = None) -> Span:
    """The season of that year, or the latest one that is over; a winter is named by the year it ends in."""
    first = SEASONS[name]

    def of(ending: int) -> Span:
        start = date(ending - 1 if first == 12 else ending, first, 1)
        last_month = (first + 1) % 12 + 1
        end = date(ending, last_month, monthrange(ending, last_month)[1])
        opening, closing = MONTHS[start.month - 1][:3].capitalize(), MONTHS[end.month - 1][:3].capitalize()
        years = f"{start.year} to {closing} {end.year}" if start.year != end.year else f"to {closing} {end.year}"
        return Span(start, end, f"{name} ({opening} {years})")

    if year is not None:
        return of(year)
    return of(today.year) if of(today.year).end < today else of(today.year - 1)


def _amount(text: str) -> int:
    return int(text) if text.isdigit() else AMOUNTS[text]


def _counted_back(today: date, amount: int, unit: str) -> date | None:
    match unit:
        case "day":
            return today - timedelta(days=amount) if amount < 40_000 else None
        case "week":
            return today - timedelta(weeks=amount)
        case "month":
            return months_before(today, amount)
        case "decade":
            return years_before(today, amount * 10)
        case _:
            return years_before(today, amount)


def _rolling(match: re.Match[str], today: date) -> Period | None:
    amount, unit = _amount(match["amount"] or "1"), match["unit"]
    if not amount:
        return None
    label = f"the last {amount} {unit}s" if amount > 1 else f"the past {unit}"
    return Period(label=label, start=_counted_back(today, amount, unit), end=today)


def _ago(match: re.Match[str], today: date) -> Period | None:
    amount, unit = _amount(match["amount"]), match["unit"]
    day = _counted_back(today, amount, unit)
    if day is None:
        return None
    label = f"{amount} {unit}{'s' if amount > 1 else ''} ago"
    if match["opening"] == "since":
        return Period(label=f"since {label}", start=day, end=today)
    if unit in {"year", "decade"}:
        return Period(label=f"in {day.year}", start=date(day.year, 1, 1), end=date(day.year, 12, 31))
    if unit == "month":
        span = _month(day.year, day.month)
        return Period(label=f"in {span.label}", start=span.start, end=span.end)
    week = day - timedelta(days=day.weekday())
    return Period(label=label, start=week, end=week + timedelta(days=6)) if unit == "week" else _single(label, day)


def _single(label: str, day: date) -> Period:
    return Period(label=label, start=day, end=day)


def _this(match: re.Match[str], today: date) -> Period | None:
    unit = match["unit"]
    start = {
        "year": today.replace(month=1, day=1),
        "month": today.replace(day=1),
        "week": today - timedelta(days=today.weekday()),
    }[unit]
    return Period(label=f"this {unit}", start=start, end=today)


def _last(match: re.Match[str], today: date) -> Period | None:
    unit = match["unit"]
    if unit == "year":
        return _opened(match["opening"], _year(today.year - 1), f"last year ({today.year - 1})")
    if unit == "month":
        span = _month(*_previous_month(today))
        return _opened(match["opening"], span, f"last month ({span.label})")
    monday = today - timedelta(days=today.weekday() + 7)
    return _opened(match["opening"], Span(monday, monday + timedelta(days=6), "last week"), "last week")


def _previous_month(today: date) -> tuple[int, int]:
    before = today.replace(day=1) - timedelta(days=1)
    return before.year, before.month


def _year_before_last(_match: re.Match[str], today: date) -> Period | None:
    return _opened(None, _year(today.year - 2), f"in {today.year - 2}")


def _opened(opening: str | None, span: Span, label: str) -> Period:
    """The span itself, or all from it or up to it, as the word in front of it says."""
    word = (opening or "").strip()
    if word == "after":
        return Period(label=f"after {span.label}", start=span.end + timedelta(days=1))
    if re.fullmatch(_FROM, word):
        return Period(label=f"since {span.label}", start=span.start)
    if word in {"until", "till", "up to"}:
        return Period(label=f"until {span.label}", end=span.end)
    if re.fullmatch(_UP_TO, word):
        return Period(label=f"before {span.label}", end=span.start - timedelta(days=1))
    return Period(label=label, start=span.start, end=span.end)


def _named_point(match: re.Match[str], today: date) -> Period | None:
    span = _point(match["point"], today)
    if span is None or (match["point"] == "may" and match["opening"] is None):
        return None
    preposition = "on" if span.start == span.end else "in"
    return _opened(match["opening"], span, f"{preposition} {span.label}")


def _between(match: re.Match[str], today: date) -> Period | None:
    first_text, last_text = match["first"], match["last"]
    if "compare" in match.string and not match[0].startswith("between"):
        return None
    if re.fullmatch(_NOW, last_text):
        span = _point(first_text, today)
        return Period(label=f"since {span.label}", start=span.start, end=today) if span else None
    last = _point(last_text, today)
    if last is None:
        return None
    if re.search(_MONTH, first_text) and not re.search(_YEAR, first_text):
        first_text = f"{first_text} {last.start.year}"
    first = _point(first_text, today)
    if first is None:
        return None
    if first.start > last.start:
        first, last = last, first
    return Period(label=f"from {first.label} to {last.label}", start=first.start, end=last.end)


def _named_season(match: re.Match[str], today: date) -> Period | None:
    name, year = match["season"], int(match["year"]) if match["year"] else None
    span = _season(name, today, year)
    if year is None and f"last {name}" in match[0] and f"this {name}" in match.string:
        span = _season(name, today, span.end.year - 1)
    return _opened(match["opening"], span, f"in {span.label}")


def _quarter(match: re.Match[str], today: date) -> Period | None:
    number, year = int(match["quarter"]), int(match["year"] or today.year)
    first = 3 * number - 2
    return Period(label=f"Q{number} {year}", start=date(year, first, 1), end=_month(year, first + 2).end)


def _half(match: re.Match[str], _today: date) -> Period | None:
    year, early = int(match["year"]), match["half"] in {"first half of", "early"}
    start, end = (date(year, 1, 1), date(year, 6, 30)) if early else (date(year, 7, 1), date(year, 12, 31))
    return Period(label=f"the {'first' if early else 'second'} half of {year}", start=start, end=end)


def _near_day(match: re.Match[str], today: date) -> Period | None:
    return _single(match["word"], today - timedelta(days=1))


def _by_age(text: str, birth: date) -> Iterator[PeriodMention]:
    pattern = r"(?P<opening>since|before|after) i (?:was|turned) (?P<age>\d{1,2})\b"
    for match in re.finditer(pattern, text):
        birthday = years_before(birth, -int(match["age"]))
        label = f"{match['opening']} you turned {match['age']} ({birthday.year})"
        before = match["opening"] == "before"
        period = Period(label=label, end=birthday) if before else Period(label=label, start=birthday)
        yield PeriodMention(period, match.start(), match.end())


_OPENING = rf"(?:(?P<opening>{_FROM}|{_UP_TO}) )?(?:(?:in|during|of|for|on|from|the|over|back in) )*"
_READERS: tuple[tuple[re.Pattern[str], Reader], ...] = tuple(
    (re.compile(pattern), reader)
    for pattern, reader in (
        (
            rf"\b(?:between|from) (?P<first>{_POINT}) (?:and|to|until|till|through|-) (?P<last>{_POINT}|{_NOW})\b",
            _between,
        ),
        (rf"\b(?:in )?(?P<first>{_YEAR}) ?(?:-|to|through) ?(?P<last>{_YEAR}|{_NOW})\b", _between),
        (
            (
                rf"\b(?:(?:over|in|during|for|within|of|from) )?(?:the |my )?(?:last|past|previous|recent) "
                rf"(?P<amount>{_AMOUNT}) ?(?P<unit>{_UNIT})s?\b"
            ),
            _rolling,
        ),
        (
            (
                rf"\b(?:over|in|during|for|within|from|of) (?:the |this )?(?:last|past|previous) "
                rf"(?P<amount>)(?P<unit>{_UNIT})\b"
            ),
            _rolling,
        ),
        (rf"\b(?:the )?past (?P<amount>)(?P<unit>{_UNIT})\b", _rolling),
        (r"\b(?:the )(?:last) (?P<amount>)(?P<unit>year|month|week|decade)\b", _rolling),
        (rf"\b(?:over|for|in|within|across|through) (?P<amount>\d{{1,3}}) (?P<unit>{_UNIT})s?\b(?! ago)", _rolling),
        (
            (
                rf"\b(?P<amount>{_AMOUNT})[- ](?P<unit>{_UNIT})"
                r"(?= (?:average|mean|median|trend|history|change|span|period))"
            ),
            _rolling,
        ),
        (rf"\b(?:(?P<opening>since|from|about|around) )?(?P<amount>{_AMOUNT}) (?P<unit>{_UNIT})s? ago\b", _ago),
        (r"\b(?:in |during )?(?:the )?year before last\b", _year_before_last),
        (rf"\b{_OPENING}last (?P<unit>year|month|week)\b", _last),
        (r"\b(?:so far )?(?:in |during |of )?this (?P<unit>year|month|week)\b", _this),
        (
            (
                rf"\b{_OPENING}(?:last |this |past )?(?P<season>spring|summer|autumn|fall|"
                rf"winter)(?: (?:of )?(?P<year>{_YEAR}))?\b"
            ),
            _named_season,
        ),
        (rf"\b(?:in )?q(?P<quarter>[1-4])(?: (?:of )?(?P<year>{_YEAR}))?\b", _quarter),
        (
            rf"\b(?:in )?(?:the )?(?P<half>first half of|second half of|early|late) (?P<year>{_YEAR})\b",
            _half,
        ),
        (rf"\b{_OPENING}(?P<point>{_POINT})\b(?! (?:steps|calories|iu|mg|mcg|units))", _named_point),
        (r"\b(?P<word>yesterday)\b", _near_day),
    )
)
