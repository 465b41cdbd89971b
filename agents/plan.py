"""Which specialists are asked what: by the question, and by what data there is.

1. Each ask has leads (whose field it is; one of them always answers, also to say that there is nothing) and support.
2. The level is that of the widest ask; two fields make it complex, four comprehensive.
3. A specialist who would be asked and has no data is skipped, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from agents.concepts import CONCEPTS
from agents.events import Complexity, Plan, Skipped, Specialist, Task
from agents.languages import Words
from agents.question import Ask, Intent, RiskScore, Understood
from agents.records import Records
from agents.tasks import task_of
from agents.understanding.asks import LABORATORY_RESULTS
from agents.understanding.phrasing import name_of
from agents.understanding.spanish_phrasing import name_in_spanish

LEVELS: Final[tuple[Complexity, ...]] = ("simple", "standard", "complex", "comprehensive")
SUMMARY_SPECIALISTS: Final = 5
"""A summary asks at least this many, as far as there is data for them."""

_ORDER: Final[tuple[Specialist, ...]] = (
    "general_practice",
    "cardiology",
    "endocrinology",
    "laboratory_medicine",
    "pharmacy",
    "nutrition",
    "preventive_medicine",
    "data_analysis",
)
_SUMMARY: Final[tuple[Specialist, ...]] = (
    "general_practice",
    "cardiology",
    "endocrinology",
    "laboratory_medicine",
    "pharmacy",
    "preventive_medicine",
)
_NOBODY: Final[frozenset[Intent]] = frozenset({"out_of_scope", "privacy", "smalltalk", "unclear"})
_LEVEL: Final[dict[Intent, Complexity]] = {
    "mean_period": "standard",
    "trend": "standard",
    "compare_periods": "standard",
    "change": "standard",
    "real_change": "standard",
    "before_after_medicine": "complex",
    "correlation": "complex",
    "abnormal_list": "standard",
    "explain_result": "standard",
    "medication_interactions": "standard",
    "medication_kidney": "standard",
    "medication_side_effect": "standard",
    "screening_due": "standard",
    "risk_score": "standard",
    "visit_summary": "comprehensive",
    "visit_questions": "complex",
    "lifestyle": "standard",
    "wearable": "standard",
}
"""Whatever is not here is one look-up: simple."""
_FIXED: Final[dict[Intent, tuple[Specialist, ...]]] = {
    "count": ("data_analysis",),
    "wearable": ("data_analysis",),
    "abnormal_list": ("laboratory_medicine",),
    "medication_list": ("pharmacy",),
    "medication_start": ("pharmacy",),
    "medication_history": ("pharmacy",),
    "medication_interactions": ("pharmacy",),
    "medication_kidney": ("pharmacy", "laboratory_medicine"),
    "medication_side_effect": ("pharmacy",),
    "allergies": ("pharmacy",),
    "conditions": ("general_practice",),
    "ever_diagnosed": ("general_practice",),
    "explain_condition": ("general_practice",),
    "procedures": ("general_practice",),
    "encounters": ("general_practice",),
    "immunizations": ("preventive_medicine",),
    "last_immunization": ("preventive_medicine",),
    "immunization_count": ("preventive_medicine",),
    "screening_due": ("preventive_medicine",),
    "visit_questions": ("general_practice",),
    "lifestyle": ("nutrition",),
    "out_of_record": ("laboratory_medicine",),
}
_SCORE: Final[dict[RiskScore, Specialist]] = {
    "heart_risk": "cardiology",
    "blood_pressure_category": "cardiology",
    "diabetes_category": "endocrinology",
    "kidney_stage": "laboratory_medicine",
    "egfr": "laboratory_medicine",
    "estimated_average_glucose": "endocrinology",
    "non_hdl": "cardiology",
    "ldl_estimate": "cardiology",
    "bmi": "nutrition",
    "fib4": "laboratory_medicine",
    "homa_ir": "endocrinology",
    "cha2ds2_vasc": "cardiology",
    "meld": "laboratory_medicine",
    "anion_gap": "laboratory_medicine",
    "corrected_calcium": "laboratory_medicine",
    "mean_arterial_pressure": "cardiology",
    "anaemia_pattern": "laboratory_medicine",
    "thyroid_pattern": "endocrinology",
}
_LABORATORY: Final[frozenset[Specialist]] = frozenset(
    {"laboratory_medicine", "cardiology", "endocrinology", "nutrition", "preventive_medicine"}
)


class Team(msgspec.Struct, frozen=True):
    """Who is asked for one ask: `leads` whatever the data, `support` where there is data for it."""

    leads: tuple[Specialist, ...] = ()
    support: tuple[Specialist, ...] = ()


def make_plan(understood: Understood, records: Records) -> Plan:
    """Tell the level of the question, what each specialist is asked, and who is skipped and why."""
    spanish = understood.spanish
    tasks: dict[Specialist, list[str]] = {}
    skipped: dict[Specialist, str] = {}
    for ask in understood.asks:
        team = team_for(ask, records)
        for specialist in team.leads:
            tasks.setdefault(specialist, []).append(task_of(specialist, ask, spanish=spanish))
        for specialist in team.support:
            reason = _missing(specialist, ask, records)
            if reason:
                skipped[specialist] = reason.told(spanish=spanish)
            else:
                tasks.setdefault(specialist, []).append(task_of(specialist, ask, spanish=spanish))
    return Plan(
        complexity=_complexity(understood.asks, tasks),
        tasks=tuple(
            Task(specialist=specialist, task=" ".join(dict.fromkeys(tasks[specialist])))
            for specialist in _in_order(tasks, understood.asks)
        ),
        skipped=tuple(
            Skipped(specialist=specialist, reason=reason)
            for specialist, reason in skipped.items()
            if specialist not in tasks
        ),
    )


def team_for(ask: Ask, records: Records) -> Team:
    """Whose field an ask is."""
    if ask.intent in _NOBODY:
        return Team()
    if ask.intent == "visit_summary":
        return _summary_team(ask, records)
    if ask.intent == "risk_score" and ask.score:
        return Team(leads=(_SCORE[ask.score],))
    if ask.intent == "last_date":
        return Team(leads=(_who_dates(ask),))
    if ask.intent in _FIXED:
        return Team(leads=_FIXED[ask.intent])
    owners = owners_of(ask.concepts) or ("laboratory_medicine",)
    match ask.intent:
        case "trend" | "compare_periods" | "change":
            return Team(leads=owners[:2], support=() if "data_analysis" in owners else ("data_analysis",))
        case "real_change":
            return Team(leads=owners[:2], support=("data_analysis",))
        case "before_after_medicine":
            return Team(leads=(*_clinical(owners)[-1:], "pharmacy"))
        case "correlation":
            return Team(leads=_joined(("data_analysis",), _clinical(owners)[-1:]))
        case _:
            return Team(leads=owners[:4])


def owners_of(concepts: Iterable[str]) -> tuple[Specialist, ...]:
    """The specialists in whose field the concepts are, in the order of the question."""
    return tuple(dict.fromkeys(CONCEPTS[concept].specialist for concept in concepts if concept in CONCEPTS))


def _clinical(owners: Sequence[Specialist]) -> tuple[Specialist, ...]:
    return tuple(owner for owner in owners if owner != "data_analysis")


def _joined(*groups: Sequence[Specialist]) -> tuple[Specialist, ...]:
    return tuple(dict.fromkeys(specialist for group in groups for specialist in group))


def _who_dates(ask: Ask) -> Specialist:
    """When something was last done: vital signs and scores by their own field, other tests by the laboratory's."""
    if not ask.concepts:
        return "preventive_medicine" if ask.subject else "laboratory_medicine"
    concept = CONCEPTS[ask.concepts[0]]
    in_laboratory = concept.specialist in _LABORATORY and concept.category not in {
        "vital_signs",
        "body",
        "bones",
        "social",
    }
    return "laboratory_medicine" if in_laboratory else concept.specialist


