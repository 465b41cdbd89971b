"""Body mass index: World Health Organization, Obesity: preventing and managing the global epidemic, 2000."""

from __future__ import annotations

from typing import Literal

from agents.clinical.age import ADULT_YEARS
from agents.clinical.refused import Refused

SOURCE = "World Health Organization, 2000"

Category = Literal["underweight", "normal", "overweight", "obesity class 1", "obesity class 2", "obesity class 3"]


def bmi(weight: float, height: float) -> float | Refused:
    """Kilograms over metres squared, from kg and cm; 70 kg and 175 cm give 22.9."""
    if not 20 <= weight <= 650 or not 100 <= height <= 275:
        return Refused("this weight or height and its unit do not fit together")
    return weight / (height / 100) ** 2


def bmi_category(value: float, *, age: int | None = None, pregnant: bool = False) -> Category | Refused:
    """The adult category of a BMI in kg/m2; it cannot tell fat from muscle, and marks differ between peoples."""
    if age is not None and age < ADULT_YEARS:
        return Refused("adult BMI categories do not apply under 18")
    if pregnant:
        return Refused("BMI categories are not used in pregnancy")
    if not 5 <= value <= 200:
        return Refused("this is not a body mass index")
    marks: tuple[tuple[float, Category], ...] = (
        (18.5, "underweight"),
        (25, "normal"),
        (30, "overweight"),
        (35, "obesity class 1"),
        (40, "obesity class 2"),
    )
    return next((name for below, name in marks if value < below), "obesity class 3")
