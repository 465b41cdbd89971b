"""Procedures."""

from __future__ import annotations

from agents.records import Procedure
from healthchat.records.importers.fhir.elements import SNOMED, code, concept, first_date, period
from healthchat.records.importers.fhir.resource import Resource


def procedure(resource: Resource) -> Procedure:
    data = resource.data
    named = concept(data.get("code"))
    best = named.best(SNOMED)
    start, end = period(data.get("performedPeriod"))
    if start is None and end is None:
        start, end = period(data.get("occurrencePeriod"))
    written = first_date(data.get("performedDateTime"), data.get("occurrenceDateTime"), data.get("performedString"))
    return Procedure(
        **resource.row,
        name=resource.name("procedure", named),
        code=best.code or None,
        code_system=best.system or None,
        status=code(data.get("status")),
        performed=written or start or end,
    )
