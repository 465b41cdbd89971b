"""Taking one's records along."""

from __future__ import annotations

import json
from datetime import date
from io import BytesIO
from pathlib import Path

import msgspec
import pytest
from django.test import Client
from django.urls import reverse

from agents.records import AnyRow, Records
from healthchat.records import demo
from healthchat.records.export import bundle_of
from healthchat.records.importers import load, merged, read, read_file
from healthchat.records.models import Patient
from healthchat.records.storing import store
from tests.records.conftest import Writer, observation, person


def exported(records: Records, name: str = "Ann Older") -> Records:
    content = json.dumps(bundle_of(records, name=name)).encode()
    return merged(read_file(BytesIO(content), name="export.json"))


def rows_of(records: Records) -> dict[tuple[str, str], AnyRow]:
    """By kind and id, whatever the file was called."""
    return {(type(row).__name__, row.id): msgspec.structs.replace(row, source="") for row in records.rows}


def test_it_gives_the_demo_patient_back_unchanged() -> None:
    content = json.dumps(demo.bundle(date(2026, 11, 23))).encode()
    records = merged(read_file(BytesIO(content), name="demo.json"))

    again = exported(records)

    assert again.patient == records.patient
    assert rows_of(again) == rows_of(records)


def test_it_gives_every_shared_patient_back_unchanged(shared: Path) -> None:
    for path in sorted([*(shared / "fhir").glob("*.json"), *(shared / "ips").glob("*.json")]):
        records = load(path)

        assert rows_of(exported(records)) == rows_of(records), path.name


def test_it_keeps_what_is_odd(write: Writer) -> None:
    path = write(
        person(deceasedDateTime="2025-03"),
        observation("o1", valueQuantity={"value": 0.6, "comparator": "<"}, referenceRange=[{"text": "see note"}]),
        observation("o2", valueQuantity=None, valueString="<0.6"),
        observation("o3", valueQuantity=None, dataAbsentReason={"text": "hemolysed"}, effectiveDateTime="2019"),
        observation("o4", code={"text": "Frobnicate index"}, status="amended"),
        {"resourceType": "AllergyIntolerance", "id": "a1", "code": {"text": "No known allergies"}},
    )
    records = load(path)

    again = exported(records)

    assert again.patient == records.patient
    assert rows_of(again) == rows_of(records)


@pytest.mark.django_db
def test_it_is_downloaded_by_its_owner_alone(
    alices: Client, charlies: Client, client: Client, patient: Patient, write: Writer
) -> None:
    store(read(write(person(), observation())), patient=patient)
    address = reverse("export", args=[patient.pk])

    response = alices.get(address)

    assert response["Content-Disposition"] == 'attachment; filename="health-records.fhir.json"'
    assert response["Content-Type"] == "application/fhir+json"
    assert "no-store" in response["Cache-Control"]
    again = merged(read_file(BytesIO(response.content), name="export.json"))
    assert [row.value for row in again.observations] == [130.0]
    assert charlies.get(address).status_code == 404
    assert client.get(address).headers["Location"].startswith(reverse("login"))
