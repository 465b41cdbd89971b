"""The pages of a patient's records: what their owner sees, and that nobody else does."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import msgspec
import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from healthchat.records import uploads
from healthchat.records.importers import merged, read_file
from healthchat.records.models import Medication, Observation, Patient, Source, Upload
from healthchat.records.storing import store
from healthchat.records.view import MODELS, records_of
from tests.records.conftest import bundle, observation, person
from tests.records.importers.samples import apple, steps

CSV = b"date,test,value,unit,range\n2025-03-14,TSH,2.3,mIU/L,0.4-4.0\n"
UNCLEAR = b"date,test,value,unit\n03/04/2025,TSH,2.3,mIU/L\n"
MEDICINE = {
    "resourceType": "MedicationStatement",
    "id": "m1",
    "status": "active",
    "medicationCodeableConcept": {"text": "Metformin 500 mg"},
}


@pytest.fixture(autouse=True)
def _uploads_of_the_test(settings: object, tmp_path: Path) -> None:
    settings.DATA = tmp_path  # type: ignore[attr-defined]


@pytest.fixture
def filled(patient: Patient) -> Patient:
    high = observation(
        "o2", effectiveDateTime="2024-11-02", referenceRange=[{"low": {"value": 0}, "high": {"value": 99}}]
    )
    odd = observation("o3", code={"text": "Frobnicate index"}, valueQuantity=None, valueString="purple")
    content = json.dumps(bundle(person(), observation(), high, odd, MEDICINE)).encode()
    store(read_file(BytesIO(content), name="clinic.json"), patient=patient)
    return patient


def sent(client: Client, patient: Patient, content: bytes, name: str = "labs.csv") -> object:
    return client.post(reverse("import", args=[patient.pk]), {"file": SimpleUploadedFile(name, content)}, follow=True)


def said(response: object) -> str:
    return " ".join(response.content.decode().split())  # type: ignore[attr-defined]


def test_it_lists_whose_records_there_are(alices: Client, filled: Patient) -> None:
    Patient.objects.create(name="Sample", is_sample=True)

    page = said(alices.get(reverse("patients")))
    spanish = said(alices.get(reverse("patients"), headers={"accept-language": "es"}))

    assert "Alice&#x27;s mother" in page
    assert "Sample" in page
    assert ">3 values, 1 medicine<" in page
    assert ">3 valores, 1 medicina<" in spanish


def test_it_adds_a_person(alices: Client, alice: User) -> None:
    response = alices.post(reverse("patients"), {"name": "Me", "sex": "female", "birth_date": "1980-05"})

    made = Patient.objects.get()
    assert (made.owner, made.name, made.birth_date) == (alice, "Me", "1980-05")
    assert response["Location"] == reverse("import", args=[made.pk])


@pytest.mark.parametrize("birth", ["yesterday", "1980-13", "0001-01-01", "1980-05-05T10:00:00Z", "3000"])
def test_it_refuses_a_birth_date_that_is_none(alices: Client, birth: str) -> None:
    response = alices.post(reverse("patients"), {"name": "Me", "sex": "female", "birth_date": birth})

    assert response.status_code == 400
    assert not Patient.objects.exists()


def test_it_shows_results_with_their_place_in_words(alices: Client, filled: Patient) -> None:
    page = said(alices.get(reverse("records", args=[filled.pk])))

    assert "LDL" in page
    assert "Above range" in page
    assert "1 of 2 newest values is outside its range" in page
    assert "Frobnicate index" in page
    assert "Metformin 500 mg" in page
    assert "clinic.json" in page
    assert "Nothing is recorded here under: conditions, allergies" in page


def test_it_shows_one_test_with_a_chart_and_its_values(alices: Client, filled: Patient) -> None:
    page = said(alices.get(reverse("test", args=[filled.pk, "ldl"])))

    assert page.count('class="course-mark') == 2
    assert reverse("evidence", args=[filled.pk, "o2"]) in page
    assert '<rect class="course-band"' in page
    assert "130 mg/dL" in page
    assert "style=" not in page


def test_it_says_what_a_test_is_in_the_persons_language(alices: Client, filled: Patient) -> None:
    address = reverse("test", args=[filled.pk, "ldl"])

    assert "LDL is often called the bad cholesterol" in said(alices.get(address))
    assert "Al LDL se le llama a menudo colesterol malo" in said(alices.get(address, headers={"accept-language": "es"}))


def test_it_shows_a_test_that_is_not_known_without_its_name_in_the_address(alices: Client, filled: Patient) -> None:
    overview = alices.get(reverse("records", args=[filled.pk])).content.decode()
    place = overview.index("/tests/test-")
    address = overview[overview.rindex('"', 0, place) + 1 : overview.index('"', place)]

    assert "purple" in said(alices.get(address))
    assert alices.get(reverse("test", args=[filled.pk, "nothing"])).status_code == 404


def test_it_finds_rows_by_their_text(alices: Client, filled: Patient) -> None:
    address = reverse("rows", args=[filled.pk, "observation"])

    assert "Frobnicate" in said(alices.get(address, {"q": "frob"}))
    assert "Nothing here" in said(alices.get(address, {"q": "x\x00yz"}))
    assert alices.get(reverse("rows", args=[filled.pk, "nothing"])).status_code == 404
    assert "Metformin" in said(alices.get(reverse("rows", args=[filled.pk, "medication"])))
    assert alices.get(reverse("rows", args=[filled.pk, "condition"])).status_code == 200


def test_it_reports_what_a_file_brought(alices: Client, filled: Patient) -> None:
    page = said(alices.get(reverse("source", args=[filled.pk, Source.objects.get().pk])))

    assert "Frobnicate index" in page
    assert "a test that is not known here" in page


def test_it_deletes_a_file_with_its_rows(alices: Client, filled: Patient) -> None:
    source = Source.objects.get()

    assert alices.get(reverse("delete-source", args=[filled.pk, source.pk])).status_code == 405
    alices.post(reverse("delete-source", args=[filled.pk, source.pk]))

    assert not Source.objects.exists()
    assert not any(model._default_manager.exists() for model in MODELS.values())


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("value", {"test": "a1c", "value": "5.8", "unit": "%", "date": "2025-03-14"}),
        ("value", {"test": "blood_pressure", "value": "128/82", "date": "2025-03-14"}),
        ("value", {"other": "Frobnicate", "value": "<0.6", "date": "2025-03-14"}),
        ("medicine", {"name": "Metformin 500 mg", "status": "active", "start": "2019"}),
        ("condition", {"name": "Asthma", "status": "active", "onset": "2001-05"}),
    ],
)
def test_it_takes_what_is_entered_by_hand(alices: Client, patient: Patient, kind: str, form: dict[str, str]) -> None:
    response = alices.post(reverse("add", args=[patient.pk, kind]), form, follow=True)

    assert response.status_code == 200
    rows = records_of(patient).rows
    assert len(rows) == (2 if form.get("test") == "blood_pressure" else 1)
    assert {row.source for row in rows} == {"Entered by hand"}


def test_it_keeps_the_comparator_and_the_mapping_of_what_is_entered(alices: Client, patient: Patient) -> None:
    form = {"test": "creatinine", "value": "<88.4", "unit": "umol/L", "date": "2025-03-14", "low": "50", "high": "100"}

    alices.post(reverse("add", args=[patient.pk, "value"]), form)

    (row,) = records_of(patient).observations
    assert (row.concept, row.comparator, row.value, row.unit) == ("creatinine", "<", 88.4, "umol/L")
    assert (round(row.canonical_value, 2), row.reference_low, row.reference_high) == (1.0, 50.0, 100.0)


@pytest.mark.parametrize(
    "form",
    [
        {"test": "a1c", "value": "5.8", "unit": "mg/dL", "date": "2025-03-14"},
        {"test": "a1c", "value": "5.8", "unit": "", "date": "2025-03-14"},
        {"test": "potassium", "value": "410", "unit": "mmol/L", "date": "2025-03-14"},
        {"test": "blood_pressure", "value": "128", "date": "2025-03-14"},
        {"test": "a1c", "other": "b", "value": "5.8", "unit": "%", "date": "2025-03-14"},
        {"test": "a1c", "value": "5.8", "unit": "%", "date": "0001-01-01"},
        {"test": "a1c", "value": "5.8", "unit": "%", "date": "2025-03-14", "low": "abc"},
        {"test": "nothing", "value": "5.8", "unit": "%", "date": "2025-03-14"},
        {"value": "5.8", "date": "2025-03-14"},
        {},
    ],
)
def test_it_asks_again_about_what_cannot_be(alices: Client, patient: Patient, form: dict[str, str]) -> None:
    response = alices.post(reverse("add", args=[patient.pk, "value"]), form)

    assert response.status_code == 400
    assert not Observation.objects.exists()


def test_it_shows_a_table_before_it_takes_it(alices: Client, patient: Patient) -> None:
    page = said(sent(alices, patient, CSV))

    assert "Please check how this table is going to be read" in page
    assert '<option value="value" selected>value</option>' in page
    assert not Observation.objects.exists()

    upload = Upload.objects.get()
    roles = ["date", "test", "value", "unit", "range"]
    answer = {f"column-{place}": role for place, role in enumerate(roles)}
    done = said(alices.post(reverse("upload-answer", args=[patient.pk, upload.pk]), answer, follow=True))

    assert "<strong>1</strong> new record came in" in done
    assert [row.value for row in records_of(patient).observations] == [2.3]
    assert not list((uploads._path(upload.pk)).parent.iterdir())


def test_it_asks_which_number_is_the_day(alices: Client, patient: Patient) -> None:
    page = said(sent(alices, patient, UNCLEAR))
    assert "Which number is the day?" in page
    upload = Upload.objects.get()
    roles = {f"column-{place}": role for place, role in enumerate(["date", "test", "value", "unit"])}

    again = alices.post(reverse("upload-answer", args=[patient.pk, upload.pk]), roles, follow=True)
    assert "Which number is the day?" in said(again)
    alices.post(reverse("upload-answer", args=[patient.pk, upload.pk]), roles | {"first": "day"})

    assert [row.effective.text for row in records_of(patient).observations] == ["2025-04-03"]


def test_it_says_that_a_file_was_there_already(alices: Client, patient: Patient) -> None:
    content = json.dumps(bundle(person(), observation())).encode()
    assert "<strong>1</strong> new record came in" in said(sent(alices, patient, content, "a.json"))

    assert "Nothing was added" in said(sent(alices, patient, content, "b.json"))


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"%PDF-1.7", "This is a PDF"), (b"{", "damaged or incomplete"), (b"", "empty")],
)
def test_it_says_why_a_file_is_refused(alices: Client, patient: Patient, content: bytes, why: str) -> None:
    assert why in said(sent(alices, patient, content, "file"))
    assert not Source.objects.exists()


def test_it_says_that_no_file_was_chosen(alices: Client, patient: Patient) -> None:
    response = alices.post(reverse("import", args=[patient.pk]))

    assert response.status_code == 400
    assert "Choose a file first" in said(response)


def test_it_refuses_another_persons_file_without_storing_anything(alices: Client, patient: Patient) -> None:
    Patient.objects.filter(pk=patient.pk).update(birth_date="1990-01-01")

    page = said(sent(alices, patient, json.dumps(bundle(person(), observation())).encode(), "a.json"))

    assert "about another person" in page
    assert not Observation.objects.exists()


def test_it_takes_a_file_in_pieces(alices: Client, patient: Patient) -> None:
    content = apple(steps(10, "2025-01-01 08:00:00 +0100", "2025-01-01 08:10:00 +0100"))
    begun = alices.post(
        reverse("uploads", args=[patient.pk]), {"name": "export.xml", "size": len(content)}, "application/json"
    )
    assert begun.status_code == 201
    pieces = begun.json()["pieces"]

    def piece(at: int, until: int) -> object:
        return alices.post(f"{pieces}?at={at}", content[at:until], "application/octet-stream")

    assert piece(0, 100).json()["received"] == 100
    assert piece(0, 100).status_code == 409
    assert piece(200, 300).json()["received"] == 100
    assert piece(100, len(content)).json()["state"] == "done"
    assert [row.value for row in records_of(patient).observations] == [10.0]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        '{"name": 1, "size": 1}',
        '{"name": "a", "size": -1}',
        '{"name": "a", "size": 0}',
        '{"name": "a", "size": 99999999999999}',
        "[" * 5000,
    ],
)
def test_it_refuses_an_announcement_that_is_none(alices: Client, patient: Patient, body: str) -> None:
    response = alices.post(reverse("uploads", args=[patient.pk]), body, "application/json")

    assert response.status_code == 400
    assert response.json()["refused"]
    assert not Upload.objects.exists()


def test_it_forgets_a_file_that_is_not_wanted(alices: Client, patient: Patient) -> None:
    sent(alices, patient, CSV)
    upload = Upload.objects.get()

    alices.post(reverse("upload-forget", args=[patient.pk, upload.pk]))

    assert not Upload.objects.exists()
    assert not uploads._path(upload.pk).exists()


def test_it_changes_and_deletes_a_person(alices: Client, filled: Patient) -> None:
    alices.post(reverse("edit-patient", args=[filled.pk]), {"name": "Mum", "sex": "female", "birth_date": "1961"})
    filled.refresh_from_db()
    assert filled.name == "Mum"

    alices.post(reverse("delete-patient", args=[filled.pk]))
    assert Patient.objects.exists()
    alices.post(reverse("delete-patient", args=[filled.pk]), {"sure": "yes"})
    assert not Patient.objects.exists()
    assert not Medication.objects.exists()


def test_it_exports_rows_as_plain_json(alices: Client, filled: Patient) -> None:
    found = alices.get(reverse("export", args=[filled.pk]), {"as": "rows"}).json()

    assert [row["id"] for row in found["observation"]] == ["o1", "o3", "o2"]
    assert found["medication"][0]["name"] == "Metformin 500 mg"
    assert found["allergy"] == []


def test_it_gives_the_same_records_to_a_new_patient(alices: Client, alice: User, filled: Patient) -> None:
    content = alices.get(reverse("export", args=[filled.pk])).content
    other = Patient.objects.create(owner=alice, name="Again")

    sent(alices, other, content, "export.json")

    def rows(patient: Patient) -> list[object]:
        return [msgspec.structs.replace(row, source="") for row in records_of(patient).rows]

    assert rows(other) == rows(filled)
    assert merged(read_file(BytesIO(content), name="x")).patient.birth_date.text == "1961-03-04"


OWN = ["import", "edit-patient"]
POSTS = ["uploads", "delete-patient"]


def test_it_is_there_for_its_owner_alone(charlies: Client, client: Client, filled: Patient) -> None:
    source = Source.objects.get()
    upload = Upload.objects.create(patient=filled, name="a", size=1)
    pages = [
        *[reverse(name, args=[filled.pk]) for name in ("records", "sources", *OWN)],
        reverse("test", args=[filled.pk, "ldl"]),
        reverse("rows", args=[filled.pk, "medication"]),
        reverse("source", args=[filled.pk, source.pk]),
        reverse("add", args=[filled.pk, "value"]),
        reverse("upload", args=[filled.pk, upload.pk]),
    ]
    actions = [
        *[reverse(name, args=[filled.pk]) for name in (*POSTS, *OWN)],
        reverse("add", args=[filled.pk, "medicine"]),
        reverse("delete-source", args=[filled.pk, source.pk]),
        *[reverse(f"upload-{name}", args=[filled.pk, upload.pk]) for name in ("piece", "answer", "forget")],
    ]

    for address in pages:
        assert charlies.get(address).status_code == 404, address
        assert client.get(address)["Location"].startswith(reverse("login")), address
    for address in actions:
        assert charlies.post(address).status_code == 404, address
        assert client.post(address)["Location"].startswith(reverse("login")), address
    assert Source.objects.exists()
    assert Upload.objects.exists()


def test_it_lets_everybody_look_at_the_sample_and_nobody_change_it(alices: Client) -> None:
    sample = Patient.objects.create(name="Sample", is_sample=True)

    page = said(alices.get(reverse("records", args=[sample.pk])))

    assert "Import a file" not in page
    assert alices.get(reverse("import", args=[sample.pk])).status_code == 404
    assert alices.post(reverse("delete-patient", args=[sample.pk]), {"sure": "yes"}).status_code == 404


def test_it_changes_nothing_by_looking(alices: Client, filled: Patient) -> None:
    before = {kind: model._default_manager.count() for kind, model in MODELS.items()}
    for name in ("records", "import", "edit-patient", "sources", "export"):
        assert alices.get(reverse(name, args=[filled.pk])).status_code == 200

    assert {kind: model._default_manager.count() for kind, model in MODELS.items()} == before
    assert not Upload.objects.exists()


@pytest.mark.django_db
class TestVisitors:
    @pytest.fixture(autouse=True)
    def _guests_are_let_in(self, settings: object) -> None:
        settings.HEALTHCHAT_GUESTS = True  # type: ignore[attr-defined]

    def test_they_see_the_sample_and_nobody_elses(self, client: Client, filled: Patient) -> None:
        sample = Patient.objects.create(name="Sample", is_sample=True)
        people = User.objects.count()

        page = said(client.get(reverse("patients")))

        assert "Sample" in page
        assert filled.name not in page
        assert client.get(reverse("records", args=[sample.pk])).status_code == 200
        assert client.get(reverse("records", args=[filled.pk])).status_code == 404
        assert client.get(reverse("import", args=[sample.pk])).status_code == 404
        assert User.objects.count() == people

    def test_they_bring_in_a_file_of_their_own(self, client: Client) -> None:
        added = client.post(reverse("patients"), {"name": "Me", "sex": "female"})
        patient = Patient.objects.get(name="Me")

        assert added["Location"] == reverse("import", args=[patient.pk])
        sent(client, patient, CSV)
        assert Upload.objects.get().patient == patient
        assert Client().get(reverse("records", args=[patient.pk])).status_code == 404
