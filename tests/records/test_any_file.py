"""Whatever a file holds, it is read or refused in a sentence; what is read can be stored and comes back the same."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from healthchat.records.importers import Import, NotUnderstood, merged, read_file
from healthchat.records.models import Patient
from healthchat.records.view import records_of, store
from tests.records.conftest import bundle

KEYS = [
    "id", "status", "code", "text", "coding", "system", "display", "subject", "patient", "reference", "value", "unit",
    "comparator", "valueQuantity", "valueString", "valueCodeableConcept", "valueRange", "valueBoolean", "component",
    "referenceRange", "low", "high", "interpretation", "effectiveDateTime", "effectivePeriod", "start", "end", "period",
    "issued", "category", "dataAbsentReason", "hasMember", "contained", "resourceType", "medicationReference",
    "medicationCodeableConcept", "dosageInstruction", "dosage", "timing", "repeat", "doseAndRate", "reasonReference",
    "reasonCode", "reaction", "manifestation", "clinicalStatus", "verificationStatus", "onsetDateTime", "recordedDate",
    "vaccineCode", "occurrenceDateTime", "performedDateTime", "class", "type", "content", "attachment", "contentType",
    "data", "activity", "detail", "result", "name", "given", "family", "birthDate", "gender", "entry", "resource",
]  # fmt: skip
TYPES = [
    "Observation", "MedicationRequest", "MedicationStatement", "Condition", "AllergyIntolerance", "Immunization",
    "Procedure", "Encounter", "DiagnosticReport", "CarePlan", "DocumentReference", "Patient", "Medication", "Claim",
    "Bundle",
]  # fmt: skip
WORDS = [
    "", "final", "active", "entered-in-error", "http://loinc.org", "13457-7", "mg/dL", "130", "<0.6", "40-99", "<",
    "2024-05-17", "2024", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "Patient/p1", "#c1", "urn:uuid:1",
    "text/plain", "PGI+", "No known allergies", "\x00", "\ud800", "\u202e", "1e400", "female", "1961", "x" * 300,
]  # fmt: skip

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(WORDS),
    st.text(),
)
anything = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)),
    max_leaves=20,
)
resources = st.builds(
    lambda kind, fields: fields | {"resourceType": kind},
    st.sampled_from(TYPES),
    st.dictionaries(st.sampled_from(KEYS), anything, max_size=8),
)


def taken(content: bytes) -> Import | None:
    try:
        return read_file(BytesIO(content), name="any.json")
    except NotUnderstood:
        return None


@given(st.binary(max_size=200))
def test_it_reads_or_refuses_any_bytes(content: bytes) -> None:
    taken(content)


@given(anything)
def test_it_reads_or_refuses_any_json(value: Any) -> None:
    taken(json.dumps(value).encode())


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(resources, max_size=5))
def test_it_reads_or_refuses_any_resources_and_again_the_same(found: list[dict[str, Any]]) -> None:
    content = json.dumps(bundle(*found)).encode()

    assert taken(content) == taken(content)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(resources, max_size=5))
def test_it_drops_no_resource_silently(found: list[dict[str, Any]]) -> None:
    imported = taken(
        json.dumps(bundle(*[one for one in found if one["resourceType"] not in ("Bundle", "Patient")])).encode()
    )

    if imported is not None:
        rows = len({row.evidence for row in imported.rows})
        assert bool(rows) or bool(imported.skipped) or not found


@pytest.mark.django_db
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(st.lists(resources, max_size=6))
def test_it_stores_whatever_it_read_and_gives_it_back(django_user_model: Any, found: list[dict[str, Any]]) -> None:
    imported = taken(json.dumps(bundle(*found)).encode())
    if imported is None:
        return
    owner, _ = django_user_model.objects.get_or_create(username="alice")
    patient = Patient.objects.create(owner=owner)

    store(imported, patient=patient)
    store(imported, patient=patient)

    assert {(type(row), row.id): row for row in records_of(patient).rows} == {
        (type(row), row.id): row for row in merged(imported).rows
    }
