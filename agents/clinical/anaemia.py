"""Patterns of the blood count that are often seen with one or another kind of anaemia; no diagnosis.

Low haemoglobin: World Health Organization, Guideline on haemoglobin cutoffs, 2024 (women 12.0, men 13.0 g/dL).
Ferritin under 30 ng/mL, or under 100 with inflammation: British Society of Gastroenterology, iron deficiency
anaemia, 2021.
"""

from __future__ import annotations

import msgspec

from agents.clinical.age import ADULT_YEARS
from agents.clinical.refused import Refused
from agents.records import Sex

SOURCE = "World Health Organization, 2024; British Society of Gastroenterology, 2021"
_LOW = {"female": 12.0, "male": 13.0}


class Pattern(msgspec.Struct, frozen=True, kw_only=True):
    words: str
    """To be said as it is: "a pattern often seen with …"."""
    uses: tuple[str, ...]
    """Concept ids of the values it rests on."""


def anaemia_pattern(
    *,
    hemoglobin: float,
    sex: Sex,
    age: int | None,
    mcv: float | None = None,
    ferritin: float | None = None,
    b12: float | None = None,
    folate: float | None = None,
    crp: float | None = None,
    pregnant: bool = False,
) -> Pattern | Refused:
    """What the values together are often seen with; g/dL, fL, ng/mL, pg/mL, ng/mL and mg/L."""
    if sex not in _LOW:
        return Refused("the marks differ between women and men, and the sex is not recorded as either")
    if pregnant or age is None or age < ADULT_YEARS:
        return Refused("these marks are for adults who are not pregnant, and an age is needed")
    if hemoglobin >= _LOW[sex]:
        return Pattern(words="haemoglobin is not under the mark used for anaemia", uses=("hemoglobin",))
    inflamed = crp is not None and crp > 5
    if ferritin is not None and ferritin < (100 if inflamed else 30):
        used = ("hemoglobin", "ferritin", "crp") if inflamed else ("hemoglobin", "ferritin")
        return Pattern(words="a pattern often seen with too little iron", uses=used)
    if b12 is not None and b12 < 200:
        return Pattern(words="a pattern often seen with too little vitamin B12", uses=("hemoglobin", "b12"))
    if folate is not None and folate < 4:
        return Pattern(words="a pattern often seen with too little folate", uses=("hemoglobin", "folate"))
    return _by_cell_size(mcv)


def _by_cell_size(mcv: float | None) -> Pattern:
    if mcv is None:
        return Pattern(
            words="haemoglobin is under the mark used for anaemia; the kind cannot be told", uses=("hemoglobin",)
        )
    kind = (
        "small red cells, often seen with too little iron or an inherited trait"
        if mcv < 80
        else "large red cells, often seen with too little B12 or folate, alcohol or some medicines"
        if mcv > 100
        else "red cells of usual size, often seen with blood loss, kidney problems or a long illness"
    )
    return Pattern(words=f"haemoglobin is under the mark used for anaemia, with {kind}", uses=("hemoglobin", "mcv"))
