"""What a person enters by hand becomes FHIR like everything else, and goes in through the same door."""

from __future__ import annotations

import uuid
from typing import Any

import msgspec

from agents.concepts import CONCEPTS
from healthchat.records.forms import BLOOD_PRESSURE
from healthchat.records.importers.fhir.bundle import gather
from healthchat.records.importers.fhir.stream import Entry, Json, cleaned
from healthchat.records.importers.sheet.numbers import read_value
from healthchat.records.models import Patient, Source
from healthchat.records.storing import store

NAME = "Entered by hand"
KIND = "form"
LOINC = "http://loinc.org"


def enter(kind: str, said: dict[str, Any], *, patient: Patient) -> Source:
    """Store what a form of this kind (`value`, `medicine`, `condition`) says."""
    resource = {"value": _value, "medicine": _medicine, "condition": _condition}[kind](said)
    own = str(uuid.uuid4())
    found = gather([Entry(resource | {"id": own})], file=NAME, kind=KIND)
    # Two forms that say the same are two sources: each may be deleted by itself.
    return store(msgspec.structs.replace(found, sha256=own), patient=patient)


def _value(said: dict[str, Any]) -> dict[str, Json]:
    made: dict[str, Json] = {
        "resourceType": "Observation",
        "status": "final",
        "effectiveDateTime": said["date"],
        "category": [{"coding": [{"code": _category(said["test"])}]}],
    }
    if said["test"] == BLOOD_PRESSURE:
        high, _, low = said["value"].replace(" ", "").partition("/")
        parts = (("systolic", high), ("diastolic", low))
        code = {"text": "Blood pressure"}
        return made | {
            "code": code,
            "component": [_coded(test, "") | _measured(number, "mmHg") for test, number in parts],
        }
    return made | _coded(said["test"], said["other"]) | _measured(said["value"], said["unit"]) | _range(said)


def _measured(written: str, unit: str) -> dict[str, Json]:
    value = read_value(written, decimal=".")
    if value is None:
        return {"valueString": cleaned(written)}
    quantity = {"value": value.number, "unit": unit or value.unit, "comparator": value.comparator}
    return {"valueQuantity": {key: one for key, one in quantity.items() if one not in ("", None)}}


def _range(said: dict[str, Any]) -> dict[str, Json]:
    bounds = {}
    for side in ("low", "high"):
        value = read_value(said[side], decimal=".") if said[side] else None
        if value is not None:
            bounds[side] = {"value": value.number} | ({"unit": said["unit"]} if said["unit"] else {})
    return {"referenceRange": [bounds]} if bounds else {}


def _coded(test: str, other: str) -> dict[str, Json]:
    concept = CONCEPTS.get(test)
    if concept is None:
        return {"code": {"text": cleaned(other)}}
    coding = [{"system": LOINC, "code": concept.loinc[0]}] if concept.loinc else []
    return {"code": {"text": cleaned(other) or concept.display, "coding": coding}}


def _category(test: str) -> str:
    concept = CONCEPTS.get(test)
    if test == BLOOD_PRESSURE or (concept and concept.category in ("vital_signs", "body")):
        return "vital-signs"
    return "activity" if concept and concept.category == "activity" else "laboratory"


def _medicine(said: dict[str, Any]) -> dict[str, Json]:
    return {
        "resourceType": "MedicationStatement",
        "status": said["status"],
        "medicationCodeableConcept": {"text": cleaned(said["name"])},
        "dosage": [{"text": cleaned(said["dosage"])}] if said["dosage"] else [],
        "effectivePeriod": {"start": said["start"], "end": said["end"]},
    }


def _condition(said: dict[str, Any]) -> dict[str, Json]:
    return {
        "resourceType": "Condition",
        "clinicalStatus": {"coding": [{"code": said["status"]}]},
        "code": {"text": cleaned(said["name"])},
        "onsetDateTime": said["onset"],
        "abatementDateTime": said["end"],
    }
