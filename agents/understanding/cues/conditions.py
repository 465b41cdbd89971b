"""What a question must name or say for a cue to count."""

from __future__ import annotations

import re

from agents.understanding.lexicon import ANTIBIOTICS, SERIOUS
from agents.understanding.scores import score_asked
from agents.understanding.slots import Slots


def says(slots: Slots, pattern: str) -> bool:
    """Whether the words of the question hold the pattern."""
    return re.search(pattern, slots.text) is not None


def has_frame(slots: Slots, pattern: str) -> bool:
    """Whether the question, with placeholders for what it names, holds the pattern."""
    return re.search(pattern, slots.frame) is not None


def names_a_test(slots: Slots) -> bool:
    return bool(slots.tests) or bool(slots.named("observation", "unmapped"))


def names_no_test(slots: Slots) -> bool:
    return not names_a_test(slots)


def always(_slots: Slots) -> bool:
    return True


def names_two_tests(slots: Slots) -> bool:
    return len(slots.tests) > 1


def names_two_times(slots: Slots) -> bool:
    return len(slots.periods) > 1


def names_one_time(slots: Slots) -> bool:
    return len(slots.periods) == 1


def has_a_floor(slots: Slots) -> bool:
    return slots.limit is not None and slots.limit.threshold.comparator.startswith(">")


def has_a_ceiling(slots: Slots) -> bool:
    return slots.limit is not None and slots.limit.threshold.comparator.startswith("<")


def names_a_group(slots: Slots) -> bool:
    return any(len(test.concepts) > 2 for test in slots.tests)


def wants_a_unit(slots: Slots) -> bool:
    return slots.unit is not None and (names_a_test(slots) or slots.value is not None)


def names_a_medicine(slots: Slots) -> bool:
    return bool(slots.named("medicine"))


def names_an_antibiotic(slots: Slots) -> bool:
    return any(
        name.text.removesuffix("s") in ANTIBIOTICS or name.text in ANTIBIOTICS for name in slots.named("medicine")
    )


def tells_a_value(slots: Slots) -> bool:
    return slots.value is not None and slots.unit is None


def asks_a_score(slots: Slots) -> bool:
    return score_asked(slots) is not None


def names_a_feared_condition(slots: Slots) -> bool:
    return any(name.text in SERIOUS and not name.own for name in slots.named("condition"))


def says_kidneys(slots: Slots) -> bool:
    return bool(re.search(r"\bkidneys?|\brenal|\begfr|\bcreatinine", slots.text))


def is_worse_when_low(slots: Slots) -> bool:
    return bool(
        {
            "hdl",
            "egfr",
            "hemoglobin",
            "spo2",
            "platelets",
            "sleep_duration",
            "steps",
            "vitamin_d",
            "hrv",
            "vo2max",
            "iron",
            "ferritin",
        }
        & {*slots.concepts[:1]}
    )
