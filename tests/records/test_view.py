"""From an import into the database, and from there to the agents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agents.records import Patient as Person
from agents.records import RecordDate, Records
from healthchat.records.importers import NotUnderstood, load, read
from healthchat.records.models import Condition, Medication, Observation, Patient, Source
from healthchat.records.storing import store
from healthchat.records.view import MODELS, records_of, rows_behind
from tests.records.conftest import Writer, bundle, observation, person

if TYPE_CHECKING:
    from django.contrib.auth.models import User

pytestmark = pytest.mark.django_db


def test_it_gives_agents_exactly_what_was_imported(patient: Patient, write: Writer) -> None:
    path = write(
        person(),
        observation(referenceRange=[{"text": "<100"}], interpretation=[{"coding": [{"code": "H"}]}]),
        observation("o2", valueQuantity=None, valueString="trace", effectiveDateTime="2019"),
        observation("o3", status="preliminary"),
        {
            "resourceType": "AllergyIntolerance",
            "id": "a1",
            "code": {"text": "Penicillin"},
            "reaction": [{"manifestation": [{"text": "Hives"}]}],
        },
        {"resourceType": "AllergyIntolerance", "id": "a2", "code": {"text": "No known food allergies"}},
    )

    store(read(path), patient=patient)

    assert same(records_of(patient), load(path))


def test_it_gives_agents_every_shared_patient_as_imported(alice: User, shared: Path) -> None:
    for path in sorted((shared / "fhir").glob("*.json"))[:3] + sorted((shared / "ips").glob("*.json")):
        patient = Patient.objects.create(owner=alice)

        store(read(path), patient=patient)

        assert same(records_of(patient), load(path))


def test_it_stores_when_a_row_was_for_sorting(patient: Patient, write: Writer) -> None:
    store(read(write(person(), observation())), patient=patient)

    row = patient.observation_rows.get()

    assert (row.instant.isoformat(), row.precision) == ("2024-05-17T06:30:00+00:00", "time")


def test_it_completes_the_patient_with_what_the_file_knows(patient: Patient, write: Writer) -> None:
    store(read(write(person())), patient=patient)

    patient.refresh_from_db()
    assert (patient.name, patient.sex, patient.birth_date) == ("Alice's mother", "female", "1961-03-04")
    assert records_of(patient).patient == Person(sex="female", birth_date=RecordDate("1961-03-04"))


def test_it_notes_where_the_rows_came_from(patient: Patient, write: Writer) -> None:
    claim = {"resourceType": "Claim"}
    source = store(read(write(person(), observation(code={"text": "Frobnicate"}), claim)), patient=patient)

    assert (source.name, source.kind, source.counts) == ("records.json", "fhir", {"observation": 1})
    assert source.skipped == {"Claim": 1}
    assert source.unmapped == [
        {
            "kind": "observation",
            "code": "",
            "text": "Frobnicate",
            "reason": "a test that is not known here",
            "count": 1,
        }
    ]


def test_it_changes_nothing_when_a_file_is_imported_again(patient: Patient, write: Writer) -> None:
    path = write(person(), observation(), observation(None))
    first = store(read(path), patient=patient)
    before = list(Observation.objects.order_by("pk").values())

    second = store(read(path), patient=patient)

    assert second == first
    assert list(Observation.objects.order_by("pk").values()) == before
    assert Source.objects.count() == 1


def test_it_brings_a_changed_resource_up_to_date(patient: Patient, write: Writer) -> None:
    store(read(write(person(), observation())), patient=patient)
    corrected = observation(valueQuantity={"value": 103, "unit": "mg/dL"}, status="corrected")

    store(read(write(person(), corrected, name="later.json")), patient=patient)

    row = patient.observation_rows.get()
    assert (row.value, row.status, row.source.name) == (103.0, "corrected", "later.json")


def test_it_does_not_double_a_resource_that_comes_with_another_file(patient: Patient, write: Writer) -> None:
    store(read(write(person(), observation())), patient=patient)

    store(read(write(person(), observation(), observation("o2"), name="b.json")), patient=patient)

    assert patient.observation_rows.count() == 2


def test_it_keeps_two_systems_apart_that_count_from_one(patient: Patient, write: Writer) -> None:
    glucose = {"coding": [{"system": "http://loinc.org", "code": "2345-7", "display": "Glucose"}]}
    here = write(person(), observation("1"), name="here.json")
    there = write(person(), observation("1", code=glucose), observation("2", code=glucose), name="there.json")

    for path in (here, there, there, here):
        store(read(path), patient=patient)

    rows = patient.observation_rows.order_by("pk")
    assert [(row.key.split("~")[0], row.evidence, row.concept) for row in rows] == [
        ("1", "1", "ldl"),
        ("1", "1", "glucose"),
        ("2", "2", "glucose"),
    ]


def test_it_takes_out_what_turns_out_to_be_entered_in_error(patient: Patient, write: Writer) -> None:
    store(read(write(person(), observation(), observation("o2"))), patient=patient)

    store(read(write(person(), observation(status="entered-in-error"), name="b.json")), patient=patient)

    assert list(patient.observation_rows.values_list("key", flat=True)) == ["o2"]


def test_it_refuses_another_persons_file_and_stores_nothing(patient: Patient, write: Writer) -> None:
    store(read(write(person())), patient=patient)

    with pytest.raises(NotUnderstood, match="another person"):
        store(read(write(person(gender="male"), observation(), name="b.json")), patient=patient)

    assert patient.sources.count() == 1
    assert not patient.observation_rows.exists()


def test_it_takes_a_sources_rows_away_with_it(patient: Patient, write: Writer) -> None:
    source = store(read(write(person(), observation())), patient=patient)

    source.delete()

    assert not Observation.objects.exists()


def test_it_stores_texts_longer_than_their_columns(patient: Patient, write: Writer) -> None:
    long = "x" * 3000
    resources = [
        observation("o" * 3000, status=long, code={"text": long}, interpretation=[{"text": long}]),
        {"resourceType": "Condition", "id": "c1", "code": {"text": long}, "clinicalStatus": {"text": long}},
        {"resourceType": "MedicationRequest", "id": "m1", "medicationCodeableConcept": {"text": long}, "status": long},
    ]

    store(read(write(person(), *resources, name="y" * 240)), patient=patient)

    assert (Observation.objects.count(), Condition.objects.count(), Medication.objects.count()) == (1, 1, 1)
    for row in (Observation.objects.get(), Condition.objects.get(), Medication.objects.get()):
        row.full_clean(validate_constraints=False)


def test_it_finds_the_rows_behind_a_citation(patient: Patient, write: Writer) -> None:
    pressure = observation(
        "bp1",
        valueQuantity=None,
        component=[
            {"code": {"text": "Systolic"}, "valueInteger": 128},
            {"code": {"text": "Diastolic"}, "valueInteger": 79},
        ],
    )
    store(read(write(person(), pressure, observation("o2"))), patient=patient)

    assert [row.id for row in rows_behind(patient, "bp1")] == ["bp1#1", "bp1#2"]
    assert rows_behind(patient, "nothing") == []


def test_it_reads_a_patient_in_one_query_per_kind(patient: Patient, write: Writer) -> None:
    rows = [observation(f"o{n}") for n in range(300)]
    store(read(write(json.dumps(bundle(person(), *rows)))), patient=patient)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        records = records_of(patient)

    assert len(records.observations) == 300
    assert len(queries) == len(MODELS)


def test_it_shows_people_their_own_patients_and_the_sample(alice: User, charlie: User) -> None:
    own = Patient.objects.create(owner=alice, name="Own")
    sample = Patient.objects.create(name="Sample", is_sample=True)

    assert set(Patient.objects.visible_to(alice)) == {own, sample}
    assert set(Patient.objects.visible_to(charlie)) == {sample}
    assert set(Patient.objects.owned_by(alice)) == {own}
    assert set(Patient.objects.owned_by(charlie)) == set()


def same(one: Records, other: Records) -> bool:
    assert one.patient == other.patient
    by_id = {(type(row), row.id): row for row in one.rows}
    assert by_id == {(type(row), row.id): row for row in other.rows}
    return one.observations == other.observations