def _summary_team(ask: Ask, records: Records) -> Team:
    if ask.concepts:
        return Team(leads=_joined(("general_practice",), owners_of(ask.concepts)), support=("pharmacy",))
    if ask.subject == LABORATORY_RESULTS:
        return Team(leads=("general_practice", "laboratory_medicine"), support=("pharmacy",))
    there = [specialist for specialist in _SUMMARY if not _missing(specialist, ask, records)]
    more: tuple[Specialist, ...] = ("nutrition", "data_analysis") if len(there) < SUMMARY_SPECIALISTS else ()
    return Team(leads=("general_practice",), support=(*_SUMMARY[1:], *more))


def _complexity(asks: Sequence[Ask], tasks: dict[Specialist, list[str]]) -> Complexity:
    if not asks:
        return "simple"
    level = max(LEVELS.index(_level_of(ask)) for ask in asks)
    fields = {owner for ask in asks for owner in _fields(ask)}
    if len(fields) > 3:
        level = max(level, LEVELS.index("comprehensive"))
    elif len(fields) > 1:
        level = max(level, LEVELS.index("complex"))
    elif len(asks) > 1 and tasks:
        level = max(level, LEVELS.index("standard"))
    return LEVELS[level]


def _level_of(ask: Ask) -> Complexity:
    level = _LEVEL.get(ask.intent, "simple")
    if ask.intent == "visit_summary" and ask.concepts:
        return "complex"
    several = len(ask.concepts) > 1 and not _one_thing(ask.concepts)
    return "standard" if level == "simple" and several and ask.intent not in {"explain_test", "last_date"} else level


