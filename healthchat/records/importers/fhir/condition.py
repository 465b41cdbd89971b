"""Conditions: problems and diagnoses."""

from __future__ import annotations

from agents.records import Condition
from healthchat.records.importers.fhir.elements import SNOMED, Concept, code, concept, date, first_date, period
from healthchat.records.importers.fhir.resource import Resource

NONE_KNOWN = frozenset({"160245001", "no-known-problems", "no-problem-info"})
"""SNOMED CT "No current problems or disability" and the codes of the International Patient Summary."""


def condition(resource: Resource) -> Condition:
    data = resource.data
    named = concept(data.get("code"))
    best = named.best(SNOMED)
    onset, onset_end = period(data.get("onsetPeriod"))
    abated, abated_end = period(data.get("abatementPeriod"))
    return Condition(
        **resource.row,
        name=resource.name("condition", named),
        code=best.code or None,
        code_system=best.system or None,
        clinical_status=code(data.get("clinicalStatus")),
        verification_status=code(data.get("verificationStatus")),
        onset=first_date(data.get("onsetDateTime"), data.get("onsetString")) or onset or onset_end,
        end=first_date(data.get("abatementDateTime"), data.get("abatementString")) or abated_end or abated,
        recorded=first_date(data.get("recordedDate"), data.get("assertedDate")) or date(data.get("dateRecorded")),
    )


def states_none(named: Concept) -> bool:
    """Whether it says that there are no problems."""
    return any(coding.code in NONE_KNOWN for coding in named.codings)
