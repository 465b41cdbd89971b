"""From an intent and the parts of a question to what is asked: concepts, subject, periods, limits, units."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from agents.question import Ask, Intent, Period, Threshold
from agents.understanding.intents import only_wearables
from agents.understanding.lexicon import FOODS, VACCINES, Kind
from agents.understanding.scores import PLAIN_CONCEPTS, score_asked
from agents.understanding.slots import Slots, tests_of_conditions

LABORATORY_RESULTS = "laboratory results"
"""The subject of a summary of laboratory results alone."""

MEASURED: frozenset[Intent] = frozenset(
    {
        "latest_value",
        "last_date",
        "count",
        "count_above",
        "count_below",
        "minimum",
        "maximum",
        "mean_period",
        "trend",
        "compare_periods",
        "change",
        "real_change",
        "before_after_medicine",
        "correlation",
        "abnormal_list",
        "explain_test",
        "explain_result",
        "risk_score",
        "lifestyle",
        "wearable",
        "unit_conversion",
        "visit_summary",
        "visit_questions",
    }
)
"""Intents that are about tests and measurements."""

NEEDS_A_TEST: frozenset[Intent] = MEASURED - {
    "abnormal_list",
    "risk_score",
    "lifestyle",
    "visit_summary",
    "visit_questions",
    "last_date",
    "count",
    "before_after_medicine",
    "real_change",
}

_KINDS: dict[Intent, tuple[Kind, ...]] = {
    "last_date": ("procedure", "observation", "unmapped", "visit"),
    "count": ("visit", "procedure", "observation", "unmapped"),
    "before_after_medicine": ("medicine",),
    "medication_list": ("medicine", "condition"),
    "medication_start": ("medicine",),
    "medication_history": ("medicine",),
    "medication_interactions": ("medicine",),
    "medication_kidney": ("medicine",),
    "allergies": ("medicine",),
    "conditions": ("condition",),
    "ever_diagnosed": ("condition",),
    "explain_condition": ("condition",),
    "procedures": ("procedure",),
    "encounters": ("visit",),
    "immunizations": ("vaccine",),
    "last_immunization": ("vaccine",),
    "immunization_count": ("vaccine",),
    "screening_due": ("procedure",),
}
_PLAIN_VISITS = re.compile(
    r"(?:doctor |office |clinic )?(?:visits?|appointments?)|encounters|check-?ups?|check ups?|clinic"
)
_SYMPTOM = re.compile(
    r"\b(?:cough\w*|headaches?|dizz\w+|nausea|rash\w*|tired\w*|fatigue|diarrh?o?ea|constipat\w+|"
    r"itch\w*|dry mouth|sweat\w+|"
    r"cramps?|(?:muscle|joint|back|stomach|chest|leg) (?:pain\w*|ache\w*|cramps?)|pain|insomnia|"
    r"swelling|swollen \w+|bruis\w+|"
    r"weakness|sleepy|drows\w+|palpitations|vomit\w*|hair loss|weight gain|heartburn|shak\w+|tremor|blurr\w+ vision)\b"
)


def ask_for(intent: Intent, slots: Slots, *, today: date) -> Ask:
    """Fill in what the intent needs from the parts that were found."""
    if intent in {"latest_value", "mean_period", "count"} and only_wearables(slots):
        intent = "wearable"
    if only_wearables(slots) and re.search(r"weekday|weekend", slots.text):
        intent = "wearable"
    score = score_asked(slots) if intent == "risk_score" else None
    period, other = _periods(intent, slots.periods, today)
    limit = slots.limit.threshold if slots.limit else None
    value = slots.value
    unit = slots.unit.unit if slots.unit else value.unit if value else None
    return Ask(
        intent=intent,
        concepts=_concepts(intent, slots) if score is None else slots.concepts or PLAIN_CONCEPTS[score],
        subject=_subject(intent, slots),
        score=score,
        period=period,
        other_period=other,
        threshold=limit if intent in MEASURED else None,
        second_threshold=_second(slots) if intent in MEASURED else None,
        unit=unit if intent in MEASURED else None,
        value=value.value if value and intent in MEASURED else None,
    )


def _second(slots: Slots) -> Threshold | None:
    if slots.limit is None or slots.limit.second is None:
        return None
    return Threshold(
        comparator=slots.limit.threshold.comparator, value=slots.limit.second, unit=slots.limit.threshold.unit
    )


def _concepts(intent: Intent, slots: Slots) -> tuple[str, ...]:
    if intent not in MEASURED:
        return ()
    if (
        intent == "mean_period"
        and slots.periods
        and any(re.search(r"average|month", test.text) for test in slots.tests)
    ):
        return ("glucose",)
    if not slots.tests and intent in {"trend", "explain_test", "latest_value"}:
        return tests_of_conditions(slots)
    if intent == "trend" and [test.text for test in slots.tests] == ["cholesterol"]:
        return ("total_cholesterol", "ldl")
    return slots.concepts


def _subject(intent: Intent, slots: Slots) -> str:
    if intent == "medication_side_effect":
        symptom = _SYMPTOM.search(slots.text)
        names = slots.named("medicine")
        return symptom[0] if symptom else names[0].text if names else ""
    if intent == "medication_list" and not slots.named("medicine"):
        return _purpose(slots)
    if intent in {"medication_interactions", "allergies"}:
        foods = [food for food in sorted(FOODS, key=len, reverse=True) if re.search(rf"\b{food}\b", slots.text)][:1]
        return ", ".join([*foods, *(name.text for name in slots.named("medicine"))])
    if intent in {
        "latest_value",
        "trend",
        "minimum",
        "maximum",
        "mean_period",
        "explain_test",
        "explain_result",
        "count_above",
        "count_below",
    }:
        names = slots.named("observation", "unmapped") if not slots.tests else ()
        return names[0].text if names else ""
    if intent in {"ever_diagnosed", "conditions"} and not slots.named("condition"):
        return _told_condition(slots.text) if intent == "ever_diagnosed" else ""
    if intent == "visit_summary" and not slots.tests:
        return (
            LABORATORY_RESULTS
            if re.search(r"\b(?:blood (?:tests?|results?)|labs?\b|lab \w+|test results|laborator\w+)", slots.text)
            else ""
        )
    names = slots.named(*_KINDS.get(intent, ()))
    if not names:
        return ""
    name = min(names, key=lambda found: _KINDS[intent].index(found.kind))
    if name.kind == "vaccine":
        return VACCINES.get(name.text, name.text.removesuffix(" vaccine").removesuffix(" shot"))
    if name.kind == "visit" and _PLAIN_VISITS.fullmatch(name.text):
        return ""
    return name.text


def _purpose(slots: Slots) -> str:
    """What a medicine is for: "which of my meds are for blood pressure"."""
    names = slots.named("condition")
    if names:
        return names[0].text
    if slots.tests and re.search(r"\bfor\b", slots.text):
        return slots.tests[0].text
    match = re.search(
        r"\b(?:meds|medic\w+|pills?|tablets?|take|taking) (?:.* )?for (?:my |the |a )?(?P<purpose>[a-z ]+)\Z",
        slots.text,
    )
    return match["purpose"] if match else ""


def _told_condition(text: str) -> str:
    """The words after "diagnosed with" that name a condition we have no name for."""
    match = re.search(
        (
            r"\b(?:diagnosed with|had|have|suffered from|history of|told i have|treated for)(?: an?|"
            r" the| any)? (?P<name>[a-z][a-z' -]{2,40})\Z"
        ),
        text,
    )
    return match["name"].strip() if match else ""


def _periods(intent: Intent, periods: Sequence[Period], today: date) -> tuple[Period | None, Period | None]:
    if not periods or intent == "risk_score":
        return None, None
    if intent == "compare_periods":
        return _compared(periods, today)
    first = periods[0]
    if intent == "trend" and first.end is not None and first.end < today and first.label.startswith("last "):
        return Period(label=f"since the start of {first.label}", start=first.start, end=today), None
    return first, None


def _compared(periods: Sequence[Period], today: date) -> tuple[Period, Period]:
    if len(periods) > 1:
        earlier, later = sorted(periods[:2], key=lambda period: period.start or date.min)
        return earlier, later
    only = periods[0]
    if only.start is not None and only.end is not None and only.end >= today:
        length = only.end - only.start
        before = Period(
            label="the time before", start=only.start - length - timedelta(days=1), end=only.start - timedelta(days=1)
        )
        return before, only
    if only.label.startswith("last year") or (only.end and only.end.month == 12 and only.end.day == 31):
        return only, Period(label="this year", start=today.replace(month=1, day=1), end=today)
    return only, Period(label="since then", start=(only.end or today) + timedelta(days=1), end=today)
