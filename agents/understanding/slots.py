"""What a question names, each part found once and replaced by a placeholder, so that intents can be told by its frame.

"What was my LDL in 2019?" has the frame `what was my TEST PERIOD`. Placeholders: TEST, MED, COND, VAX, PROC, VISIT,
OTHER (a measurement that is no concept of ours), PERIOD, LIMIT, UNIT, NUM (a value said to be the person's own).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from agents.concepts import Mention, mentions
from agents.question import Period
from agents.understanding.lexicon import Kind
from agents.understanding.names import Name, names_in
from agents.understanding.periods import PeriodMention, period_mentions
from agents.understanding.thresholds import ThresholdMention, threshold_mentions
from agents.understanding.units import UNIT_PATTERN, UnitMention, unit_of, wanted_unit

PLACEHOLDERS: Mapping[Kind, str] = {
    "medicine": "MED",
    "condition": "COND",
    "vaccine": "VAX",
    "procedure": "PROC",
    "visit": "VISIT",
    "observation": "OTHER",
    "unmapped": "OTHER",
}
WEARABLES = frozenset({"steps", "sleep_duration", "hrv", "vo2max"})

_ALSO_CALLED = (
    (r"\b(?:walk|walks|walked|step counts?)\b(?! (?:me|us|through))", ("steps",)),
    (r"\b(?:slept|sleeps)\b", ("sleep_duration",)),
    (r"\b(?:sats?)\b", ("spo2",)),
    (
        (
            r"\b(?:lost|lose|losing|gain|gained|gaining|put on|putting on) (?:any |some |more |"
            r"much )?(?:weight|kilos?|pounds?)\b"
        ),
        ("weight",),
    ),
    (r"\b(?:lighter|heavier|thinner|fatter|weighed)\b", ("weight",)),
    (r"\bkidneys?(?! (?:disease|stones?|failure|infection))\b", ("egfr", "creatinine", "bun", "uacr")),
    (r"\blivers?(?! (?:disease|failure))\b", ("alt", "ast", "alp", "ggt", "bilirubin", "albumin")),
    (r"\bcholesterols\b", ("total_cholesterol", "ldl", "hdl", "triglycerides")),
    (r"\bpressure\b(?! cooker| ulcer| at work)", ("systolic", "diastolic")),
)
"""Words that stand for a test only where nothing longer does."""


_TWO_TIMES = re.compile(r"\b((?:difference|compar\w+|differ\w*)\b.*) between ((?:19|20)\d\d) and ((?:19|20)\d\d)\b")
_BETTER_OR_WORSE = re.compile(
    r"\b((?:better|worse|higher|lower)\b.*?) (?:from|between) ((?:19|20)\d\d) (?:to|and) ((?:19|20)\d\d)\b"
)
"""Two years to be compared, and not the time from one to the other."""

_CONDITION_TESTS = (
    (r"diabet", ("a1c", "glucose")),
    (r"hypertens|high blood pressure", ("systolic", "diastolic")),
    (r"cholesterol|lipid", ("ldl", "total_cholesterol")),
    (r"an(?:a)?em", ("hemoglobin",)),
    (r"kidney|renal|ckd", ("egfr", "creatinine")),
    (r"thyroid", ("tsh",)),
    (r"obes|weight", ("weight", "bmi")),
    (r"gout", ("uric_acid",)),
    (r"liver|hepat", ("alt", "ast")),
)


class Value(NamedTuple):
    value: float
    second: float | None
    unit: str | None
    start: int
    end: int


class Slots(NamedTuple):
    text: str
    frame: str
    tests: tuple[Mention, ...]
    names: tuple[Name, ...]
    periods: tuple[Period, ...]
    limit: ThresholdMention | None
    unit: UnitMention | None
    value: Value | None

    @property
    def concepts(self) -> tuple[str, ...]:
        """Ids of the concepts named, each once, in order."""
        return tuple(dict.fromkeys(concept for test in self.tests for concept in test.concepts))

    def named(self, *kinds: Kind) -> tuple[Name, ...]:
        return tuple(name for name in self.names if name.kind in kinds)


class _Part(NamedTuple):
    start: int
    end: int
    placeholder: str
    found: Mention | Name | PeriodMention | ThresholdMention | UnitMention | Value


def slots_of(text: str, *, own: Mapping[str, Kind], today: date, birth: date | None = None) -> Slots:
    """Take normalised text apart; where two parts overlap the longer one stands, then the one named first here."""
    text = _BETTER_OR_WORSE.sub(r"\1 in \2 vs \3", _TWO_TIMES.sub(r"\1 in \2 vs \3", text))
    limits = threshold_mentions(text)
    unit = wanted_unit(text)
    parts: list[_Part] = [_Part(limit.start, limit.end, "LIMIT", limit) for limit in limits]
    parts += [_Part(p.start, p.end, "PERIOD", p) for p in period_mentions(text, today=today, birth=birth)]
    parts += [_Part(name.start, name.end, PLACEHOLDERS[name.kind], name) for name in names_in(text, own)]
    parts += [_Part(test.start, test.end, "TEST", test) for test in mentions(text)]
    if unit:
        parts.append(_Part(unit.start, unit.end, "UNIT", unit))
    kept = _without_overlaps(parts)
    kept = _without_overlaps([*kept, *_also_called(text, kept)])
    kept += _own_value(text, kept)
    kept.sort()
    found = [part.found for part in kept]
    return Slots(
        text=text,
        frame=_framed(text, kept),
        tests=tuple(part for part in found if isinstance(part, Mention)),
        names=tuple(part for part in found if isinstance(part, Name)),
        periods=tuple(part.period for part in found if isinstance(part, PeriodMention)),
        limit=next((part for part in found if isinstance(part, ThresholdMention)), None),
        unit=next((part for part in found if isinstance(part, UnitMention)), None),
        value=next((part for part in found if isinstance(part, Value)), None),
    )


def tests_of_conditions(slots: Slots) -> tuple[str, ...]:
    """The tests by which a named condition is followed: "how is my diabetes" is a question about HbA1c."""
    words = " ".join(name.text for name in slots.named("condition"))
    return next((concepts for pattern, concepts in _CONDITION_TESTS if re.search(pattern, words)), ())


def _without_overlaps(parts: Iterable[_Part]) -> list[_Part]:
    kept: list[_Part] = []
    for part in sorted(parts, key=lambda part: part.start - part.end):
        if all(part.end <= other.start or other.end <= part.start for other in kept):
            kept.append(part)
    return kept


def _also_called(text: str, kept: Iterable[_Part]) -> list[_Part]:
    taken = list(kept)
    found = []
    for pattern, concepts in _ALSO_CALLED:
        for match in re.finditer(pattern, text):
            if all(match.end() <= part.start or part.end <= match.start() for part in taken):
                mention = Mention(concepts=concepts, start=match.start(), end=match.end(), text=match[0])
                found.append(_Part(match.start(), match.end(), "TEST", mention))
    return found


def _own_value(text: str, kept: list[_Part]) -> list[_Part]:
    """A number right behind a test ("my ALT is 62", "BP 150/95"), or one with a unit that is to be converted."""
    number = r"(?P<value>\d+(?:[.,]\d+)?)(?: ?(?:/|over) ?(?P<second>\d{2,3}))?"
    pattern = rf"(?<![\w./]){number}(?: ?(?P<unit>{UNIT_PATTERN})(?![\w/]))?(?![\w/])"
    for match in re.finditer(pattern, text):
        if any(match.start() < part.end and part.start < match.end() for part in kept):
            continue
        before = text[: match.start()].rstrip()
        follows = any(
            part.placeholder == "TEST" and re.fullmatch(_BETWEEN, text[part.end : match.start()]) for part in kept
        )
        if follows or match["unit"] or re.search(r"(?:^|\b)(?:is|are|was|were|convert|of|at)(?: an?)?$", before):
            value = Value(
                float(match["value"].replace(",", ".")),
                float(match["second"]) if match["second"] else None,
                unit_of(match["unit"]) if match["unit"] else None,
                match.start(),
                match.end(),
            )
            return [_Part(match.start(), match.end(), "NUM", value)]
    return []


_BETWEEN = (
    r"\s*(?:level|levels|result|results|reading|value|count|score|"
    r"number)?\s*(?:today )?(?:is|are|was|were|of|at|=|came back(?: at| as)?)?\s*(?:only |"
    r"about |around |now |at )?"
)


def _framed(text: str, parts: Iterable[_Part]) -> str:
    pieces, at = [], 0
    for part in sorted(parts):
        pieces += [text[at : part.start], f" {part.placeholder} "]
        at = part.end
    return " ".join("".join([*pieces, text[at:]]).split())
