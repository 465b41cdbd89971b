"""Blood pressure: categories, averages, mean arterial pressure.

Categories: 2025 AHA/ACC guideline for high blood pressure in adults. They are meant for the average of at least two
readings on at least two occasions; one reading is called one reading. A category is no diagnosis.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

import msgspec

from agents.clinical.age import ADULT_YEARS
from agents.clinical.refused import Refused

SOURCE = "2025 AHA/ACC high blood pressure guideline"
LEAST_READINGS = 2
LEAST_OCCASIONS = 2
_LIVING = range(30, 331)

Category = Literal["normal", "elevated", "stage 1", "stage 2", "severe (>180/120)"]


class Reading(msgspec.Struct, frozen=True):
    day: date
    systolic: float
    diastolic: float
    """Both in mmHg."""


class Average(msgspec.Struct, frozen=True, kw_only=True):
    systolic: float
    diastolic: float
    readings: int
    occasions: int
    category: Category
    enough: bool
    """Two readings on two occasions, as the categories ask for."""
    basis: str
    """"one reading", "an average of 6 readings on 3 days", …"""


def category(systolic: float, diastolic: float, *, age: int | None = None) -> Category | Refused:
    """The category of a pair in mmHg; the higher of the two decides. 128/79 is elevated, 128/80 is stage 1."""
    if age is not None and age < ADULT_YEARS:
        return Refused("adult blood pressure categories do not apply under 18")
    if int(systolic) not in _LIVING or int(diastolic) not in _LIVING or diastolic > systolic:
        return Refused("these two numbers are not a blood pressure")
    if systolic > 180 or diastolic > 120:
        return "severe (>180/120)"
    if systolic >= 140 or diastolic >= 90:
        return "stage 2"
    if systolic >= 130 or diastolic >= 80:
        return "stage 1"
    return "elevated" if systolic >= 120 else "normal"


def average(readings: Sequence[Reading], *, age: int | None = None) -> Average | Refused:
    """The mean pair of the readings, with its category and what it rests on."""
    if not readings:
        return Refused("there is no blood pressure reading")
    systolic = sum(reading.systolic for reading in readings) / len(readings)
    diastolic = sum(reading.diastolic for reading in readings) / len(readings)
    occasions = len({reading.day for reading in readings})
    found = category(systolic, diastolic, age=age)
    if isinstance(found, Refused):
        return found
    return Average(
        systolic=systolic,
        diastolic=diastolic,
        readings=len(readings),
        occasions=occasions,
        category=found,
        enough=len(readings) >= LEAST_READINGS and occasions >= LEAST_OCCASIONS,
        basis=_basis(len(readings), occasions),
    )


def mean_arterial_pressure(systolic: float, diastolic: float) -> float | Refused:
    """Diastolic plus a third of the difference, mmHg; 120/80 gives 93.3. An estimate for a normal heart rate."""
    if isinstance(category(systolic, diastolic), Refused):
        return Refused("these two numbers are not a blood pressure")
    return diastolic + (systolic - diastolic) / 3


def _basis(readings: int, occasions: int) -> str:
    if readings == 1:
        return "one reading"
    days = "one day" if occasions == 1 else f"{occasions} days"
    return f"an average of {readings} readings on {days}"
