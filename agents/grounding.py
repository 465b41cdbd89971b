"""Grounding: every number, date and drug of an answer is matched to a claim, and what cannot be is struck.

A number matches when a claim says it, or when it is a claim's value rounded no further than it is shown
(`agents.wording.fewest_decimals`); with a unit behind it, only when that claim names the unit too; and where its
sentence has named a test before it, only when that claim is about one of those named last. A date matches in any of
its written forms, English or Spanish. A drug matches when a claim names it. Not checked: list numbers, ordinals,
claim markers such as `[cardiology-2]`, ids, digits in a word (HbA1c, B12) or a unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

from agents.concepts import mentions
from agents.events import Claim, Grounding
from agents.wording import MESES, MONTHS, fewest_decimals
from agents.wording import unit as shown_unit

INN_STEMS = (
    "pril|sartan|olol|statin|gliptin|gliflozin|glutide|formin|dipine|prazole|cillin|mycin|floxacin|cycline|azole|"
    "triptan|setron|oxetine|azepam|zolam|barbital|codone|morphone|coxib|profen|thiazide|semide|lukast|dronate|"
    "parin|xaban|gatran|grel|mab|tinib|vir|sterone|sone|solone|tidine|conazole|caine|idone|apine"
)
"""Endings by which international nonproprietary names tell their class (WHO, The use of stems, 2018)."""
NOT_DRUGS = frozenset({"alone", "cortisone", "testosterone", "aldosterone", "progesterone", "elastin", "vitamin"})
"""Words of tests and of everyday speech that end like a drug."""

_MONTH = "|".join(f"{month}|{month[:3]}" for month in MONTHS) + "|Sept"
_MES = "|".join(MESES).replace("sep", "sep?")
"""With "setiembre", as it is written too."""
_UNIT = re.compile(
    r"[\s\u00a0\u202f]{0,2}(%|percent\b|"
    r"(?:mmol|µmol|μmol|umol|mg|µg|μg|ug|mcg|ng|pg|g|mEq|mU|mIU|µIU|IU|U)/(?:dL|mL|L|mol|g|mmol)\b|"
    r"mmol/mol|mL/min|mmHg|kg/m²|kg/m2|"
    r"kg\b|lb\b|pounds\b|cm\b|fL\b|pg\b|mg\b|mcg\b|°C|°F|bpm\b|beats per minute|per minute)",
    re.IGNORECASE,
)
_SAME_UNIT = {"percent": "%", "kg/m2": "kg/m²", "bpm": "per minute", "beats per minute": "per minute", "pounds": "lb"}
_ID_DIGITS = 13
"""Digits in a row from which on they are an id or a moment, not a figure."""
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_PATTERN = re.compile(
    rf"""
    (?P<list>^[ \t]*\d{{1,2}}[.)](?=\s))
  | (?=\d)(?:
      (?P<id>\d{{{_ID_DIGITS},}})
    | (?P<iso>(?<![\w-])\d{{4}}-\d{{2}}(?:-\d{{2}})?(?![\d-]))
    | (?P<dmy>(?<![\w.])(?P<d1>{_DAY})\s+(?:of\s+)?(?P<m1>{_MONTH})\b\.?(?:,?\s+(?P<y1>\d{{4}})\b)?)
    | (?P<spanish>(?<![\w.])(?P<d5>\d{{1,2}})\s+de\s+(?P<m5>{_MES})\b(?:\s+de\s+(?P<y5>\d{{4}})\b)?)
    | (?P<slash>(?<![\w/])(?P<a>\d{{1,2}})[/.](?P<b>\d{{1,2}})[/.](?P<y4>\d{{4}})\b)
    | (?P<ordinal>(?<![\w.,])\d+(?:st|nd|rd|th)\b)
    | (?P<power>\b10\*\d+)
    | (?P<number>(?<![\w.])(?<![A-Za-z]-)(?<![A-Za-z]/)\d+(?:[.,]\d+)*)
    )
  | (?=[JFMASOND])(?:
      (?P<mdy>\b(?P<m2>{_MONTH})\b\.?\s+(?P<d2>{_DAY})\b(?!\d)(?:,?\s+(?P<y2>\d{{4}})\b)?)
    | (?P<my>\b(?P<m3>{_MONTH})\b\.?,?\s+(?P<y3>\d{{4}})\b)
    )
  | (?=[efmajsond])(?P<mes>\b(?P<m6>{_MES})\s+de\s+(?P<y6>\d{{4}})\b)
  | (?P<scale>[×x*]\s?10[⁰¹²³⁴⁵⁶⁷⁸⁹]+)
  | (?P<marker>\[[a-z_]+-\d+\])
  | (?P<word>[^\W\d_][\w-]*)
    """,
    re.VERBOSE | re.MULTILINE,
)
UNCHECKED = frozenset({"id", "list", "marker", "ordinal", "power", "scale"})
_HELD = re.compile(
    rf"(?<!\S)[(\[*_\"“‘~]*(?:(?:\d[\d.,/]*(?:st|nd|rd|th)?|{_MONTH}|of|{_MES}|de|beats|per)[,.]?\s+){{0,6}}\S*\Z"
)
_DRUG = re.compile(rf"[a-z]{{2,}}(?:{INN_STEMS})\Z")
_CONTEXT = 3
"""Characters before a cut that the patterns look back at."""
_SENTENCE_CHARACTERS = 600
"""How far back in a sentence, or a line of a list, a test may have been named."""
_SENTENCE_END = re.compile(r"[.!?]\s|\n")

PartialDate = tuple[int | None, int | None, int | None]


class Grounder:
    """Checks one answer as it streams: `feed` each piece, then `finish`; what they return is what is shown."""

    def __init__(self, claims: Iterable[Claim], *, drugs: Iterable[str] = ()) -> None:
        """`drugs`: names of drugs in lower case, beside those that their ending gives away."""
        self._allowed = Allowed(claims)
        self._drugs = frozenset(drugs)
        self._named = Named()
        self._held = ""
        self._before = ""
        self.checked = 0
        self.matched = 0

    @property
    def struck(self) -> int:
        return self.checked - self.matched

    @property
    def verdict(self) -> Grounding:
        return Grounding(checked=self.checked, matched=self.matched, struck=self.struck)

    def feed(self, piece: str) -> str:
        """What can be shown now; held back is only what may still grow into a number, a date or a drug."""
        self._held += piece
        held = _HELD.search(self._held)
        cut = held.start() if held else len(self._held)
        ready, self._held = self._held[:cut], self._held[cut:]
        return self._checked(ready)

    def finish(self) -> str:
        """What was still held back."""
        ready, self._held = self._held, ""
        return self._checked(ready)

    def _checked(self, text: str) -> str:
        whole, start = self._before + text, len(self._before)
        shown, last, read = [], start, start
        for match in _PATTERN.finditer(whole, start):
            if not self._is_checked(match):
                continue
            self.checked += 1
            if match.lastgroup == "number":
                self._named.read(whole[read : match.start()], figure=True)
                read = match.end()
            if self._allowed.holds(match, unit=unit_behind(whole, match.end()), named=self._named.tests):
                self.matched += 1
                continue
            shown += [whole[last : match.start()], f"~~{match.group()}~~"]
            last = match.end()
        shown.append(whole[last:])
        self._named.read(whole[read:])
        self._before = whole[-_CONTEXT:]
        return "".join(shown)

    def _is_checked(self, match: re.Match[str]) -> bool:
        if match.lastgroup == "word":
            return is_drug(match.group().lower(), self._drugs)
        return match.lastgroup not in UNCHECKED


class Named:
    """The tests named last in the sentence, or the line of a list, up to where an answer was read."""

    def __init__(self) -> None:
        self.tests: frozenset[str] = frozenset()
        self._words = ""
        """What was said since the last figure."""

    def read(self, text: str, *, figure: bool = False) -> None:
        """Go on by what stands before a figure, or before the end of a piece."""
        words = self._words + text
        ends = [match.end() for match in _SENTENCE_END.finditer(words, max(0, len(self._words) - 1))]
        if ends:
            self.tests, words = frozenset(), words[ends[-1] :]
        self._words = words[-_SENTENCE_CHARACTERS:]
        if figure:
            self.tests = concepts_in(self._words) or self.tests
            self._words = ""


class Saying(NamedTuple):
    """One claim as what stands behind a number."""

    claim: Claim
    units: frozenset[str]

    def fits(self, unit: str | None, named: frozenset[str]) -> bool:
        """Whether the claim names the unit, where there is one, and is about one of the tests, where any is named."""
        if unit is not None and unit not in self.units:
            return False
        if not named or self.claim.concept in named:
            return True
        about = concepts_in(f"{self.claim.topic or ''}. {self.claim.text}")
        return not named.isdisjoint(about) if about else self.claim.concept is None


class Allowed:
    """What the claims let an answer say."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        self.numbers: dict[Decimal, list[Saying]] = {}
        """Each number that is said, with the claims that say it."""
        self.values: dict[int, list[tuple[Decimal, Saying]]] = {}
        """The values of claims, by their whole part."""
        self.dates: set[PartialDate] = set()
        self.words: set[str] = set()
        for claim in claims:
            self._take(claim)

    def holds(self, match: re.Match[str], *, unit: str | None = None, named: frozenset[str] = frozenset()) -> bool:
        """Whether a number (with the unit behind it and the tests named before it), a date or a drug may be said."""
        if match.lastgroup == "word":
            return match.group().lower() in self.words
        if match.lastgroup == "number":
            return self._holds_number(match.group(), unit, named)
        return any(covers(known, said) for said in dates_of(match) for known in self.dates)

    def _take(self, claim: Claim) -> None:
        saying = Saying(claim, units_in(f"{claim.text} 0 {shown_unit(claim.unit)}"))
        for text in (claim.text, claim.unit, claim.date, claim.formula, claim.source, claim.topic):
            for match in _PATTERN.finditer(text or ""):
                if match.lastgroup == "word":
                    self.words.add(match.group().lower())
                elif match.lastgroup == "number":
                    self.numbers.setdefault(parsed(match.group()), []).append(saying)
                else:
                    self.dates.update(dates_of(match))
        if claim.date:
            self.dates.add(_iso(claim.date))
        if claim.value is not None:
            value = abs(Decimal(repr(claim.value)))
            self.values.setdefault(int(value), []).append((value, saying))

    def _holds_number(self, text: str, unit: str | None, named: frozenset[str]) -> bool:
        said = parsed(text)
        if any(saying.fits(unit, named) for saying in self.numbers.get(said, ())):
            return True
        if unit is None and any(year == said for year, _, _ in self.dates):
            return True
        near = (pair for whole in range(int(said) - 1, int(said) + 2) for pair in self.values.get(whole, ()))
        return any(rounds_to(value, said) and saying.fits(unit, named) for value, saying in near)


