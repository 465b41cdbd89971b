"""Calls for risk scores, categories and formulas."""

from __future__ import annotations

from collections.abc import Iterator

from agents.brief import TaskBrief
from agents.question import Ask, RiskScore
from agents.rules.calls import Call

TOOL_OF: dict[RiskScore, str] = {
    "heart_risk": "heart_risk",
    "blood_pressure_category": "blood_pressure_category",
    "diabetes_category": "diabetes_category",
    "kidney_stage": "kidney_function",
    "egfr": "kidney_function",
    "estimated_average_glucose": "estimated_average_glucose",
    "non_hdl": "non_hdl",
    "ldl_estimate": "ldl_estimate",
    "bmi": "body_mass_index",
    "fib4": "fib4",
    "homa_ir": "homa_ir",
    "cha2ds2_vasc": "cha2ds2_vasc",
    "meld": "meld",
    "anion_gap": "anion_gap",
    "corrected_calcium": "corrected_calcium",
    "mean_arterial_pressure": "mean_arterial_pressure",
    "anaemia_pattern": "anaemia_pattern",
    "thyroid_pattern": "thyroid_pattern",
}


def score(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    yield Call.of(TOOL_OF[ask.score or "heart_risk"])
