"""Allergies and intolerances, and statements that there are none."""

from __future__ import annotations

import re

from agents.records import Allergy
from healthchat.records.importers.fhir.elements import (
    SNOMED,
    Concept,
    code,
    concept,
    concepts,
    first_date,
    objs,
    period,
    text,
)
from healthchat.records.importers.fhir.resource import Resource

NONE_KNOWN = frozenset(
    {
        "716186003",  # No known allergy
        "409137002",  # No known drug allergy
        "429625007",  # No known food allergy
        "428607008",  # No known environmental allergy
        "428197003",  # No known insect allergy
        "1003774007",  # No known Hevea brasiliensis latex allergy
        "no-known-allergies",
        "no-known-medication-allergies",
        "no-known-food-allergies",
        "no-known-environmental-allergies",
    }
)
"""SNOMED CT's codes and those of the International Patient Summary (Absent and Unknown Data, 2020)."""

_CLINICAL = frozenset({"active", "inactive", "resolved"})
_NONE_KNOWN = re.compile(r"\s*(no known\b.*allerg|nkd?a\b|no (drug |food )?allerg|none known\b)", re.IGNORECASE)


def allergy(resource: Resource) -> Allergy:
    data = resource.data
    named = concept(data.get("code") or data.get("substance"))
    reactions = list(objs(data.get("reaction")))
    substance = next((concept(one.get("substance")) for one in reactions if one.get("substance")), Concept())
    best = (named if named.name else substance).best(SNOMED)
    start, _ = period(data.get("onsetPeriod"))
    # Before FHIR R4 there was one status for both.
    status = code(data.get("status"))
    recorded = first_date(data.get("recordedDate"), data.get("assertedDate"), data.get("onsetDateTime"))
    return Allergy(
        **resource.row,
        name=resource.name("allergy", named, substance),
        code=best.code or None,
        code_system=best.system or None,
        clinical_status=code(data.get("clinicalStatus")) or (status if status in _CLINICAL else ""),
        verification_status=code(data.get("verificationStatus")) or ("" if status in _CLINICAL else status),
        criticality=code(data.get("criticality")) or None,
        reactions=tuple(dict.fromkeys(said for one in reactions for said in _reaction(one))),
        recorded=recorded or start,
        negated=states_none(named),
    )


def states_none(named: Concept) -> bool:
    """Whether it says that no allergy is known."""
    return any(coding.code in NONE_KNOWN for coding in named.codings) or bool(_NONE_KNOWN.match(named.name))


def _reaction(one: dict[str, object]) -> list[str]:
    severity = text(one.get("severity"))
    said = [found.name[:300] for found in concepts(one.get("manifestation"))] or [text(one.get("description"))[:300]]
    return [f"{name} ({severity[:20]})" if severity else name for name in said if name]
