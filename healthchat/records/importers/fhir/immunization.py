"""Vaccinations."""

from __future__ import annotations

from agents.records import Immunization
from healthchat.records.importers.fhir.elements import code, concept, first_date
from healthchat.records.importers.fhir.resource import Resource

CVX = "http://hl7.org/fhir/sid/cvx"


def immunization(resource: Resource) -> Immunization:
    data = resource.data
    named = concept(data.get("vaccineCode"))
    best = named.best(CVX)
    return Immunization(
        **resource.row,
        name=resource.name("immunization", named),
        code=best.code or None,
        code_system=best.system or None,
        status=code(data.get("status")),
        given=first_date(data.get("occurrenceDateTime"), data.get("occurrenceString"), data.get("date")),
    )
