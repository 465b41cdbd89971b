"""HOMA-IR: Matthews and others, Homeostasis model assessment, 1985. There is no agreed cut-off."""

from __future__ import annotations

from agents.clinical.refused import Refused

SOURCE = "HOMA-IR (Matthews and others, 1985)"


def homa_ir(glucose: float, insulin: float, *, fasting: bool, insulin_treated: bool) -> float | Refused:
    """Fasting glucose in mg/dL times fasting insulin in uIU/mL over 405; 100 and 8.1 give 2.0. No cut-off is agreed."""
    if not fasting:
        return Refused("the record does not say that these were fasting tests")
    if insulin_treated:
        return Refused("the formula does not hold for people who inject insulin")
    if not 20 <= glucose <= 400 or not 0 < insulin <= 300:
        return Refused("this glucose or insulin and its unit do not fit together")
    return glucose * insulin / 405
