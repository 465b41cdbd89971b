"""Whatever a file holds, it is read or refused in a sentence; what is read can be stored and comes back the same."""

from __future__ import annotations

import csv
import io
import json
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.records import RecordDate
from healthchat.records.importers import Import, NotUnderstood, merged, read_file
from healthchat.records.importers.sheet.dates import read_date
from healthchat.records.importers.sheet.numbers import read_number
from healthchat.records.models import Patient
from healthchat.records.storing import store
from healthchat.records.view import records_of
from tests.records.conftest import bundle
from tests.records.importers.samples import archive

KEYS = [
    "id", "status", "code", "text", "coding", "system", "display", "subject", "patient", "reference", "value", "unit",
    "comparator", "valueQuantity", "valueString", "valueCodeableConcept", "valueRange", "valueBoolean", "component",
    "referenceRange", "low", "high", "interpretation", "effectiveDateTime", "effectivePeriod", "start", "end", "period",
    "issued", "category", "dataAbsentReason", "hasMember", "contained", "resourceType", "medicationReference",
    "medicationCodeableConcept", "dosageInstruction", "dosage", "timing", "repeat", "doseAndRate", "reasonReference",
    "reasonCode", "reaction", "manifestation", "clinicalStatus", "verificationStatus", "onsetDateTime", "recordedDate",
    "vaccineCode", "occurrenceDateTime", "performedDateTime", "class", "type", "content", "attachment", "contentType",
    "data", "activity", "verifiableCredential", "detail", "result", "name", "given", "family", "birthDate", "gender",
    "entry", "resource",
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


_NAMES = st.sampled_from(
    [
        "Record", "Me", "Workout", "WorkoutStatistics", "ActivitySummary", "Correlation", "recordTarget", "patientRole",
        "patient", "section", "entry", "observation", "act", "organizer", "component", "substanceAdministration",
        "value", "effectiveTime", "low", "high", "templateId", "entryRelationship", "text", "title", "originalText",
        "procedure", "encounter", "participant", "id", "statusCode", "referenceRange", "observationRange", "reference",
        "code",
    ]
)  # fmt: skip
_ATTRIBUTES = st.dictionaries(
    st.sampled_from(
        [
            "type", "value", "unit", "startDate", "endDate", "sourceName", "code", "codeSystem", "displayName", "root",
            "extension", "nullFlavor", "xsi:type", "ID", "moodCode", "negationInd", "inclusive", "dateComponents",
            "activeEnergyBurned", "duration", "workoutActivityType",
        ]
    ),
    st.sampled_from(
        [
            "HKQuantityTypeIdentifierStepCount", "HKQuantityTypeIdentifierHeartRate", "HKCategoryTypeIdentifierX",
            "HKQuantityTypeIdentifierBodyMass", "HKCategoryTypeIdentifierSleepAnalysis", "HKQuantityTypeIdentifierX",
            "HKCategoryValueSleepAnalysisAsleepCore", "HKQuantityTypeIdentifierBloodPressureSystolic",
            "2025-01-01 08:00:00 +0100", "2025-01-01 09:00:00 +0100", "9999-12-31 23:59:60 -1400",
            "2025-02-30 08:00:00 +0100", "1", "-1e3", "1e400", "nan", "%", "count", "mg/dL", "PQ", "IVL_PQ", "CD", "ST",
            "48765-2", "11450-4", "30954-2", "47519-4", "20240517", "2024", "true", "EVN", "", "NI", "active",
            "x" * 300,
            "2.16.840.1.113883.10.20.22.4.7", "2.16.840.1.113883.10.20.22.4.4",
        ]
    ),
    max_size=6,
)  # fmt: skip


def _written(name: str, attributes: dict[str, str], inside: list[str]) -> str:
    given = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<{name}{given}>{''.join(inside)}</{name}>"


elements = st.recursive(
    st.builds(_written, _NAMES, _ATTRIBUTES, st.just([])),
    lambda inner: st.builds(_written, _NAMES, _ATTRIBUTES, st.lists(inner, max_size=4)),
    max_leaves=20,
)
cells = st.one_of(
    st.sampled_from(
        [
            "",
            "LDL",
            "TSH",
            "130",
            "5,8",
            "<0.6",
            "mg/dL",
            "H",
            "2024-01-01",
            "03/04/2025",
            "65-99",
            "1.2.3",
            "Date",
            "Test",
        ]
    ),
    st.text(max_size=12),
)


def taken(content: bytes) -> Import | None:
    try:
        return read_file(BytesIO(content), name="any.json")
    except NotUnderstood:
        return None


@given(st.binary(max_size=200))
def test_it_reads_or_refuses_any_bytes(content: bytes) -> None:
    taken(content)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(elements)
def test_it_reads_or_refuses_any_xml_and_again_the_same(found: str) -> None:
    for root in ("HealthData", "ClinicalDocument"):
        content = f'<?xml version="1.0"?><{root} xmlns:xsi="x">{found}</{root}>'.encode("utf-8", "replace")

        assert taken(content) == taken(content)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(cells, min_size=2, max_size=6), min_size=1, max_size=8), st.sampled_from(",;\t|"))
def test_it_reads_or_refuses_any_table_and_again_the_same(lines: list[list[str]], delimiter: str) -> None:
    made = io.StringIO()
    writer = csv.writer(made, delimiter=delimiter)
    writer.writerows([["date", "test", "value", "unit", "range", "flag"], *lines])

    content = made.getvalue().encode("utf-8", "replace")

    assert taken(content) == taken(content)


@given(st.binary(max_size=300), st.integers(0, 400), st.integers(0, 255))
def test_it_reads_or_refuses_any_archive(rest: bytes, place: int, value: int) -> None:
    whole = bytearray(
        archive({"a.json": json.dumps(bundle()), "b.csv": "date,test,value\n2024-01-01,LDL,1\n", "c": rest})
    )
    whole[place % len(whole)] = value

    taken(bytes(whole))
    taken(b"PK\x03\x04" + rest)


@given(st.text(max_size=40), st.booleans() | st.none())
def test_it_reads_any_cell_as_a_date_or_not(cell: str, day_first: bool | None) -> None:
    found = read_date(cell, day_first=day_first)

    assert found is None or RecordDate.parse(found) is not None


@given(st.floats(min_value=-1e9, max_value=1e9, allow_nan=False).map(lambda one: round(one, 4)), st.sampled_from(".,"))
def test_it_reads_back_a_number_with_either_mark(number: float, decimal: str) -> None:
    written = f"{number:.4f}".replace(".", decimal)

    assert read_number(written, decimal=decimal) == number


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
