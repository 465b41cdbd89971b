"""The chance of a first heart or vessel illness within 10 and 30 years: the PREVENT equations.

Khan and others, Development and validation of the American Heart Association's PREVENT equations, 2024: for people
of 30 to 79 (30-year: 30 to 59) without known heart or vessel disease, and only inside the range of each input. The
base model; with HbA1c, or with the urine albumin/creatinine ratio, where that is given. An estimate for people like
this one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from agents.clinical.refused import Refused
from agents.records import Sex

SOURCE = "PREVENT equations (Khan and others, 2024)"
MMOL_PER_MG = 0.02586
"""Cholesterol, mmol/L in one mg/dL, as the equations were published with."""

Model = Literal["base", "a1c", "uacr"]
Outcome = Literal["total_cvd", "ascvd", "heart_failure"]

_LIMITS: tuple[tuple[str, float, float, str], ...] = (
    ("total_cholesterol", 130, 320, "total cholesterol from 130 to 320 mg/dL"),
    ("hdl", 20, 100, "HDL cholesterol from 20 to 100 mg/dL"),
    ("systolic", 90, 200, "a systolic pressure from 90 to 200 mmHg"),
    ("bmi", 18.5, 39.99, "a BMI from 18.5 to under 40"),
    ("egfr", 15, 140, "an eGFR from 15 to 140"),
    ("a1c", 4.5, 15, "an HbA1c from 4.5 to 15 percent"),
    ("uacr", 0.1, 25000, "an albumin/creatinine ratio from 0.1 to 25000 mg/g"),
)


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    age: int
    sex: Sex
    total_cholesterol: float
    hdl: float
    """Both in mg/dL."""
    systolic: float
    """mmHg."""
    bmi: float
    """kg/m2. Only the equations for heart failure use it; all need it inside its range."""
    egfr: float
    """mL/min/1.73 m2, CKD-EPI 2021."""
    diabetes: bool
    smoker: bool
    pressure_medicine: bool
    statin: bool
    a1c: float | None = None
    """Percent."""
    uacr: float | None = None
    """mg/g."""


class Risk(msgspec.Struct, frozen=True, kw_only=True):
    """Percentages."""

    years: Literal[10, 30]
    model: Model
    total_cvd: float
    ascvd: float
    heart_failure: float


class _Equation(msgspec.Struct, frozen=True):
    model: Model
    years: int
    sex: str
    outcome: Outcome
    terms: dict[str, float]


class _Table(msgspec.Struct, frozen=True):
    source: str
    date: str
    equations: tuple[_Equation, ...]


def prevent(inputs: Inputs, *, years: Literal[10, 30], known_disease: bool, model: Model = "base") -> Risk | Refused:
    """The risk of all cardiovascular disease, of its atherosclerotic part, and of heart failure, in percent."""
    if refusal := _outside(inputs, years, known_disease=known_disease, model=model):
        return refusal
    values = _terms(inputs)
    risks = {
        outcome: 100 / (1 + math.exp(-sum(weight * values[term] for term, weight in terms.items())))
        for outcome, terms in _equations(model, years, inputs.sex).items()
    }
    return Risk(years=years, model=model, **risks)


def _outside(inputs: Inputs, years: int, *, known_disease: bool, model: Model) -> Refused | None:
    if known_disease:
        return Refused("the records name a heart or vessel disease, and the equations are for people without one")
    if inputs.sex not in {"female", "male"}:
        return Refused("the equations need the sex, and it is not recorded as female or male")
    oldest = 79 if years == 10 else 59
    if not 30 <= inputs.age <= oldest:
        return Refused(f"the {years}-year equations are for ages 30 to {oldest}")
    if model != "base" and getattr(inputs, model) is None:
        return Refused(
            f"there is no {'HbA1c' if model == 'a1c' else 'urine albumin/creatinine ratio'} for this equation"
        )
    for name, low, high, words in _LIMITS:
        value = getattr(inputs, name)
        if value is not None and (name not in {"a1c", "uacr"} or name == model) and not low <= value <= high:
            return Refused(f"the equations hold for {words}")
    return None


def _terms(inputs: Inputs) -> Mapping[str, float]:
    age = (inputs.age - 55) / 10
    non_hdl = (inputs.total_cholesterol - inputs.hdl) * MMOL_PER_MG - 3.5
    hdl = (inputs.hdl * MMOL_PER_MG - 1.3) / 0.3
    systolic_high = (max(inputs.systolic, 110) - 130) / 20
    bmi_high = (max(inputs.bmi, 30) - 30) / 5
    egfr_low = (min(inputs.egfr, 60) - 60) / -15
    a1c = 0.0 if inputs.a1c is None else inputs.a1c - 5.3
    return {
        "constant": 1.0,
        "age": age,
        "age_squared": age * age,
        "non_hdl": non_hdl,
        "hdl": hdl,
        "systolic_low": (min(inputs.systolic, 110) - 110) / 20,
        "systolic_high": systolic_high,
        "diabetes": inputs.diabetes,
        "smoker": inputs.smoker,
        "bmi_low": (min(inputs.bmi, 30) - 25) / 5,
        "bmi_high": bmi_high,
        "egfr_low": egfr_low,
        "egfr_high": (max(inputs.egfr, 60) - 90) / -15,
        "pressure_medicine": inputs.pressure_medicine,
        "statin": inputs.statin,
        "systolic_treated": inputs.pressure_medicine * systolic_high,
        "non_hdl_treated": inputs.statin * non_hdl,
        "age_non_hdl": age * non_hdl,
        "age_hdl": age * hdl,
        "age_systolic": age * systolic_high,
        "age_diabetes": age * inputs.diabetes,
        "age_smoker": age * inputs.smoker,
        "age_bmi": age * bmi_high,
        "age_egfr": age * egfr_low,
        "a1c_diabetes": a1c * inputs.diabetes,
        "a1c_no_diabetes": a1c * (not inputs.diabetes),
        "log_uacr": math.log(inputs.uacr) if inputs.uacr else 0.0,
    }


@cache
def _equations(model: Model, years: int, sex: str) -> Mapping[Outcome, dict[str, float]]:
    return {
        equation.outcome: equation.terms
        for equation in _table().equations
        if (equation.model, equation.years, equation.sex) == (model, years, sex)
    }


@cache
def _table() -> _Table:
    raw = files("agents.reference").joinpath("prevent.json").read_bytes()
    return msgspec.json.decode(raw, type=_Table)
