"""Questions that lean on the one before: "and last year?", "what about LDL?", "is that bad?", "and the good one?"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

import msgspec

from agents.question import Ask, Intent
from agents.understanding.asks import MEASURED, NEEDS_A_TEST, ask_for
from agents.understanding.phrasing import name_of
from agents.understanding.scores import NAMES
from agents.understanding.slots import Slots

COMPLETE = 7.0
"""From this score on a question stands by itself, unless it says "it" or "that"."""

_OPENING = (
    r"(?:and|also|but|then|ok|okay|now|so|what about|how about|what of|same for|same with|"
    r"same question for|the same for|or|plus|y|do the same for|also for|same thing for|"
    r"and what about|and how about|and for|for|now for|no i meant|i meant|i mean|no|"
    r"actually|sorry)"
)
_FILLING = re.compile(
    rf"\b(?:{_OPENING}|the|my|in|a|an|of|then|please|too|as well|one|test|level|is|are|result|"
    rf"number|it|that|only|just|instead|was|were|to|with|for|s)\b"
)
_PRONOUN = re.compile(
    r"\b(it|that|this|those|these|them|they|its|mine|that one|this one|that result|that number|"
    r"this number|the result|the number|the same|both)\b"
)
_OTHER_ONE = (
    (r"\b(?:the )?good (?:one|kind|cholesterol|type)\b|\bgood one\b", ("hdl",)),
    (r"\b(?:the )?bad (?:one|kind|cholesterol|type)\b", ("ldl",)),
    (r"\b(?:the )?(?:top|upper|first) (?:one|number)\b", ("systolic",)),
    (r"\b(?:the )?(?:bottom|lower|second) (?:one|number)\b", ("diastolic",)),
    (r"\b(?:the )?total(?: one)?\b", ("total_cholesterol",)),
)
_FAMILIES = ({"total_cholesterol", "ldl", "hdl", "triglycerides", "non_hdl"}, {"systolic", "diastolic"})


def taken_over(slots: Slots, before: Ask, *, today: date, best: float) -> Ask | None:
    """The ask before with the new test, time or unit in its place, where the question names nothing else."""
    other = _other_one(slots.text, before)
    if other:
        return msgspec.structs.replace(before, concepts=other, value=None, inherited=True)
    left = " ".join(_FILLING.sub(" ", re.sub(r"\b[A-Z]{2,}\b", " ", slots.frame)).split())
    opened = re.match(rf"^{_OPENING}\b", slots.text) is not None
    if left or not (opened or ((slots.periods or slots.unit) and not slots.tests)):
        return None
    if slots.tests and before.intent in MEASURED:
        new = ask_for(before.intent, slots, today=today)
        return msgspec.structs.replace(
            before,
            concepts=slots.concepts,
            subject="" if before.intent != "before_after_medicine" else before.subject,
            score=None,
            intent="latest_value" if before.intent in {"risk_score", "wearable"} else before.intent,
            period=new.period or before.period,
            threshold=new.threshold or before.threshold,
            unit=new.unit,
            value=new.value,
            inherited=True,
        )
    if slots.periods and not slots.names:
        return _with_period(slots, before, today)
    if slots.unit and before.concepts and not slots.names:
        return Ask(
            intent="unit_conversion",
            concepts=before.concepts,
            unit=slots.unit.unit,
            period=before.period,
            inherited=True,
        )
    if slots.limit and before.intent in {"count_above", "count_below"}:
        intent: Intent = "count_above" if slots.limit.threshold.comparator.startswith(">") else "count_below"
        return msgspec.structs.replace(before, intent=intent, threshold=slots.limit.threshold, inherited=True)
    return _with_name(slots, before)


def completed(slots: Slots, before: Ask, *, best: float, top: Intent | None) -> str | None:
    """The question with what it leaves out put in: "is that bad" becomes "is my HbA1c bad"."""
    thing = _thing(before)
    pronoun = _PRONOUN.search(slots.text)
    if not thing or ((slots.tests or slots.names) and not pronoun):
        return None
    if slots.tests:
        return _put_in(thing, slots.text, pronoun) if pronoun and _TOGETHER.search(slots.text) else None
    if re.fullmatch(r"(?:and |but )?(?:since when|for how long|how long)", slots.text) and before.subject:
        return f"since when am i taking {thing}"
    if pronoun and (best < COMPLETE or top in NEEDS_A_TEST or top in _TAKES_A_THING):
        return _put_in(thing, slots.text, pronoun)
    if best >= COMPLETE or len(slots.text.split()) > 9:
        return None
    if re.fullmatch(
        (
            r"(?:but |and |so |ok )?(?:why|how come|why not|meaning|so what|explain|explain please|"
            r"should i worry|so|and|go on|more|tell me more)"
        ),
        slots.text,
    ):
        return f"what does {thing} result mean" if before.concepts else None
    for candidate in (f"{slots.text} {thing}", f"{slots.text} of {thing}", f"{thing} {slots.text}"):
        if _speaks(candidate, before):
            return candidate
    return None


def _put_in(thing: str, text: str, pronoun: re.Match[str]) -> str:
    return f"{text[: pronoun.start()]}{thing}{text[pronoun.end() :]}"


_TOGETHER = re.compile(
    r"\b(?:link\w*|relat\w+|connect\w+|correlat\w+|affect\w*|because|depend\w*|due to|caus\w+|influenc\w+)\b"
)
_TAKES_A_THING: frozenset[Intent] = frozenset(
    {
        "real_change",
        "medication_start",
        "medication_list",
        "medication_history",
        "medication_side_effect",
        "medication_interactions",
        "lifestyle",
        "last_date",
        "count",
        "abnormal_list",
        "ever_diagnosed",
        "conditions",
    }
)
_CUES = re.compile(
    r"\b(?:highest|lowest|max\w*|min\w*|average|mean|trend\w*|worr\w+|normal|bad|good|ok|okay|"
    r"high|low|when|how often|how many times|"
    r"improv\w+|worse|better|up|down|chart|graph|plot|chang\w+|latest|last|first|before|recent|"
    r"dangerous|serious|lower|raise|reduce|"
    r"over time|above|below|over|under|noise|significant|real|eat|diet|food|why|mean|history|dose|"
    r"start\w*|stop\w*|convert|compare\w*|vs|than)\b"
)


def _speaks(candidate: str, before: Ask) -> bool:
    return bool(_CUES.search(candidate.replace(_thing(before), ""))) and len(candidate) < 120


def _thing(before: Ask) -> str:
    if before.concepts:
        return f"my {name_of(before.concepts).lower()}"
    if before.score:
        return f"my {NAMES[before.score].lower()}"
    return before.subject.split(",")[0]


def _other_one(text: str, before: Ask) -> tuple[str, ...]:
    family: set[str] = next((family for family in _FAMILIES if family & set(before.concepts)), set())
    for pattern, concepts in _OTHER_ONE:
        if re.search(pattern, text) and set(concepts) <= family and len(text.split()) < 8:
            return concepts
    return ()


def _with_period(slots: Slots, before: Ask, today: date) -> Ask:
    new = ask_for(before.intent, slots, today=today)
    if before.intent == "latest_value" and new.period and new.period.label.startswith(("the ", "since ", "from ")):
        return msgspec.structs.replace(ask_for("trend", slots, today=today), concepts=before.concepts, inherited=True)
    if before.intent == "compare_periods" and before.period and len(slots.periods) == 1:
        return msgspec.structs.replace(before, other_period=slots.periods[0], inherited=True)
    return msgspec.structs.replace(before, period=new.period, other_period=new.other_period, inherited=True)


_SUBJECTS: Mapping[Intent, tuple[str, ...]] = {
    "medication_list": ("medicine",),
    "medication_start": ("medicine",),
    "medication_history": ("medicine",),
    "medication_interactions": ("medicine",),
    "before_after_medicine": ("medicine",),
    "allergies": ("medicine",),
    "conditions": ("condition",),
    "ever_diagnosed": ("condition",),
    "explain_condition": ("condition",),
    "procedures": ("procedure",),
    "last_date": ("procedure",),
    "screening_due": ("procedure",),
    "count": ("visit", "procedure"),
    "immunizations": ("vaccine",),
    "last_immunization": ("vaccine",),
    "immunization_count": ("vaccine",),
}


def _with_name(slots: Slots, before: Ask) -> Ask | None:
    kinds = _SUBJECTS.get(before.intent, ())
    names = [name for name in slots.names if name.kind in kinds]
    if not names:
        return None
    again = ask_for(before.intent, slots, today=date.min)
    return msgspec.structs.replace(before, subject=again.subject, inherited=True)
