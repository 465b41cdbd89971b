"""Every intent and the calls that it leads to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agents.brief import TaskBrief
from agents.question import Ask, Intent
from agents.rules import history_calls as history
from agents.rules import measurement_calls as measurements
from agents.rules import medicine_calls as medicines
from agents.rules import overview_calls as overview
from agents.rules import score_calls as scores
from agents.rules.calls import Call, CallsFor
from agents.rules.division import is_for


def nothing(ask: Ask, brief: TaskBrief) -> Iterator[Call]:
    """Answered without looking anything up."""
    yield from ()


CALLS: Mapping[Intent, CallsFor] = {
    "latest_value": measurements.latest,
    "last_date": measurements.last_date,
    "count": measurements.counted,
    "count_above": measurements.counted,
    "count_below": measurements.counted,
    "minimum": measurements.lowest,
    "maximum": measurements.highest,
    "mean_period": measurements.mean,
    "trend": measurements.trend,
    "compare_periods": measurements.compared,
    "change": measurements.change,
    "real_change": measurements.real_change,
    "before_after_medicine": measurements.before_after,
    "correlation": measurements.correlation,
    "abnormal_list": measurements.abnormal,
    "explain_test": measurements.explain_test,
    "explain_result": measurements.explain_result,
    "unit_conversion": measurements.in_unit,
    "wearable": measurements.wearable,
    "out_of_record": measurements.named,
    "medication_list": medicines.medication_list,
    "medication_start": medicines.medication_start,
    "medication_history": medicines.medication_start,
    "medication_interactions": medicines.medication_interactions,
    "medication_kidney": medicines.medication_kidney,
    "medication_side_effect": medicines.medication_side_effect,
    "allergies": medicines.allergies,
    "conditions": history.conditions,
    "ever_diagnosed": history.ever_diagnosed,
    "explain_condition": history.explain_condition,
    "procedures": history.procedures,
    "encounters": history.encounters,
    "immunizations": history.immunizations,
    "immunization_count": history.immunizations,
    "last_immunization": history.last_immunization,
    "screening_due": history.screening,
    "risk_score": scores.score,
    "visit_summary": overview.summary,
    "visit_questions": overview.visit_questions,
    "lifestyle": overview.lifestyle,
    "out_of_scope": nothing,
    "privacy": nothing,
    "smalltalk": nothing,
    "unclear": nothing,
}


def calls_for(brief: TaskBrief) -> Iterator[Call]:
    """The calls of one specialist, in the order of the asks."""
    for ask in brief.asks:
        yield from (call for call in CALLS[ask.intent](ask, brief) if is_for(call, brief))
