"""Numbers that a person types: a blood pressure, a temperature, a sugar, a laboratory value; what they add up to.

A sugar of 35 or less without a unit is taken as mmol/L: nobody types such a number of mg/dL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from agents.clinical.critical import critical
from agents.concepts import mentions, to_canonical
from agents.triage.frames import about_now
from agents.triage.patterns import patterns
from agents.triage.plain import Plain


class Reading(NamedTuple):
    concept: str
    value: float
    """In the concept's own unit."""
    start: int
    end: int


_TYPED = patterns("readings")
_CHECKED = (
    "potassium",
    "sodium",
    "calcium",
    "magnesium",
    "hemoglobin",
    "platelets",
    "wbc",
    "creatinine",
    "bun",
    "inr",
    "co2",
    "heart_rate",
)


def marks(message: Plain, *, usual_oxygen: Callable[[], float | None] = lambda: None) -> frozenset[str]:
    """What the typed numbers amount to: `pressure_severe`, `fever`, `critical_emergency`, …"""
    found: set[str] = set()
    for reading in _readings(message):
        if about_now(message, reading.start, reading.end) and not _asked(message, reading):
            found.update(_amounts_to(reading, usual_oxygen))
    return frozenset(found)


def _asked(message: Plain, reading: Reading) -> bool:
    start, end = message.sentence(reading.start)
    return bool(_TYPED["asked"].search(message.text[start:end]))


def _readings(message: Plain) -> Iterator[Reading]:
    text = message.text
    if not any(character.isdigit() for character in text):
        return
    yield from _pressures(text)
    yield from _temperatures(text)
    for match in _TYPED["oxygen"].finditer(text):
        value = float(match[1] or match[2])
        if 40 <= value <= 100:
            yield Reading("spo2", value, *match.span())
    for match in _TYPED["ketones"].finditer(text):
        yield Reading("ketones", _number(match[1]), *match.span())
    for match in _TYPED["sugar"].finditer(text):
        sugar = _sugar(_number(match[1]), match[2])
        if (
            sugar is not None
            and not _TYPED["not_a_value_after"].match(text, match.end(1))
            and not _is_limit(text, match.start(1))
        ):
            yield Reading("glucose", sugar, *match.span())
    yield from _laboratory(text)


def _pressures(text: str) -> Iterator[Reading]:
    for match in _TYPED["pressure"].finditer(text):
        systolic, diastolic = int(match[1]), int(match[2])
        if 60 <= systolic <= 320 and 30 <= diastolic <= 220 and systolic > diastolic:
            yield Reading("systolic", systolic, *match.span())
            yield Reading("diastolic", diastolic, *match.span())


def _temperatures(text: str) -> Iterator[Reading]:
    for match in _TYPED["temperature"].finditer(text):
        number = _number(match[1] or match[3] or match[5])
        unit = match[2] or match[4] or match[6]
        celsius = _celsius(number, unit)
        if celsius is not None:
            yield Reading("temperature", celsius, *match.span())
    if not mentions(text):
        for match in _TYPED["bare_temperature"].finditer(text):
            yield Reading("bare_temperature", _number(match[1]), *match.span())


def _laboratory(text: str) -> Iterator[Reading]:
    for mention in mentions(text):
        if mention.concept not in _CHECKED:
            continue
        match = _TYPED["value_after"].match(text, mention.end)
        if match is None or _is_limit(text, match.start(1)) or _TYPED["not_a_value_after"].match(text, match.end(1)):
            continue
        value = _laboratory_value(mention.concept, _number(match[1]), match[2])
        if value is not None:
            yield Reading(mention.concept, value, mention.start, match.end(1))


def _laboratory_value(concept: str, number: float, unit: str | None) -> float | None:
    if unit and (known := to_canonical(concept, number, unit)):
        return known[0]
    if concept == "hemoglobin" and number > 30:
        return number / 10
    return number


def _is_limit(text: str, place: int) -> bool:
    return bool(_TYPED["not_a_value"].search(text[max(0, place - 20) : place]))


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _celsius(number: float, unit: str | None) -> float | None:
    if unit == "f" or (unit is None and 93 <= number <= 113):
        return (number - 32) * 5 / 9
    if unit == "c" or 34 <= number <= 44:
        return number if 30 <= number <= 45 else None
    return None


def _sugar(number: float, unit: str | None) -> float | None:
    if unit == "mmol" or (unit is None and number <= 35):
        converted = to_canonical("glucose", number, "mmol/L")
        return converted[0] if converted else None
    return number if number <= 2500 else None


def _amounts_to(reading: Reading, usual_oxygen: Callable[[], float | None]) -> Iterator[str]:
    concept, value = reading.concept, reading.value
    if (concept == "systolic" and value >= 160) or (concept == "diastolic" and value >= 110):
        yield "pressure_pregnant"
    if (concept == "systolic" and value > 180) or (concept == "diastolic" and value > 120):
        yield "pressure_severe"
    if concept == "temperature":
        yield from _fever(value)
    if concept == "bare_temperature":
        yield from ("fever", "infant_fever")
    if concept == "spo2":
        usual = usual_oxygen()
        if value < (92 if usual is None or usual >= 95 else min(92, usual - 3)):
            yield "oxygen_low"
    if concept == "ketones" and value >= 1.5:
        yield "ketones_high" if value >= 3 else "ketones_raised"
    if concept == "glucose":
        yield from _sugar_marks(value)
    if concept == "inr" and value > 5:
        yield "inr_high"
    if concept == "heart_rate" and (value >= 150 or value < 40) and 15 < value < 300:
        yield "critical_advise"
    if concept in _CHECKED and (hit := critical(concept, value)):
        yield f"critical_{hit.degree}"


def _fever(celsius: float) -> Iterator[str]:
    if celsius >= 37.95:
        yield "fever"
        yield "infant_fever"
    if celsius >= 39.4:
        yield "high_fever"
    if celsius >= 41.0:
        yield "critical_emergency"


def _sugar_marks(value: float) -> Iterator[str]:
    if value < 54:
        yield "sugar_below_54"
    if value > 250:
        yield "sugar_high"
    hit = critical("glucose", value)
    if hit:
        yield f"critical_{hit.degree}"
