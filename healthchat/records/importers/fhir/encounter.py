"""Visits and stays."""

from __future__ import annotations

from agents.records import Encounter
from healthchat.records.importers.fhir.elements import Concept, code, concept, concepts, period
from healthchat.records.importers.fhir.medication import reason
from healthchat.records.importers.fhir.resource import Resource

_CLASSES = {
    "AMB": "Outpatient visit",
    "EMER": "Emergency visit",
    "IMP": "Hospital stay",
    "ACUTE": "Hospital stay",
    "NONAC": "Hospital stay",
    "OBSENC": "Observation stay",
    "SS": "Short stay",
    "HH": "Home visit",
    "VR": "Virtual visit",
}


def encounter(resource: Resource) -> Encounter:
    data = resource.data
    kind = code(data.get("class"))
    types = concepts(data.get("type"))
    start, end = period(data.get("period") or data.get("actualPeriod"))
    by_class = Concept(text=_CLASSES.get(kind, "") or concept(data.get("class")).name)
    return Encounter(
        **resource.row,
        name=resource.name("encounter", *types, concept(data.get("serviceType")), by_class),
        kind=kind,
        status=code(data.get("status")),
        start=start,
        end=end,
        reason=reason(resource) or None,
    )
