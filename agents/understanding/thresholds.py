"""Comparators: "above 54", "over 140/90", "under 70 mg/dL"."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from agents.question import Threshold
from agents.understanding.units import UNIT_PATTERN, unit_of

Comparator = Literal["<", "<=", ">", ">="]

_WORDS: tuple[tuple[Comparator, str], ...] = (
    (">=", r"at least|no less than|not less than|not under|not below|greater than or equal to|>=|≥"),
    ("<=", r"at most|no more than|not more than|not over|not above|less than or equal to|up to|<=|≤"),
    (
        ">",
        (
            r"(?:went |gone |go |been |were |was |ran |run )?"
            r"(?:above|over|higher than|greater than|more than|bigger than|exceed(?:ed|ing|s)?|top(?:s|ped|"
            r"ping)?|surpass(?:ed|es|ing)?|beyond|beat(?:s|ing)?|north of|>)"
        ),
    ),
    (
        "<",
        (
            r"(?:went |gone |go |been |were |was |ran |run )?"
            r"(?:below|under|lower than|less than|smaller than|fewer than|beneath|south of|short of|<)"
        ),
    ),
)
_NUMBER = r"(?P<value>\d+(?:[.,]\d+)?)(?: ?(?:/|over) ?(?P<second>\d{2,3}))?"


_UNIT = rf"(?P<unit> ?(?:{UNIT_PATTERN})(?!\w))?"
_PATTERNS: tuple[tuple[Comparator, re.Pattern[str]], ...] = (
    (">=", re.compile(rf"(?<![\w./]){_NUMBER}{_UNIT} (?:or|and) (?:higher|more|above|over|greater|up|upwards)\b")),
    ("<=", re.compile(rf"(?<![\w./]){_NUMBER}{_UNIT} (?:or|and) (?:lower|less|below|under|fewer|down)\b")),
    *(
        (comparator, re.compile(rf"(?<!\w)(?:{words}) (?:a |an |of )?{_NUMBER}{_UNIT}(?!\d)"))
        for comparator, words in _WORDS
    ),
)


class ThresholdMention(NamedTuple):
    threshold: Threshold
    second: float | None
    """The diastolic limit of "over 140/90"."""
    start: int
    end: int


def threshold_mentions(text: str) -> list[ThresholdMention]:
    """Find the limits in normalised text. A count of days to years ("over 3 years") is no limit."""
    found: list[ThresholdMention] = []
    for comparator, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            counts_time = re.match(r"\s*-?(?:day|week|month|year|decade|time)s?\b", text[match.end() :])
            if counts_time or any(match.start() < other.end and other.start < match.end() for other in found):
                continue
            found.append(_mention(comparator, match))
    return sorted(found, key=lambda mention: mention.start)


def _mention(comparator: Comparator, match: re.Match[str]) -> ThresholdMention:
    return ThresholdMention(
        Threshold(
            comparator=comparator,
            value=float(match["value"].replace(",", ".")),
            unit=unit_of(match["unit"].strip()) if match["unit"] else None,
        ),
        float(match["second"]) if match["second"] else None,
        match.start(),
        match.end(),
    )
