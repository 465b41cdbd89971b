"""Cholesterol figures that are worked out, all in mg/dL and from one sample.

LDL: Sampson-NIH equation (Sampson and others, A new equation for calculation of LDL cholesterol, 2020), for
triglycerides up to 800. Friedewald (1972) only explains a laboratory's own figure, for triglycerides under 400.
"""

from __future__ import annotations

from agents.clinical.refused import Refused

SAMPSON_SOURCE = "Sampson-NIH equation (Sampson and others, 2020)"
FRIEDEWALD_SOURCE = "Friedewald equation (1972)"


def non_hdl(total: float, hdl: float) -> float | Refused:
    """Total minus HDL cholesterol; 200 and 50 give 150."""
    if not _fits(total, hdl):
        return Refused("these two cholesterol values do not fit together")
    return total - hdl


def ldl_sampson(total: float, hdl: float, triglycerides: float) -> float | Refused:
    """LDL cholesterol; 200, 50 and 150 give 123."""
    if not _fits(total, hdl):
        return Refused("these cholesterol values do not fit together")
    if not 0 < triglycerides <= 800:
        return Refused("the formula holds for triglycerides up to 800 mg/dL")
    rest = total - hdl
    ldl = (
        total / 0.948
        - hdl / 0.971
        - (triglycerides / 8.56 + triglycerides * rest / 2140 - triglycerides**2 / 16100)
        - 9.44
    )
    return ldl if ldl > 0 else Refused("the formula gives no sensible value for this sample")


def ldl_friedewald(total: float, hdl: float, triglycerides: float) -> float | Refused:
    """LDL cholesterol as many laboratories work it out; 200, 50 and 150 give 120."""
    if not _fits(total, hdl):
        return Refused("these cholesterol values do not fit together")
    if not 0 < triglycerides < 400:
        return Refused("the formula holds for triglycerides under 400 mg/dL")
    ldl = total - hdl - triglycerides / 5
    return ldl if ldl > 0 else Refused("the formula gives no sensible value for this sample")


def _fits(total: float, hdl: float) -> bool:
    return 20 <= total <= 1500 and 2 <= hdl < total
