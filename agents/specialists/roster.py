"""Who the specialists are: their names, and the tools that each of them has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agents.events import Specialist
from agents.tools import (
    blood_pressure,
    changes,
    charts,
    explanations,
    flags,
    history,
    lifestyle,
    measurements,
    medicines,
    overview,
    panels,
    prevention,
    wearables,
)

Tool = Callable[..., Any]

NAMES: dict[Specialist, str] = {
    "general_practice": "General practice",
    "cardiology": "Cardiology",
    "endocrinology": "Endocrinology",
    "laboratory_medicine": "Laboratory medicine",
    "pharmacy": "Pharmacy",
    "nutrition": "Nutrition",
    "preventive_medicine": "Preventive medicine",
    "data_analysis": "Data analysis",
}
LOOK_UP: tuple[Tool, ...] = (
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
    changes.change,
    changes.compare_periods,
    flags.out_of_range,
    panels.panel,
    wearables.daily_summary,
)
"""What every specialist can look up about a measurement."""
HISTORY: tuple[Tool, ...] = (
    history.problem_list,
    history.ever_diagnosed,
    history.allergies,
    history.procedures,
    history.encounters,
    history.last_entry,
    medicines.active_medicines,
    medicines.medicine_timeline,
    prevention.immunizations,
    prevention.last_immunization,
)
TOOLS: dict[Specialist, tuple[Tool, ...]] = {
    "general_practice": (*LOOK_UP, *HISTORY, overview.record_summary, overview.question_list),
    "cardiology": LOOK_UP,
    "endocrinology": LOOK_UP,
    "laboratory_medicine": LOOK_UP,
    "pharmacy": (*LOOK_UP, *HISTORY),
    "nutrition": (*LOOK_UP, lifestyle.lifestyle_advice),
    "preventive_medicine": (*LOOK_UP, *HISTORY),
    "data_analysis": (*LOOK_UP, *HISTORY),
}
