"""Medicines: prescriptions, statements of what is taken, dispenses and administrations."""

from __future__ import annotations

from agents.records import Medication, RecordDate
from healthchat.records.importers.fhir.elements import Concept, code, concept, concepts, first_date, obj, objs, text
from healthchat.records.importers.fhir.elements import number as number_of
from healthchat.records.importers.fhir.elements import period as period_of
from healthchat.records.importers.fhir.elements import quantity as quantity_of
from healthchat.records.importers.fhir.resource import Resource
from healthchat.records.importers.fhir.stream import Json

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"

_UNITS_OF_TIME = {"s": "second", "min": "minute", "h": "hour", "d": "day", "wk": "week", "mo": "month", "a": "year"}
_ENDED = frozenset({"stopped", "completed", "cancelled", "ended"})


def medication(resource: Resource) -> Medication:
    """The row of a MedicationRequest (before FHIR R4 a MedicationOrder), -Statement, -Dispense or -Administration."""
    data = resource.data
    named = _named(resource)
    best = named.best(RXNORM)
    status = _status(data)
    start, end = _taken(data, ended=status in _ENDED)
    return Medication(
        **resource.row,
        name=resource.name("medication", named),
        code=best.code or None,
        code_system=best.system or None,
        status=status,
        dosage=dosage(data) or None,
        start=start,
        end=end,
        reason=reason(resource) or None,
    )


def dosage(data: dict[str, Json]) -> str:
    """How it is taken, in the record's own words where it has some."""
    instructions = [*objs(data.get("dosageInstruction")), *objs(data.get("dosage"))]
    said = [text(one.get("text")) or text(one.get("patientInstruction")) or _composed(one) for one in instructions]
    return "; ".join(dict.fromkeys(filter(None, said)))[:1000]


def reason(resource: Resource) -> str:
    """Why it is given: the first reason that has a name."""
    written = concepts(resource.data.get("reasonCode"))
    referred = [resource.links.named(one, within=resource) for one in objs(resource.data.get("reasonReference"))]
    return next((one.name for one in (*written, *referred) if one.name), "")[:500]


def _status(data: dict[str, Json]) -> str:
    status = code(data.get("status"))
    # An order not to give it must never be read as a medicine that is taken.
    return "do-not-perform" if status == "active" and data.get("doNotPerform") is True else status


def _named(resource: Resource) -> Concept:
    data = resource.data
    direct = concept(data.get("medicationCodeableConcept"))
    if direct.name:
        return direct
    pointed = obj(data.get("medicationReference")) or obj(data.get("medication"))
    return resource.links.named(pointed, within=resource)


def _taken(data: dict[str, Json], *, ended: bool) -> tuple[RecordDate | None, RecordDate | None]:
    starts: list[RecordDate | None] = []
    ends: list[RecordDate | None] = []
    for one in (*objs(data.get("dosageInstruction")), *objs(data.get("dosage"))):
        start, end = period_of(obj(obj(one.get("timing")).get("repeat")).get("boundsPeriod"))
        starts.append(start)
        ends.append(end)
    for key in ("effectivePeriod", "occurencePeriod"):
        start, end = period_of(data.get(key))
        starts.append(start)
        ends.append(end)
    validity = period_of(obj(data.get("dispenseRequest")).get("validityPeriod"))
    # How long a prescription may be filled says when it ended only once it has ended.
    ends.append(validity[1] if ended else None)
    written = first_date(
        data.get("effectiveDateTime"),
        data.get("authoredOn"),
        data.get("dateWritten"),
        data.get("whenHandedOver"),
        data.get("whenPrepared"),
        validity[0].text if validity[0] else None,
        data.get("dateAsserted"),
    )
    return next(filter(None, starts), written), next(filter(None, ends), None)


def _composed(one: dict[str, Json]) -> str:
    amount = obj(one.get("doseAndRate"))
    dose = quantity_of(amount.get("doseQuantity")) or quantity_of(one.get("doseQuantity"))
    as_needed = "as needed" if one.get("asNeededBoolean") is True else ""
    parts = (dose, concept(one.get("route")).name, _timing(obj(one.get("timing"))), as_needed)
    return ", ".join(filter(None, parts))


def _timing(timing: dict[str, Json]) -> str:
    said = concept(timing.get("code")).name
    repeat = obj(timing.get("repeat"))
    times, every = number_of(repeat.get("frequency")), number_of(repeat.get("period"))
    name = _UNITS_OF_TIME.get(text(repeat.get("periodUnit")))
    if said or times is None or every is None or name is None:
        return said
    span = f"every {name}" if every == 1 else f"every {every:g} {name}s"
    return f"{times:g} time{'' if times == 1 else 's'} {span}"
