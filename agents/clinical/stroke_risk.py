"""CHA2DS2-VASc: Lip and others, 2010; only for people with atrial fibrillation, to talk over with a clinician."""

from __future__ import annotations

import msgspec

from agents.clinical.refused import Refused
from agents.records import Sex

SOURCE = "CHA2DS2-VASc (Lip and others, 2010)"


class History(msgspec.Struct, frozen=True, kw_only=True):
    """What the records name; what they do not name counts as absent, and is said so."""

    heart_failure: bool = False
    hypertension: bool = False
    diabetes: bool = False
    stroke: bool = False
    """Stroke, transient ischaemic attack or clot elsewhere."""
    vascular: bool = False
    """Heart attack, narrowed leg arteries or plaque in the aorta."""


def cha2ds2_vasc(history: History, *, age: int | None, sex: Sex, atrial_fibrillation: bool) -> int | Refused:
    """The score from 0 to 9; a woman of 76 with high blood pressure has 4."""
    if not atrial_fibrillation:
        return Refused("the score is only for people with atrial fibrillation")
    if age is None or sex not in {"female", "male"}:
        return Refused("the score needs the age, and a sex recorded as female or male")
    by_age = 2 if age >= 75 else 1 if age >= 65 else 0
    ones = history.heart_failure + history.hypertension + history.diabetes + history.vascular + (sex == "female")
    return by_age + ones + 2 * history.stroke
