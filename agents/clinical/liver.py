"""FIB-4 and MELD 3.0.

FIB-4: Sterling and others, Development of a simple noninvasive index to predict significant fibrosis, 2006; marks:
AASLD practice guidance on fatty liver disease, 2023; not under 35, and from 65 on with a lower mark of 2.0
(McPherson 2017). MELD 3.0: Kim and others, MELD 3.0: the Model for End-Stage Liver Disease updated for the modern
era, 2021; only for people with a known advanced liver disease.
"""

from __future__ import annotations

import math
from typing import Literal

import msgspec

from agents.clinical.age import ADULT_YEARS
from agents.clinical.refused import Refused
from agents.records import Sex

FIB4_SOURCE = "Sterling and others, 2006; AASLD 2023"
MELD_SOURCE = "MELD 3.0 (Kim and others, 2021)"

Likelihood = Literal["low", "in between", "high"]


class Fib4(msgspec.Struct, frozen=True, kw_only=True):
    value: float
    likelihood: Likelihood
    """Of advanced scarring, by the marks for the age; "in between" asks for another test, not for worry."""
    low_mark: float
    high_mark: float


def fib4(*, age: int | None, ast: float, alt: float, platelets: float) -> Fib4 | Refused:
    """Age * AST / (platelets * sqrt(ALT)), U/L and 10^9/L; 60 years, 40, 36 and 200 give 2.0."""
    if age is None:
        return Refused("the formula needs the age, and the birth date is not recorded")
    if age < 35:
        return Refused("FIB-4 is not reliable under 35")
    if ast <= 0 or alt <= 0 or platelets <= 0:
        return Refused("these values do not fit the formula")
    value = age * ast / (platelets * math.sqrt(alt))
    low, high = (2.0 if age >= 65 else 1.3), 2.67
    likelihood: Likelihood = "low" if value < low else "high" if value > high else "in between"
    return Fib4(value=value, likelihood=likelihood, low_mark=low, high_mark=high)


def meld3(
    *,
    age: int | None,
    sex: Sex,
    bilirubin: float,
    sodium: float,
    inr: float,
    creatinine: float,
    albumin: float,
    liver_disease: bool,
) -> int | Refused:
    """The score from 6 to 40; bilirubin and creatinine in mg/dL, sodium in mmol/L, albumin in g/dL."""
    if not liver_disease:
        return Refused("the score is only for people with a known advanced liver disease")
    if age is None or age < ADULT_YEARS or sex not in {"female", "male"}:
        return Refused("the formula needs an adult whose sex is recorded as female or male")
    sodium = min(max(sodium, 125), 137)
    albumin = min(max(albumin, 1.5), 3.5)
    creatinine = min(max(creatinine, 1.0), 3.0)
    log_bilirubin, log_inr = math.log(max(bilirubin, 1.0)), math.log(max(inr, 1.0))
    score = (
        1.33 * (sex == "female")
        + 4.56 * log_bilirubin
        + 0.82 * (137 - sodium)
        - 0.24 * (137 - sodium) * log_bilirubin
        + 9.09 * log_inr
        + 11.14 * math.log(creatinine)
        + 1.85 * (3.5 - albumin)
        - 1.83 * (3.5 - albumin) * math.log(creatinine)
        + 6
    )
    return min(max(math.floor(score + 0.5), 6), 40)