def _one_thing(concepts: Sequence[str]) -> bool:
    """Whether people speak of the concepts as one: a blood pressure, or a group such as kidney function."""
    return set(concepts) == {"systolic", "diastolic"} or " and " not in name_of(concepts)


def _fields(ask: Ask) -> tuple[Specialist, ...]:
    """The fields that a question names; a field that only helps is not one."""
    if ask.intent in {"visit_summary", "visit_questions"} or ask.intent in _NOBODY:
        return ()
    if ask.intent in {"lifestyle", "abnormal_list", "count", "last_date", "medication_kidney", "wearable"}:
        return _FIXED.get(ask.intent, ("laboratory_medicine",))[:1]
    if ask.intent == "risk_score" and ask.score:
        return (_SCORE[ask.score],)
    if ask.intent in _FIXED:
        return _FIXED[ask.intent][:1]
    return owners_of(ask.concepts)


def _in_order(tasks: dict[Specialist, list[str]], asks: Sequence[Ask]) -> list[Specialist]:
    if any(ask.intent == "visit_summary" for ask in asks):
        return [specialist for specialist in _ORDER if specialist in tasks]
    return list(tasks)


def _missing(specialist: Specialist, ask: Ask, records: Records) -> Words | None:
    """Why a specialist has nothing to work with; None where there is data."""
    if specialist == "data_analysis" and ask.concepts:
        if any(records.by_concept.get(concept) for concept in ask.concepts):
            return None
        return Words(
            f"There are no {name_of(ask.concepts)} results to analyse.",
            f"No hay resultados de {name_in_spanish(ask.concepts)} que analizar.",
        )
    there, reason = _DATA[specialist]
    return None if there(records) else reason


def _has(specialist: Specialist) -> Callable[[Records], bool]:
    return lambda records: any(
        CONCEPTS[concept].specialist == specialist for concept in records.by_concept if concept in CONCEPTS
    )


_DATA: Final[dict[Specialist, tuple[Callable[[Records], bool], Words]]] = {
    "general_practice": (lambda records: True, Words("", "")),
    "cardiology": (
        _has("cardiology"),
        Words(
            "There are no blood pressure, heart or cholesterol results in your records.",
            "En sus registros no hay resultados de presión arterial, corazón ni colesterol.",
        ),
    ),
    "endocrinology": (
        _has("endocrinology"),
        Words(
            "There are no sugar, thyroid or hormone results in your records.",
            "En sus registros no hay resultados de azúcar, tiroides ni hormonas.",
        ),
    ),
    "laboratory_medicine": (
        lambda records: (
            any(row.category == "laboratory" for row in records.observations) or _has("laboratory_medicine")(records)
        ),
        Words("There are no laboratory results in your records.", "En sus registros no hay resultados de laboratorio."),
    ),
    "pharmacy": (
        lambda records: bool(records.medications or records.allergies),
        Words(
            "There are no medicines and no allergies in your records.", "En sus registros no hay medicinas ni alergias."
        ),
    ),
    "nutrition": (
        _has("nutrition"),
        Words(
            "There are no weight, BMI or vitamin results in your records.",
            "En sus registros no hay resultados de peso, índice de masa corporal ni vitaminas.",
        ),
    ),
    "preventive_medicine": (
        lambda records: bool(records.immunizations or records.procedures or records.patient.birth_date),
        Words(
            "There are no vaccinations, procedures or date of birth in your records.",
            "En sus registros no hay vacunas, procedimientos ni fecha de nacimiento.",
        ),
    ),
    "data_analysis": (
        lambda records: any(len(rows) > 1 for rows in records.by_concept.values()),
        Words(
            "No test was measured more than once, so there is nothing to compare.",
            "Ninguna prueba se midió más de una vez, así que no hay nada que comparar.",
        ),
    ),
}
