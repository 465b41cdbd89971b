"""A patient's records as a FHIR R4 bundle, to take along: importing it gives the same rows."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, assert_never

from agents.records import (
    Allergy,
    AnyRow,
    Condition,
    Document,
    Encounter,
    Immunization,
    Medication,
    Observation,
    Procedure,
    RecordDate,
    Records,
)

_PATIENT = "patient"
_TERMS = "http://terminology.hl7.org/CodeSystem/"

Resource = dict[str, Any]


def bundle_of(records: Records, *, name: str) -> Resource:
    """A FHIR R4 collection of all rows that count; medicines become statements of what is taken."""
    resources = [_patient(records, name), *_observations(records.observations), *_others(records)]
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]}


def _patient(records: Records, name: str) -> Resource:
    return _said(
        resourceType="Patient",
        id=_PATIENT,
        name=[{"text": name}] if name else None,
        gender=records.patient.sex,
        birthDate=_date(records.patient.birth_date),
        deceasedDateTime=_date(records.patient.deceased),
    )


def _observations(rows: Iterable[Observation]) -> Iterator[Resource]:
    """One resource for each row; the components of one observation are put together again."""
    for (evidence, together), group in groupby(rows, key=lambda row: (row.evidence, row.panel == row.evidence)):
        parts = list(group)
        if not together:
            yield from (_observation(row) | {"id": row.id} | _value(row) for row in parts)
            continue
        # The parts do not say what the whole was called.
        whole = _observation(parts[0]) | {"id": evidence, "code": {"text": "Measured together"}}
        yield whole | {"component": [_said(code=_code(row)) | _value(row) for row in parts]}


def _observation(row: Observation) -> Resource:
    return _about("Observation", row) | _said(
        status=row.status,
        category=[{"coding": [{"system": f"{_TERMS}observation-category", "code": row.category}]}],
        code=_code(row),
        effectiveDateTime=_date(row.effective),
        device={"display": row.device} if row.device else None,
    )


def _value(row: Observation) -> Resource:
    found = _said(
        interpretation=[{"coding": [{"code": row.flag}]}] if row.flag else None,
        referenceRange=_range(row),
    )
    if row.text is not None:
        return found | {"valueString": row.text}
    if row.value is None and row.unit is None:
        return found
    return found | {"valueQuantity": _said(value=row.value, unit=row.unit, comparator=row.comparator)}


def _range(row: Observation) -> list[Resource] | None:
    low, high = row.reference_low, row.reference_high
    printed = _said(
        low=_said(value=low, unit=row.unit) if low is not None else None,
        high=_said(value=high, unit=row.unit) if high is not None else None,
        text=row.reference_text,
    )
    return [printed] if printed else None


def _others(records: Records) -> Iterator[Resource]:
    members: dict[str, list[Resource]] = {}
    for row in records.observations:
        if row.panel and row.panel != row.evidence:
            members.setdefault(row.panel, []).append({"reference": f"Observation/{row.id}"})
    for other in records.rows:
        if not isinstance(other, Observation):
            yield _other(other) | _said(result=members.get(other.id))


def _other(row: AnyRow) -> Resource:
    match row:
        case Medication():
            return _about("MedicationStatement", row) | _said(
                status=row.status,
                medicationCodeableConcept=_code(row),
                effectivePeriod=_said(start=_date(row.start), end=_date(row.end)),
                dosage=[{"text": row.dosage}] if row.dosage else None,
                reasonCode=[{"text": row.reason}] if row.reason else None,
            )
        case Condition():
            return _about("Condition", row) | _said(
                clinicalStatus=_term("condition-clinical", row.clinical_status),
                verificationStatus=_term("condition-ver-status", row.verification_status),
                code=_code(row),
                onsetDateTime=_date(row.onset),
                abatementDateTime=_date(row.end),
                recordedDate=_date(row.recorded),
            )
        case Allergy():
            return _about("AllergyIntolerance", row, subject="patient") | _said(
                clinicalStatus=_term("allergyintolerance-clinical", row.clinical_status),
                verificationStatus=_term("allergyintolerance-verification", row.verification_status),
                criticality=row.criticality,
                code=_code(row),
                recordedDate=_date(row.recorded),
                reaction=[{"manifestation": [{"text": said}]} for said in row.reactions],
            )
        case Immunization():
            return _about("Immunization", row, subject="patient") | _said(
                status=row.status, vaccineCode=_code(row), occurrenceDateTime=_date(row.given)
            )
        case Procedure():
            return _about("Procedure", row) | _said(
                status=row.status, code=_code(row), performedDateTime=_date(row.performed)
            )
        case Encounter():
            return (
                _about("Encounter", row)
                | {
                    "class": {"system": f"{_TERMS}v3-ActCode", "code": row.kind},
                    "type": [{"text": row.name}],
                    "period": _said(start=_date(row.start), end=_date(row.end)),
                }
                | _said(status=row.status, reasonCode=[{"text": row.reason}] if row.reason else None)
            )
        case Document():
            return _document(row)
        case Observation():
            return _observation(row)
        case _:
            assert_never(row)


def _document(row: Document) -> Resource:
    found = _about(row.kind, row) | _said(status=row.status)
    if row.kind == "CarePlan":
        return found | _said(title=row.name, description=row.text, period=_said(start=_date(row.dated)))
    if row.kind == "DocumentReference":
        data = base64.b64encode((row.text or "").encode()).decode()
        attached = {"attachment": {"contentType": "text/plain; charset=utf-8", "data": data}}
        return found | _said(type={"text": row.name}, date=_date(row.dated), content=[attached])
    return found | _said(code={"text": row.name}, effectiveDateTime=_date(row.dated), conclusion=row.text)


def _about(kind: str, row: AnyRow, *, subject: str = "subject") -> Resource:
    return {"resourceType": kind, "id": row.id, subject: {"reference": f"Patient/{_PATIENT}"}}


def _code(row: Observation | Medication | Condition | Allergy | Immunization | Procedure) -> Resource:
    coding = _said(system=row.code_system, code=row.code)
    return _said(coding=[coding] if coding else None, text=row.name)


def _term(system: str, code: str) -> Resource | None:
    return {"coding": [{"system": _TERMS + system, "code": code}]} if code else None


def _date(date: RecordDate | None) -> str | None:
    return date.text if date else None


def _said(**fields: Any) -> Resource:
    """The fields that there are: FHIR has neither null nor what is empty."""
    return {name: value for name, value in fields.items() if value is not None and value not in ("", [], {})}
