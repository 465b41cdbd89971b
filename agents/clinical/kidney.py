"""Kidney function: eGFR from creatinine, and the KDIGO stages.

eGFR: CKD-EPI 2021 creatinine equation, without race (Inker and others, New creatinine- and cystatin C-based
equations to estimate GFR without race, 2021). Stages: KDIGO 2024 guideline for chronic kidney disease. "Chronic"
needs more than three months; one value makes a stage of that value, not a disease.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from agents.clinical.age import ADULT_YEARS
from agents.clinical.refused import Refused
from agents.records import Sex

EGFR_SOURCE = "CKD-EPI 2021 (Inker and others, 2021)"
STAGE_SOURCE = "KDIGO 2024 guideline for chronic kidney disease"
CHRONIC_DAYS = 90

GStage = Literal["G1", "G2", "G3a", "G3b", "G4", "G5"]
AStage = Literal["A1", "A2", "A3"]


def egfr(creatinine: float, *, age: int | None, sex: Sex) -> float | Refused:
    """Estimated GFR in mL/min/1.73 m2 from serum creatinine in mg/dL at the age of the test.

    A woman of 50 with 1.0 mg/dL has 69; a man of 50 with the same has 92.
    """
    if sex not in {"female", "male"}:
        return Refused("the formula needs the sex, and it is not recorded as female or male")
    if age is None:
        return Refused("the formula needs the age at the test, and the birth date is not recorded")
    if age < ADULT_YEARS:
        return Refused("the formula is for adults")
    if not 0.1 <= creatinine <= 40:
        return Refused("this creatinine value and its unit do not fit together")
    kappa, alpha, factor = (0.7, -0.241, 1.012) if sex == "female" else (0.9, -0.302, 1.0)
    ratio = creatinine / kappa
    return float(142 * min(ratio, 1) ** alpha * max(ratio, 1) ** -1.2 * 0.9938**age * factor)


def g_stage(egfr_value: float) -> GStage:
    """The GFR category of a value in mL/min/1.73 m2."""
    marks: tuple[tuple[float, GStage], ...] = ((90, "G1"), (60, "G2"), (45, "G3a"), (30, "G3b"), (15, "G4"))
    return next((stage for low, stage in marks if egfr_value >= low), "G5")


def a_stage(uacr: float) -> AStage:
    """The albuminuria category of a urine albumin/creatinine ratio in mg/g."""
    if uacr < 30:
        return "A1"
    return "A2" if uacr <= 300 else "A3"


def lasting_low(values: Sequence[tuple[date, float]]) -> bool:
    """Whether eGFR stayed under 60 for over three months: no value of 60 or more between the two that span them."""
    since: date | None = None
    for day, value in sorted(values):
        if value >= 60:
            since = None
        elif since is None:
            since = day
        elif (day - since).days > CHRONIC_DAYS:
            return True
    return False
