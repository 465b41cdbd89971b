"""Whether the difference between two results is more than chance and the laboratory make.

Reference change value: 1.96 * sqrt(2) * sqrt(CVa^2 + CVi^2) percent of the earlier result, two-sided 95 % (Harris and
Yasaka, On the calculation of a reference change for comparing two consecutive measurements, 1983). CVi and CVa are of
the order of the EFLM Biological Variation Database; they hold for people in a steady state, not in an acute illness.
"""

from __future__ import annotations

import math

import msgspec

from agents.clinical.refused import Refused
from agents.concepts import CONCEPTS

_BOTH_SIDES_95 = 1.96


class Change(msgspec.Struct, frozen=True, kw_only=True):
    absolute: float
    """Later minus earlier, in the concept's own unit."""
    percent: float | None
    """Of the earlier value; None where that is zero."""
    reference_change_percent: float | None
    """None where the concept's variation is not known."""
    real: bool | None
    """Whether the change exceeds it; None where that cannot be told."""


def reference_change_value(concept_id: str) -> float | Refused:
    """The percentage that two results of a concept must differ by to be a real change."""
    concept = CONCEPTS.get(concept_id)
    if concept is None or concept.cvi is None or concept.cva is None:
        return Refused("how much this test varies by itself is not in the table")
    return _BOTH_SIDES_95 * math.sqrt(2) * math.hypot(concept.cva, concept.cvi)


def change(concept_id: str, earlier: float, later: float) -> Change:
    """The difference of two results in the concept's own unit, and whether it is a real change."""
    difference = later - earlier
    percent = 100 * difference / earlier if earlier else None
    needed = reference_change_value(concept_id)
    known = None if isinstance(needed, Refused) else needed
    return Change(
        absolute=difference,
        percent=percent,
        reference_change_percent=known,
        real=None if known is None or percent is None else abs(percent) > known,
    )