@lru_cache(maxsize=4096)
def concepts_in(text: str) -> frozenset[str]:
    """The tests that a text names, by any of their names."""
    return frozenset(concept for mention in mentions(text) for concept in mention.concepts)


def unit_behind(text: str, place: int) -> str | None:
    """The unit that stands right behind a number, in one spelling."""
    found = _UNIT.match(text, place)
    return one_spelling(found[1]) if found else None


def units_in(text: str) -> frozenset[str]:
    """Every unit that a text names behind a number."""
    return frozenset(one_spelling(match[1]) for match in _UNIT.finditer(text))


def one_spelling(unit: str) -> str:
    unit = unit.casefold().replace("μ", "µ").replace("umol", "µmol").replace("mcg", "µg").replace("ug/", "µg/")
    return _SAME_UNIT.get(unit, unit)


def is_drug(word: str, drugs: frozenset[str] = frozenset()) -> bool:
    """Whether a word in lower case names a drug: it is known as one, or ends as one."""
    return word in drugs or _ends_as_drug(word)


@lru_cache(maxsize=4096)
def _ends_as_drug(word: str) -> bool:
    return word not in NOT_DRUGS and _DRUG.search(word) is not None


def parsed(text: str) -> Decimal:
    """The number in `7.4`, `1,204` or `7,4`."""
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", text):
        return Decimal(text.replace(",", ""))
    if text.count(",") + text.count(".") == 1:
        return Decimal(text.replace(",", "."))
    return Decimal(re.sub(r"[.,]", "", text))


