"""The JSON API of patients and their records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from healthchat.records.api import OF_PATIENT
from healthchat.records.importers import read
from healthchat.records.models import Patient
from healthchat.records.storing import store
from tests.records.conftest import Writer, observation, person

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@pytest.fixture
def filled(patient: Patient, write: Writer) -> Patient:
    glucose = {"coding": [{"system": "http://loinc.org", "code": "2345-7", "display": "Glucose"}]}
    medicine = {"resourceType": "MedicationRequest", "medicationCodeableConcept": {"text": "Metformin"}}
    store(
        read(
            write(
                person(),
                observation("late", effectiveDateTime="2024-05-17T23:30:00-06:00"),
                observation("early", effectiveDateTime="2019-01-02", valueQuantity={"value": 99.5, "unit": "mg/dL"}),
                observation("year", effectiveDateTime="2020"),
                observation("undated", effectiveDateTime=None),
                observation("sugar", code=glucose, effectiveDateTime="2021-06-01"),
                medicine | {"id": "m1", "status": "active", "authoredOn": "2020-01-01"},
                medicine | {"id": "m2", "status": "stopped", "authoredOn": "2018-01-01"},
            )
        ),
        patient=patient,
    )
    return patient


def listed(client: Client, patient: Patient, what: str, **query: Any) -> list[str]:
    response = client.get(f"/api/patients/{patient.pk}/{what}/", query)
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["results"]]


def test_it_lists_ones_own_patients_and_the_sample(alices: Client, patient: Patient, charlie: User) -> None:
    sample = Patient.objects.create(name="Sample", is_sample=True)
    Patient.objects.create(owner=charlie, name="Charlie's")

    found = alices.get("/api/patients/").json()["results"]

    assert {one["id"] for one in found} == {str(patient.pk), str(sample.pk)}
    assert alices.get(f"/api/patients/{patient.pk}/").json()["name"] == "Alice's mother"


def test_it_gives_a_row_with_everything_recorded(alices: Client, filled: Patient) -> None:
    response = alices.get(f"/api/patients/{filled.pk}/observations/", {"until": "2019-12-31"})

    assert response.json()["results"] == [
        {
            "id": "early",
            "evidence": "early",
            "source": str(filled.sources.get().pk),
            "name": "LDL Cholesterol Calc",
            "code": "13457-7",
            "code_system": "http://loinc.org",
            "concept": "ldl",
            "category": "laboratory",
            "value": 99.5,
            "unit": "mg/dL",
            "comparator": "",
            "text": "",
            "canonical_value": 99.5,
            "canonical_unit": "mg/dL",
            "effective": "2019-01-02",
            "reference_low": None,
            "reference_high": None,
            "reference_text": "",
            "flag": "",
            "status": "final",
            "panel": "",
            "device": "",
        }
    ]


def test_it_lists_the_latest_first_and_the_undated_last(alices: Client, filled: Patient) -> None:
    assert listed(alices, filled, "observations") == ["late", "sugar", "year", "early", "undated"]


def test_it_filters_by_concept_and_status(alices: Client, filled: Patient) -> None:
    assert listed(alices, filled, "observations", concept="glucose") == ["sugar"]
    assert listed(alices, filled, "observations", category="vital-signs") == []
    assert listed(alices, filled, "medications", status="active") == ["m1"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"since": "2024-05-17"}, ["late"]),
        ({"until": "2024-05-17"}, ["late", "sugar", "year", "early"]),
        ({"since": "2024-05-18"}, []),
        ({"since": "2020-01-01", "until": "2020-01-01"}, ["year"]),
        ({"until": "2019-12-31"}, ["early"]),
        ({"since": "0001-01-01", "until": "9999-12-31"}, ["late", "sugar", "year", "early"]),
    ],
)
def test_it_filters_by_the_calendar_date_written_in_the_record(
    alices: Client, filled: Patient, query: dict[str, str], expected: list[str]
) -> None:
    assert listed(alices, filled, "observations", **query) == expected


@pytest.mark.parametrize("query", [{"since": "May"}, {"until": "2024-13-01"}, {"concept": "\x00"}])
def test_it_refuses_a_filter_that_is_none(alices: Client, filled: Patient, query: dict[str, str]) -> None:
    assert alices.get(f"/api/patients/{filled.pk}/observations/", query).status_code == 400


@pytest.mark.parametrize("what", ["", *(f"{name}/" for name in OF_PATIENT)])
def test_it_is_there_for_the_owner_and_for_nobody_else(
    alices: Client, charlies: Client, client: Client, filled: Patient, what: str
) -> None:
    address = f"/api/patients/{filled.pk}/{what}"

    assert alices.get(address).status_code == 200
    assert charlies.get(address).status_code == 404
    assert client.get(address).status_code == 401
    for method in ("post", "put", "patch", "delete"):
        assert getattr(alices, method)(address).status_code in (403, 405)


def test_it_pages(alices: Client, filled: Patient) -> None:
    first = alices.get(f"/api/patients/{filled.pk}/observations/", {"page_size": 2}).json()
    second = alices.get(first["next"]).json()
    last = alices.get(second["next"]).json()

    assert first["count"] == 5
    assert [row["id"] for row in second["results"]] == ["year", "early"]
    assert [row["id"] for row in last["results"]] == ["undated"]
    assert last["next"] is None
    assert alices.get(last["previous"]).json()["results"] == second["results"]


def test_it_says_where_the_rows_came_from(alices: Client, filled: Patient) -> None:
    (source,) = alices.get(f"/api/patients/{filled.pk}/sources/").json()["results"]

    assert (source["name"], source["counts"]) == ("records.json", {"medication": 2, "observation": 5})


def test_it_is_described(alices: Client) -> None:
    schema = alices.get("/api/schema/", headers={"accept": "application/vnd.oai.openapi+json"}).json()

    for name in OF_PATIENT:
        described = schema["paths"][f"/api/patients/{{patient_id}}/{name}/"]["get"]
        assert {"200", "403", "404"} <= set(described["responses"])
    parameters = schema["paths"]["/api/patients/{patient_id}/observations/"]["get"]["parameters"]
    assert {one["name"] for one in parameters} == {
        "patient_id",
        "since",
        "until",
        "concept",
        "category",
        "cursor",
        "page_size",
    }
