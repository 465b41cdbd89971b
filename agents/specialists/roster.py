"""Who the specialists are: their names, and the tools that each of them has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agents.events import Specialist
from agents.languages import Words
from agents.tools import (
    allergies,
    anaemia,
    blood_pressure,
    body,
    changes,
    charts,
    conditions,
    correlation,
    electrolytes,
    explanations,
    flags,
    glycaemia,
    heart_risk,
    insulin_resistance,
    interactions,
    kidney,
    lifestyle,
    lipids,
    liver,
    measurements,
    medicines,
    overview,
    panels,
    prevention,
    screening,
    stroke_risk,
    thyroid,
    trends,
    visits,
    wearables,
)

ToolFunction = Callable[..., Any]

NAMES: dict[Specialist, Words] = {
    "general_practice": Words("General practice", "Medicina general"),
    "cardiology": Words("Cardiology", "Cardiología"),
    "endocrinology": Words("Endocrinology", "Endocrinología"),
    "laboratory_medicine": Words("Laboratory medicine", "Medicina de laboratorio"),
    "pharmacy": Words("Pharmacy", "Farmacia"),
    "nutrition": Words("Nutrition", "Nutrición"),
    "preventive_medicine": Words("Preventive medicine", "Medicina preventiva"),
    "data_analysis": Words("Data analysis", "Análisis de datos"),
}
LOOK_UP: tuple[ToolFunction, ...] = (
    measurements.latest,
    measurements.results,
    measurements.extremes,
    measurements.average,
    measurements.count_results,
    measurements.converted,
    measurements.find_by_name,
    explanations.explain_test,
    explanations.explain_value,
    explanations.convert_value,
    charts.chart,
    blood_pressure.latest_blood_pressure,
    trends.trend,
    trends.real_change,
    changes.change,
    changes.compare_periods,
    correlation.before_and_after,
    correlation.correlate,
    flags.out_of_range,
    panels.panel,
    wearables.daily_summary,
)
"""What every specialist can look up about a measurement."""
HISTORY: tuple[ToolFunction, ...] = (
    conditions.problem_list,
    conditions.ever_diagnosed,
    conditions.explain_condition,
    allergies.allergies,
    visits.procedures,
    visits.encounters,
    visits.last_entry,
    medicines.active_medicines,
    medicines.medicine_timeline,
    prevention.immunizations,
    prevention.last_immunization,
)
TOOLS: dict[Specialist, tuple[ToolFunction, ...]] = {
    "general_practice": (*LOOK_UP, *HISTORY, overview.record_summary, overview.question_list),
    "cardiology": (
        *LOOK_UP,
        blood_pressure.blood_pressure_category,
        blood_pressure.mean_arterial_pressure,
        lipids.non_hdl,
        lipids.ldl_estimate,
        heart_risk.heart_risk,
        stroke_risk.cha2ds2_vasc,
    ),
    "endocrinology": (
        *LOOK_UP,
        glycaemia.diabetes_category,
        glycaemia.estimated_average_glucose,
        insulin_resistance.homa_ir,
        thyroid.thyroid_pattern,
    ),
    "laboratory_medicine": (
        *LOOK_UP,
        kidney.kidney_function,
        liver.fib4,
        liver.meld,
        electrolytes.anion_gap,
        electrolytes.corrected_calcium,
        anaemia.anaemia_pattern,
        trends.moving_series,
    ),
    "pharmacy": (
        *LOOK_UP,
        *HISTORY,
        interactions.check_interactions,
        interactions.check_kidney_cautions,
        interactions.about_side_effects,
    ),
    "nutrition": (*LOOK_UP, body.body_mass_index, lifestyle.lifestyle_advice),
    "preventive_medicine": (*LOOK_UP, *HISTORY, screening.screening),
    "data_analysis": (*LOOK_UP, *HISTORY, trends.moving_series),
}
