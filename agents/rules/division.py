"""Who makes which call: of the specialists at work, the one whose field it is, so that nothing is looked up twice."""

from __future__ import annotations

from agents.brief import TaskBrief
from agents.concepts import CONCEPTS
from agents.events import Specialist
from agents.rules.calls import Call

FIELD: dict[str, tuple[Specialist, ...]] = {
    "trend": ("data_analysis",),
    "chart": ("data_analysis",),
    "compare_periods": ("data_analysis",),
    "change": ("data_analysis",),
    "real_change": ("data_analysis", "laboratory_medicine"),
    "before_and_after": ("data_analysis",),
    "correlate": ("data_analysis",),
    "daily_summary": ("data_analysis",),
    "moving_series": ("data_analysis", "laboratory_medicine"),
    "out_of_range": ("laboratory_medicine",),
    "kidney_function": ("laboratory_medicine",),
    "fib4": ("laboratory_medicine",),
    "anion_gap": ("laboratory_medicine",),
    "corrected_calcium": ("laboratory_medicine",),
    "anaemia_pattern": ("laboratory_medicine",),
    "meld": ("laboratory_medicine",),
    "find_by_name": ("laboratory_medicine",),
    "last_entry": ("preventive_medicine", "general_practice"),
    "latest_blood_pressure": ("cardiology",),
    "blood_pressure_category": ("cardiology",),
    "mean_arterial_pressure": ("cardiology",),
    "heart_risk": ("cardiology",),
    "cha2ds2_vasc": ("cardiology",),
    "non_hdl": ("cardiology",),
    "ldl_estimate": ("cardiology",),
    "diabetes_category": ("endocrinology",),
    "estimated_average_glucose": ("endocrinology",),
    "homa_ir": ("endocrinology",),
    "thyroid_pattern": ("endocrinology",),
    "active_medicines": ("pharmacy",),
    "medicine_timeline": ("pharmacy",),
    "check_interactions": ("pharmacy",),
    "check_kidney_cautions": ("pharmacy",),
    "about_side_effects": ("pharmacy",),
    "allergies": ("pharmacy", "general_practice"),
    "body_mass_index": ("nutrition",),
    "lifestyle_advice": ("nutrition",),
    "immunizations": ("preventive_medicine",),
    "last_immunization": ("preventive_medicine",),
    "screening": ("preventive_medicine",),
    "record_summary": ("general_practice",),
    "problem_list": ("general_practice",),
    "ever_diagnosed": ("general_practice",),
    "explain_condition": ("general_practice",),
    "procedures": ("general_practice", "preventive_medicine"),
    "encounters": ("general_practice", "data_analysis"),
    "question_list": ("general_practice",),
}
"""Whose field a tool is, best first. Where it is not here, it is the field of the concept that is looked up."""


def is_for(call: Call, brief: TaskBrief) -> bool:
    """Whether the brief's specialist makes the call, and none of the others at work."""
    team = brief.team or (brief.specialist,)
    for specialist in (*field_of(call), *team):
        if specialist in team:
            return specialist == brief.specialist
    return True


def field_of(call: Call) -> tuple[Specialist, ...]:
    if call.tool in FIELD:
        return FIELD[call.tool]
    concept = CONCEPTS.get(call.concept or "")
    return (concept.specialist,) if concept else ()