def rounds_to(value: Decimal, said: Decimal) -> bool:
    """Whether `said` is `value` rounded to as many decimals as it shows, and to no fewer than it must be said with."""
    places = -int(said.as_tuple().exponent)
    if places < fewest_decimals(float(value)):
        return False
    step = Decimal(1).scaleb(-places)
    return said in (value.quantize(step, ROUND_HALF_UP), value.quantize(step, ROUND_HALF_EVEN))


def covers(known: PartialDate, said: PartialDate) -> bool:
    """Whether every part of a date that is said is known so."""
    return all(part is None or part == whole for part, whole in zip(said, known, strict=True))


def dates_of(match: re.Match[str]) -> Iterator[PartialDate]:
    """The date that was matched; two readings where day and month could be either."""
    groups = match.groupdict()
    match match.lastgroup:
        case "iso":
            yield _iso(match.group())
        case "dmy":
            yield _year(groups["y1"]), _month(groups["m1"]), _day(groups["d1"])
        case "mdy":
            yield _year(groups["y2"]), _month(groups["m2"]), _day(groups["d2"])
        case "spanish":
            yield _year(groups["y5"]), _mes(groups["m5"]), _day(groups["d5"])
        case "mes":
            yield _year(groups["y6"]), _mes(groups["m6"]), None
        case "my":
            yield _year(groups["y3"]), _month(groups["m3"]), None
        case "slash":
            first, second = int(groups["a"]), int(groups["b"])
            yield _year(groups["y4"]), second, first
            yield _year(groups["y4"]), first, second
        case _:
            return


def _iso(text: str) -> PartialDate:
    year, month, day = [*(int(part) for part in text[:10].split("-")), None, None][:3]
    return year, month, day


def _year(text: str | None) -> int | None:
    return int(text) if text else None


def _month(text: str) -> int:
    return [month[:3] for month in MONTHS].index(text[:3]) + 1


def _mes(text: str) -> int:
    return [name[:3] for name in MESES].index(text[:3].replace("set", "sep")) + 1


def _day(text: str) -> int:
    return int(re.sub(r"\D", "", text))
