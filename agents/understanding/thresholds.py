"""Comparators: "above 54", "over 140/90", "under 70 mg/dL"."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from agents.question import Threshold
from agents.understanding.units import UNIT_PATTERN, unit_of

_WORDS: tuple[tuple[Literal["<", "<=", ">", ">="], str], ...] = (
    (">=", r"at least|no less than|not less than|not under|not below|greater than or equal to|>=|≥|from"),
    ("<=", r"at most|no more than|not more than|not over|not above|less than or equal to|up to|<=|≤"),
    (
        ">",
        r"(?:went |gone |go |been |were |was |ran |run )?"
        r"(?:above|over|higher than|greater than|more than|bigger than|exceed(?:ed|ing|s)?|north of|>)",
    ),
    (
        "<",
        r"(?:went |gone |go |been |were |was |ran |run )?"
        r"(?:below|under|lower than|less than|smaller than|fewer than|beneath|<)",
    ),
)
_NUMBER = r"(?P<value>\d+(?:[.,]\d+)?)(?: ?(?:/|over) ?(?P<second>\d{2,3}))?"


class ThresholdMention(NamedTuple):
    threshold: Threshold
    second: float | None
    """The diastolic limit of "over 140/90"."""
    start: int
    end: int


def threshold_mentions(text: str) -> list[ThresholdMention]:
    """Find the limits in normalised text. A count of days to years ("over 3 years") is no limit."""
    found: list[ThresholdMention] = []
    for comparator, words in _WORDS:
        pattern = rf"(?<!\w)(?:{words}) (?:a |an |of )?{_NUMBER}(?P<unit> ?(?:{UNIT_PATTERN})(?!\w))?(?!\d)"
        for match in re.finditer(pattern, text):
            if re.match(r"\s*-?(?:day|week|month|year|decade|time)s?\b", text[match.end() :]):
                continue
            if any(match.start() < other.end and other.start < match.end() for other in found):
                continue
            second = match["second"]
            found.append(
                ThresholdMention(
                    Threshold(
                        comparator=comparator,
                        value=float(match["value"].replace(",", ".")),
                        unit=unit_of(match["unit"].strip()) if match["unit"] else None,
                    ),
                    float(second) if second else None,
                    match.start(),
                    match.end(),
                )
            )
    return sorted(found, key=lambda mention: mention.start)
