"""What a question was taken to mean: the shapes between understanding it and answering it."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from agents.events import Clarify

Intent = Literal[
    "latest_value",
    "last_date",
    "count",
    "count_above",
    "count_below",
    "minimum",
    "maximum",
    "mean_period",
    "trend",
    "compare_periods",
    "change",
    "real_change",
    "before_after_medicine",
    "correlation",
    "abnormal_list",
    "explain_test",
    "explain_result",
    "medication_list",
    "medication_start",
    "medication_history",
    "medication_interactions",
    "medication_kidney",
    "medication_side_effect",
    "allergies",
    "conditions",
    "ever_diagnosed",
    "explain_condition",
    "procedures",
    "encounters",
    "immunizations",
    "last_immunization",
    "immunization_count",
    "screening_due",
    "risk_score",
    "visit_summary",
    "visit_questions",
    "lifestyle",
    "wearable",
    "unit_conversion",
    "out_of_scope",
    "out_of_record",
    "privacy",
    "smalltalk",
    "unclear",
]

RiskScore = Literal[
    "heart_risk",
    "blood_pressure_category",
    "diabetes_category",
    "kidney_stage",
    "egfr",
    "estimated_average_glucose",
    "non_hdl",
    "ldl_estimate",
    "bmi",
    "fib4",
    "homa_ir",
    "cha2ds2_vasc",
    "meld",
    "anion_gap",
    "corrected_calcium",
    "mean_arterial_pressure",
    "anaemia_pattern",
    "thyroid_pattern",
]


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """A span of calendar days, both ends included; None is open."""

    label: str
    """As to be said back: "in 2019", "the last 6 months"."""
    start: date | None = None
    end: date | None = None

    def holds(self, day: date) -> bool:
        return (self.start is None or day >= self.start) and (self.end is None or day <= self.end)


class Threshold(msgspec.Struct, frozen=True, kw_only=True):
    comparator: Literal["<", "<=", ">", ">="]
    value: float
    unit: str | None = None


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is asked; a message may ask several."""

    intent: Intent
    concepts: tuple[str, ...] = ()
    """Ids in `agents.concepts`, in the order they were named."""
    subject: str = ""
    """The words that name what is asked about where it is no concept: a medicine, condition, vaccine or procedure."""
    score: RiskScore | None = None
    period: Period | None = None
    other_period: Period | None = None
    """The second one of a comparison; `period` is then the earlier."""
    threshold: Threshold | None = None
    second_threshold: Threshold | None = None
    """The diastolic limit of "over 140/90"."""
    unit: str | None = None
    """The unit the answer is wanted in."""
    value: float | None = None
    """A value that the person says is theirs ("My ALT is 62")."""
    inherited: bool = False
    """Whether concept or period were taken over from earlier in the conversation."""


class Understood(msgspec.Struct, frozen=True, kw_only=True):
    asks: tuple[Ask, ...]
    summary: str
    """One plain sentence, said back to the person."""
    clarify: Clarify | None = None
    """Set where two readings are too close: then nothing else is answered."""
    spanish: bool = False
    """Whether it is asked in Spanish, so that it is answered in Spanish too."""
