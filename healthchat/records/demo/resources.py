"""The demo patient's FHIR R4 resources, each as a system would export it."""

from __future__ import annotations

import base64
import uuid
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from healthchat.records.demo.catalogue import UCUM, Test

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CVX = "http://hl7.org/fhir/sid/cvx"
UCUM_SYSTEM = "http://unitsofmeasure.org"
_TERMS = "http://terminology.hl7.org/CodeSystem/"

_NAMESPACE = uuid.UUID("5f1d2c5e-8a0b-4c39-9a55-0b0c7d3f6e21")
_ZONE = timezone(timedelta(hours=-6))
_DAYS_PER_YEAR = 365.25

Resource = dict[str, Any]


class Calendar:
    """Years ago as dates before `end`."""

    def __init__(self, end: date) -> None:
        self.end = end

    def day(self, ago: float, *, workday: bool = False) -> date:
        found = self.end - timedelta(days=round(ago * _DAYS_PER_YEAR))
        # Back, never on: nothing lies after the end.
        while workday and found.weekday() > 4:
            found -= timedelta(days=1)
        return found

    def moment(self, ago: float, hour: float, *, workday: bool = True) -> str:
        at = datetime.combine(self.day(ago, workday=workday), time(), tzinfo=_ZONE) + timedelta(hours=hour)
        return at.replace(microsecond=0).isoformat()

    def written(self, ago: float, precision: str) -> str:
        return self.day(ago, workday=True).isoformat()[: {"year": 4, "month": 7, "day": 10}[precision]]


def identify(*parts: object) -> str:
    """The same id for the same thing, whatever the end date is."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(map(str, parts))))


PATIENT = identify("patient")


def patient(name: str, birth_date: str) -> Resource:
    given, family = name.split()
    return {
        "resourceType": "Patient",
        "id": PATIENT,
        "name": [{"use": "official", "given": [given], "family": family}],
        "gender": "female",
        "birthDate": birth_date,
    }


def about(kind: str, key: str, *, subject: str = "subject") -> Resource:
    """What every resource about the patient begins with."""
    return {"resourceType": kind, "id": identify(kind, key), subject: {"reference": f"urn:uuid:{PATIENT}"}}


def concept(system: str, code: str | None, text: str) -> Resource:
    coding = {"coding": [{"system": system, "code": code, "display": text}]} if code else {}
    return coding | {"text": text}


def term(system: str, code: str) -> Resource:
    return {"coding": [{"system": _TERMS + system, "code": code}]}


def quantity(value: float, unit: str, decimals: int) -> Resource:
    rounded = round(value, decimals)
    return {
        "value": int(rounded) if decimals == 0 else rounded,
        "unit": unit,
        "system": UCUM_SYSTEM,
        "code": UCUM.get(unit, unit),
    }


def result(
    test: Test, key: str, value: float, *, at: str, comparator: str | None = None, status: str = "final"
) -> Resource:
    """A laboratory value with the range and the flag that the laboratory prints beside it."""
    measured = quantity(value, test.unit, test.decimals)
    found = about("Observation", key) | {
        "status": status,
        "category": [term("observation-category", "laboratory")],
        "code": concept(LOINC, test.loinc, test.name),
        "effectiveDateTime": at,
        "valueQuantity": measured | ({"comparator": comparator} if comparator else {}),
    }
    if (printed := _range(test)) is not None:
        found["referenceRange"] = [printed]
    if (flag := _flag(test, measured["value"])) is not None:
        found["interpretation"] = [term("v3-ObservationInterpretation", flag)]
    return found


def vital(loinc: str, name: str, key: str, measured: Resource | None, *, at: str) -> Resource:
    found = about("Observation", key) | {
        "status": "final",
        "category": [term("observation-category", "vital-signs")],
        "code": concept(LOINC, loinc, name),
        "effectiveDateTime": at,
    }
    return found | ({"valueQuantity": measured} if measured else {})


def pressure(key: str, systolic: float, diastolic: float, *, at: str, at_home: bool) -> Resource:
    parts = (("8480-6", "Systolic blood pressure", systolic), ("8462-4", "Diastolic blood pressure", diastolic))
    found = vital("85354-9", "Blood pressure", key, None, at=at) | {
        "component": [
            {"code": concept(LOINC, loinc, name), "valueQuantity": quantity(value, "mm[Hg]", 0)}
            for loinc, name, value in parts
        ]
    }
    return found | ({"device": {"display": "Home blood pressure monitor, upper arm"}} if at_home else {})


def attachment(text: str) -> Resource:
    return {"contentType": "text/plain", "data": base64.b64encode(text.encode()).decode()}


def _range(test: Test) -> Resource | None:
    bounds = {name: bound for name, bound in (("low", test.low), ("high", test.high)) if bound is not None}
    if not bounds:
        return None
    if test.words:
        return {"text": test.words}
    printed = {name: quantity(bound, test.unit, test.decimals) for name, bound in bounds.items()}
    return printed | {"text": f"{test.low:.{test.decimals}f}-{test.high:.{test.decimals}f}"}


def _flag(test: Test, value: float) -> str | None:
    if test.high is not None and value > test.high:
        return "H"
    return "L" if test.low is not None and value < test.low else None
