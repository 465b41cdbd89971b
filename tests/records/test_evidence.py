"""The page behind a citation."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from healthchat.records.importers import read
from healthchat.records.models import Observation, Patient
from healthchat.records.storing import store
from tests.records.conftest import Writer, observation, person


@pytest.fixture
def address(patient: Patient, write: Writer) -> str:
    letter = {
        "resourceType": "DocumentReference",
        "id": "d1",
        "type": {"text": "Letter"},
        "content": [{"attachment": {"contentType": "text/plain", "data": "PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=="}}],
    }
    flagged = observation(interpretation=[{"coding": [{"code": "H"}]}], referenceRange=[{"text": "<100"}])
    store(read(write(person(), flagged, letter)), patient=patient)
    return reverse("evidence", args=[patient.pk, "o1"])


def test_it_shows_what_the_record_says(alices: Client, address: str) -> None:
    page = alices.get(address)

    assert page.status_code == 200
    for said in ("LDL Cholesterol Calc", "130 mg/dL", "2024-05-17 08:30", "&lt;100", "high (H)", "records.json", "o1"):
        assert said in page.content.decode()
    assert "<html" in page.content.decode()
    assert "no-store" in page["Cache-Control"]


def test_it_gives_only_the_rows_to_show_beside_an_answer(alices: Client, address: str) -> None:
    page = alices.get(address, {"partial": "1"})

    assert "130 mg/dL" in page.content.decode()
    assert "<html" not in page.content.decode()


def test_it_finds_a_row_whose_id_holds_a_slash(alices: Client, patient: Patient, address: str) -> None:
    Observation.objects.filter(patient=patient, evidence="o1").update(evidence="lab/o1")

    assert alices.get(reverse("evidence", args=[patient.pk, "lab/o1"])).status_code == 200


def test_it_escapes_what_stands_in_a_record(alices: Client, address: str) -> None:
    page = alices.get(address.replace("o1", "d1"))

    assert "&lt;script&gt;alert(1)" in page.content.decode()
    assert "<script>alert" not in page.content.decode()


def test_it_shows_nothing_to_anybody_else(charlies: Client, address: str) -> None:
    assert charlies.get(address).status_code == 404
    assert charlies.get(address, {"partial": "1"}).status_code == 404


def test_it_asks_a_visitor_to_sign_in(client: Client, address: str) -> None:
    assert client.get(address).headers["Location"].startswith(reverse("login"))
    assert client.get(address, {"partial": "1"}).status_code == 404


def test_it_shows_the_sample_to_everybody_with_an_account(charlies: Client, write: Writer) -> None:
    sample = Patient.objects.create(name="Sample", is_sample=True)
    store(read(write(person(), observation())), patient=sample)

    assert charlies.get(reverse("evidence", args=[sample.pk, "o1"])).status_code == 200


def test_it_finds_nothing_where_there_is_nothing(alices: Client, patient: Patient, address: str) -> None:
    assert alices.get(reverse("evidence", args=[patient.pk, "o2"])).status_code == 404
    assert alices.get(reverse("evidence", args=[uuid4(), "o1"])).status_code == 404
    assert alices.get(f"/patients/{patient.pk}/evidence/%00%EF%BF%BF").status_code == 404


def test_it_takes_no_other_method(alices: Client, address: str) -> None:
    assert alices.post(address).status_code == 405
