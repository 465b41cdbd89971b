"""HbA1c and glucose: other ways of saying the same number, and the ranges that guidelines name.

Estimated average glucose: Nathan and others, Translating the A1C assay into estimated average glucose values, 2008.
IFCC units: the IFCC-NGSP master equation, 2010. Ranges: American Diabetes Association, Standards of Care in
Diabetes 2026. A range is no diagnosis: that takes two results or symptoms, and a clinician.
"""

from __future__ import annotations

from typing import Literal

from agents.clinical.age import ADULT_YEARS
from agents.clinical.refused import Refused
from agents.concepts import HBA1C_OFFSET, HBA1C_SLOPE

EAG_SOURCE = "Nathan and others, 2008"
RANGE_SOURCE = "American Diabetes Association, Standards of Care in Diabetes 2026"

Range = Literal["below diabetes ranges", "prediabetes", "diabetes"]
"""To be worded "in the range used for prediabetes"."""


def estimated_average_glucose(a1c: float) -> float | Refused:
    """Average glucose in mg/dL from HbA1c in percent: 28.7 * A1c - 46.7; 7.0 % gives 154."""
    if not 2 <= a1c <= 25:
        return Refused("this HbA1c value and its unit do not fit together")
    return 28.7 * a1c - 46.7


def a1c_ifcc(a1c: float) -> float:
    """HbA1c in mmol/mol from percent: 10.929 * (A1c - 2.152); 6.5 % gives 47.5."""
    return HBA1C_SLOPE * (a1c - HBA1C_OFFSET)


def a1c_range(a1c: float, *, age: int | None = None, pregnant: bool = False) -> Range | Refused:
    """The range that an HbA1c in percent lies in; 5.7 to 6.4 is the one used for prediabetes."""
    if pregnant:
        return Refused("these ranges are not used in pregnancy")
    if age is not None and age < ADULT_YEARS:
        return Refused("these ranges are for adults")
    if not 2 <= a1c <= 25:
        return Refused("this HbA1c value and its unit do not fit together")
    rounded = round(a1c, 1)
    if rounded >= 6.5:
        return "diabetes"
    return "prediabetes" if rounded >= 5.7 else "below diabetes ranges"


def fasting_glucose_range(glucose: float, *, fasting: bool, pregnant: bool = False) -> Range | Refused:
    """The range that a fasting glucose in mg/dL lies in; 100 to 125 is the one used for prediabetes."""
    if pregnant:
        return Refused("these ranges are not used in pregnancy")
    if not fasting:
        return Refused("the record does not say that this was a fasting test")
    if glucose >= 126:
        return "diabetes"
    return "prediabetes" if glucose >= 100 else "below diabetes ranges"
