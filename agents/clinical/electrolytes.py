"""Corrected calcium and the anion gap.

Corrected calcium: Payne and others, Interpretation of serum calcium in patients with abnormal serum proteins, 1973;
an ionised calcium is better where it matters. Anion gap: Emmett and Narins, Clinical use of the anion gap, 1977.
"""

from __future__ import annotations

from agents.clinical.refused import Refused

CALCIUM_SOURCE = "Payne and others, 1973"
GAP_SOURCE = "Emmett and Narins, 1977"
GAP_USUAL = (4.0, 12.0)
"""mmol/L, without potassium; laboratories differ."""


def corrected_calcium(calcium: float, albumin: float) -> float | Refused:
    """Calcium in mg/dL for an albumin of 4.0 g/dL: calcium + 0.8 * (4.0 - albumin); 8.0 with 2.0 gives 9.6."""
    if not 2 <= calcium <= 25 or not 0.5 <= albumin <= 9:
        return Refused("this calcium or albumin and its unit do not fit together")
    if albumin >= 4.0:
        return Refused("the correction is for an albumin under 4.0 g/dL")
    return calcium + 0.8 * (4.0 - albumin)


def anion_gap(sodium: float, chloride: float, bicarbonate: float) -> float | Refused:
    """Sodium minus chloride minus bicarbonate, mmol/L of one sample, without potassium; 140, 104 and 24 give 12."""
    if not 80 <= sodium <= 220 or not 40 <= chloride <= 180 or not 1 <= bicarbonate <= 70:
        return Refused("these values and their unit do not fit together")
    return sodium - chloride - bicarbonate
