"""What becomes of the resources of a FHIR file."""

from __future__ import annotations

import base64
import json
import zlib
from pathlib import Path
from typing import Any

import pytest

from agents.records import Observation, RecordDate
from healthchat.records.importers import NotUnderstood, load, read
from tests.records.conftest import Writer, bundle, observation, person


def only(path: Path) -> Any:
    (row,) = read(path).rows
    return row


def test_it_takes_a_laboratory_value_with_all_that_is_printed_beside_it(write: Writer) -> None:
    path = write(
        person(),
        observation(
            referenceRange=[{"low": {"value": 40, "unit": "mg/dL"}, "high": {"value": 99}, "text": "40-99"}],
            interpretation=[{"coding": [{"code": "H"}], "text": "High"}],
        ),
    )

    row = only(path)

    assert row == Observation(
        id="o1",
        evidence="o1",
        source="records.json",
        name="LDL Cholesterol Calc",
        concept="ldl",
        code="13457-7",
        code_system="http://loinc.org",
        category="laboratory",
        value=130.0,
        unit="mg/dL",
        canonical_value=130.0,
        canonical_unit="mg/dL",
        effective=RecordDate("2024-05-17T08:30:00+02:00"),
        reference_low=40.0,
        reference_high=99.0,
        reference_text="40-99",
        flag="H",
        status="final",
    )


def test_it_reads_who_the_patient_is(write: Writer) -> None:
    names = [{"use": "old", "family": "Young"}, {"use": "official", "given": ["Ann", "B."], "family": "Older"}]

    found = read(write(person(name=names, deceasedDateTime="2025-01")))

    assert found.name == "Ann B. Older"
    assert found.patient.sex == "female"
    assert found.patient.birth_date == RecordDate("1961-03-04")
    assert found.patient.deceased == RecordDate("2025-01")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"valueQuantity": {"value": 0.6, "comparator": "<", "unit": "mg/dL"}}, (0.6, "mg/dL", "<", None)),
        ({"valueQuantity": {"value": "5.4", "code": "%"}}, (5.4, "%", None, None)),
        ({"valueQuantity": {"unit": "mg/dL"}}, (None, "mg/dL", None, None)),
        ({"valueQuantity": {"value": "n/a"}}, (None, None, None, "n/a")),
        ({"valueQuantity": {"value": 3, "comparator": "ad", "unit": "mL"}}, (None, None, None, "ad3 mL")),
        ({"valueInteger": 3}, (3.0, None, None, None)),
        ({"valueString": "<0.6"}, (0.6, None, "<", "<0.6")),
        ({"valueString": "≥ 90"}, (90.0, None, ">=", "≥ 90")),
        ({"valueString": " trace "}, (None, None, None, "trace")),
        ({"valueBoolean": False}, (None, None, None, "no")),
        (
            {"valueCodeableConcept": {"coding": [{"code": "1", "display": "Never smoker"}]}},
            (None,) * 3 + ("Never smoker",),
        ),
        (
            {"valueRange": {"low": {"value": 2}, "high": {"value": 5, "unit": "/[HPF]"}}},
            (None,) * 3 + ("2 – 5 /[HPF]",),
        ),
        ({"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 40}}}, (None,) * 3 + ("1:40",)),
        ({"valueDateTime": "2024-01-02"}, (None, None, None, "2024-01-02")),
        ({"valuePeriod": {"start": "2024-01", "end": "2024-02"}}, (None, None, None, "2024-01 – 2024-02")),
        ({"dataAbsentReason": {"text": "Not performed"}}, (None, None, None, "no result: Not performed")),
        ({}, (None, None, None, None)),
        ({"valueQuantity": [1, 2]}, (None, None, None, None)),
        ({"valueInteger": True}, (None, None, None, None)),
    ],
)
def test_it_takes_every_type_of_value(write: Writer, value: dict[str, Any], expected: tuple[Any, ...]) -> None:
    row = only(write(person(), observation(valueQuantity=None) | value))

    assert (row.value, row.unit, row.comparator, row.text) == expected


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ([{"low": {"value": 3.5}, "high": {"value": 5.1}}], (3.5, 5.1, "3.5 – 5.1")),
        ([{"text": "40 - 99"}], (40.0, 99.0, "40 - 99")),
        ([{"text": "40–99 mg/dL"}], (40.0, 99.0, "40–99 mg/dL")),
        ([{"text": "<100"}], (None, 100.0, "<100")),
        ([{"text": ">=60 mg/dl"}], (60.0, None, ">=60 mg/dl")),
        ([{"text": "2.2-3.4 mmol/L"}], (None, None, "2.2-3.4 mmol/L")),
        ([{"low": {"value": 2.2, "unit": "mmol/L"}}], (None, None, "2.2 mmol/L")),
        ([{"text": "> OR = 60"}], (60.0, None, "> OR = 60")),
        ([{"text": "less than or equal to 40"}], (None, 40.0, "less than or equal to 40")),
        ([{"text": "up to 5.5"}], (None, 5.5, "up to 5.5")),
        ([{"text": "see note"}], (None, None, "see note")),
        ([{"low": {"value": 9}, "high": {"value": 1}}], (None, None, "9 – 1")),
        (
            [{"type": {"coding": [{"code": "critical"}]}, "high": {"value": 400}}, {"high": {"value": 99}}],
            (None, 99.0, "99"),
        ),
        ({"high": {"value": 99}}, (None, 99.0, "99")),
        ([], (None, None, None)),
    ],
)
def test_it_takes_the_printed_range_and_no_number_of_another_unit(
    write: Writer, printed: Any, expected: tuple[Any, ...]
) -> None:
    row = only(write(person(), observation(referenceRange=printed)))

    assert (row.reference_low, row.reference_high, row.reference_text) == expected


def test_it_makes_two_rows_of_a_blood_pressure(write: Writer) -> None:
    pressure = observation(
        "bp1",
        valueQuantity=None,
        code={"coding": [{"system": "http://loinc.org", "code": "85354-9"}], "text": "Blood pressure"},
        component=[
            {"code": loinc("8480-6", "Systolic"), "valueQuantity": {"value": 128, "unit": "mmHg"}},
            {"code": loinc("8462-4", "Diastolic"), "valueQuantity": {"value": 79, "unit": "mmHg"}},
        ],
    )

    rows = read(write(person(), pressure)).rows

    assert [(row.id, row.evidence, row.panel, row.concept, row.canonical_value) for row in rows] == [
        ("bp1#8480-6", "bp1", "bp1", "systolic", 128.0),
        ("bp1#8462-4", "bp1", "bp1", "diastolic", 79.0),
    ]


def test_it_groups_what_a_report_holds_together(write: Writer) -> None:
    report = {
        "resourceType": "DiagnosticReport",
        "id": "r1",
        "status": "final",
        "code": {"text": "Lipid panel"},
        "effectiveDateTime": "2024-05-17",
        "result": [{"reference": "Observation/o1"}, {"reference": "Observation/o2"}],
        "conclusion": "LDL above goal.",
    }

    found = read(write(person(), observation("o1"), observation("o2"), observation("o3"), report))

    assert [row.panel for row in found.rows if isinstance(row, Observation)] == ["r1", "r1", None]
    assert (found.rows[-1].name, found.rows[-1].kind, found.rows[-1].text) == (
        "Lipid panel",
        "DiagnosticReport",
        "LDL above goal.",
    )


def test_it_takes_observations_that_a_report_contains(write: Writer) -> None:
    report = {
        "resourceType": "DiagnosticReport",
        "id": "r1",
        "code": {"text": "Lipid panel"},
        "contained": [observation("c1", subject=None)],
        "result": [{"reference": "#c1"}],
    }

    inner, _ = read(write(person(), report)).rows

    assert (inner.id, inner.evidence, inner.panel, inner.value) == ("r1#c1", "r1", "r1", 130.0)


@pytest.mark.parametrize("form", ["urn", "relative", "absolute", "contained", "inline", "ingredient", "display"])
def test_it_finds_the_medicine_behind_every_form_of_reference(write: Writer, form: str) -> None:
    code = {
        "coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "860975"}],
        "text": "Metformin",
    }
    uuid = "7c6ff5a1-6fa1-4a3f-b1bb-9c1f3a0c7b11"
    medicine = {"resourceType": "Medication", "id": "m1", "code": code}
    request = {"resourceType": "MedicationRequest", "id": "q1", "status": "active", "authoredOn": "2020-02-03"}
    entry: dict[str, Any] = {"resource": medicine, "fullUrl": "https://example.org/fhir/Medication/m1"}
    pointed = {
        "urn": f"urn:uuid:{uuid}",
        "relative": "Medication/m1",
        "absolute": "https://example.org/fhir/Medication/m1/_history/2",
        "contained": "#m1",
        "ingredient": "Medication/m1",
        "display": "Medication/elsewhere",
    }
    if form == "urn":
        entry["fullUrl"] = f"urn:uuid:{uuid}"
    if form == "ingredient":
        entry["resource"] = {"resourceType": "Medication", "id": "m1", "ingredient": [{"itemCodeableConcept": code}]}
    if form == "contained":
        request["contained"] = [medicine]
    if form == "inline":
        request["medicationCodeableConcept"] = code
    else:
        request["medicationReference"] = {"reference": pointed[form], "display": "Metformin"}
    entries = [{"resource": person()}, {"resource": request}, entry]

    row = only(write({"resourceType": "Bundle", "type": "searchset", "entry": entries}))

    assert (row.name, row.status, row.start) == ("Metformin", "active", RecordDate("2020-02-03"))
    assert row.code == (None if form == "display" else "860975")


def test_it_says_how_and_why_a_medicine_is_taken(write: Writer) -> None:
    condition = {"resourceType": "Condition", "id": "c1", "code": {"text": "Type 2 diabetes"}}
    timing = {
        "repeat": {"frequency": 2, "period": 1, "periodUnit": "d", "boundsPeriod": {"start": "2019", "end": "2021"}}
    }
    request = {
        "resourceType": "MedicationRequest",
        "medicationCodeableConcept": {"text": "Metformin 500 mg"},
        "status": "stopped",
        "authoredOn": "2020-02-03",
        "dosageInstruction": [{"timing": timing, "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}]}],
        "reasonReference": [{"reference": "Condition/c1"}],
    }

    row = next(row for row in read(write(person(), request, condition)).rows if row.name == "Metformin 500 mg")

    assert (row.dosage, row.reason) == ("1 tablet, 2 times every day", "Type 2 diabetes")
    assert (row.start, row.end) == (RecordDate("2019"), RecordDate("2021"))


def test_it_never_shows_a_medicine_as_active_that_must_not_be_given(write: Writer) -> None:
    request = {
        "resourceType": "MedicationRequest",
        "id": "q1",
        "status": "active",
        "doNotPerform": True,
        "medicationCodeableConcept": {"text": "Ibuprofen"},
    }

    assert only(write(person(), request)).status == "do-not-perform"


@pytest.mark.parametrize(
    ("code", "negated"),
    [
        ({"coding": [{"system": "http://snomed.info/sct", "code": "716186003"}]}, True),
        ({"coding": [{"code": "no-known-allergies"}]}, True),
        ({"text": "No known drug allergies"}, True),
        ({"text": "NKDA"}, True),
        ({"text": "Penicillin"}, False),
        ({"text": "Nickel"}, False),
    ],
)
def test_it_tells_an_allergy_from_the_statement_that_there_is_none(
    write: Writer, code: dict[str, Any], negated: bool
) -> None:
    row = only(write(person(), {"resourceType": "AllergyIntolerance", "id": "a1", "code": code}))

    assert row.negated is negated


def test_it_takes_an_allergy_with_its_reactions(write: Writer) -> None:
    allergy = {
        "resourceType": "AllergyIntolerance",
        "id": "a1",
        "code": {"text": "Penicillin"},
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "criticality": "high",
        "recordedDate": "1999",
        "reaction": [{"manifestation": [{"text": "Hives"}, {"text": "Swelling"}], "severity": "moderate"}],
    }

    row = only(write(person(), allergy))

    assert (row.clinical_status, row.criticality, row.recorded) == ("active", "high", RecordDate("1999"))
    assert row.reactions == ("Hives (moderate)", "Swelling (moderate)")


def test_it_takes_conditions_immunizations_procedures_encounters_and_documents(write: Writer) -> None:
    resources: list[dict[str, Any]] = [
        {
            "resourceType": "Condition",
            "id": "c1",
            "code": {"text": "Asthma"},
            "onsetDateTime": "2001-05",
            "abatementDateTime": "2010-06-07",
        },
        {
            "resourceType": "Immunization",
            "id": "i1",
            "vaccineCode": {"text": "Flu"},
            "occurrenceDateTime": "2023-10-01",
        },
        {
            "resourceType": "Procedure",
            "id": "x1",
            "code": {"text": "Colonoscopy"},
            "performedPeriod": {"start": "2019"},
        },
        {"resourceType": "Encounter", "id": "e1", "class": {"code": "EMER"}, "period": {"start": "2022-02-02"}},
        {
            "resourceType": "DocumentReference",
            "id": "d1",
            "type": {"text": "Discharge letter"},
            "date": "2022-02-03",
            "content": [{"attachment": {"contentType": "text/plain", "data": "UmVzdC4="}}],
        },
    ]

    condition, immunization, procedure, encounter, document = read(write(person(), *resources)).rows

    assert (condition.onset, condition.end) == (RecordDate("2001-05"), RecordDate("2010-06-07"))
    assert (immunization.name, immunization.given) == ("Flu", RecordDate("2023-10-01"))
    assert (procedure.name, procedure.performed) == ("Colonoscopy", RecordDate("2019"))
    assert (encounter.name, encounter.kind) == ("Emergency visit", "EMER")
    assert (document.name, document.text) == ("Discharge letter", "Rest.")


def test_it_takes_what_hospitals_send_a_phone_in_an_earlier_version_of_fhir(write: Writer) -> None:
    order = {"resourceType": "MedicationOrder", "id": "m1", "status": "active", "dateWritten": "2014-01-02"}
    allergy = {"resourceType": "AllergyIntolerance", "id": "a1", "substance": {"text": "Penicillin"}}

    medicine, *allergies = read(
        write(
            person(),
            order | {"medicationCodeableConcept": {"text": "Lisinopril"}},
            allergy | {"status": "active"},
            allergy | {"id": "a2", "status": "refuted"},
        )
    ).rows

    assert (medicine.name, medicine.status, medicine.start.text) == ("Lisinopril", "active", "2014-01-02")
    assert [(one.name, one.clinical_status, one.verification_status) for one in allergies] == [
        ("Penicillin", "active", ""),
        ("Penicillin", "", "refuted"),
    ]


def test_it_calls_what_comes_with_no_more_than_a_code_by_what_the_code_stands_for(write: Writer) -> None:
    component = {"code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]}, "valueInteger": 128}

    found = read(write(person(), observation(valueQuantity=None, component=[component])))

    assert [row.name for row in found.rows] == ["Systolic blood pressure"]
    assert [one.reason for one in found.unmapped] == ["no unit"]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("<0.6 mg/dL", (0.6, "mg/dL", "<", 0.6)),
        ("7.2mmol/L", (7.2, "mmol/L", None, pytest.approx(278.4, abs=0.1))),
        ("7.2 see note", (None, None, None, None)),
        ("1 of 3 mg/dL", (None, None, None, None)),
    ],
)
def test_it_reads_a_value_with_its_unit_from_text(write: Writer, written: str, value: tuple[Any, ...]) -> None:
    (row,) = read(write(person(), observation(valueQuantity=None, valueString=written))).rows

    assert row.text == written
    assert (row.value, row.unit, row.comparator, row.canonical_value) == value


def test_it_leaves_out_what_was_entered_in_error_and_remembers_it(write: Writer) -> None:
    wrong = observation("o2", status="entered-in-error")
    diagnosis = {
        "resourceType": "Condition",
        "id": "c1",
        "code": {"text": "Gout"},
        "verificationStatus": {"coding": [{"code": "entered-in-error"}]},
    }

    found = read(write(person(), observation(), wrong, diagnosis))

    assert found.counts == {"observation": 1}
    assert found.retracted == (("observation", "o2"), ("condition", "c1"))
    assert found.skipped == {"Condition (entered in error)": 1, "Observation (entered in error)": 1}


def test_it_takes_back_what_a_later_version_or_file_says_was_an_error(write: Writer) -> None:
    wrong = observation(status="entered-in-error")
    versions = write(person(), observation(), wrong, name="a.json")
    first, later = write(person(), observation(), name="b.json"), write(person(), wrong, name="c.json")

    assert read(versions).counts == {}
    assert len(load(first).observations) == 1
    assert len(load(first, later).observations) == 0


def test_it_keeps_what_it_does_not_understand_and_says_so(write: Writer) -> None:
    unknown = observation("o2", code={"coding": [{"system": "urn:lab", "code": "XYZ"}], "text": "Frobnicate index"})
    strange_unit = observation("o3", valueQuantity={"value": 3, "unit": "furlong"})
    no_unit = observation("o4", valueQuantity={"value": 3})
    nameless = observation("o5", code=None)

    found = read(write(person(), unknown, strange_unit, no_unit, nameless))

    assert [(row.name, row.value, row.canonical_value) for row in found.rows] == [
        ("Frobnicate index", 130.0, None),
        ("LDL Cholesterol Calc", 3.0, None),
        ("LDL Cholesterol Calc", 3.0, None),
        ("not named in the record", 130.0, None),
    ]
    assert {(one.code, one.reason) for one in found.unmapped} == {
        ("XYZ", "a test that is not known here"),
        ("13457-7", "the unit furlong cannot be converted"),
        ("13457-7", "no unit"),
        ("", "no name or code"),
        ("", "a test that is not known here"),
    }


def test_it_counts_the_resources_that_it_does_not_take(write: Writer) -> None:
    found = read(write(person(), {"resourceType": "Claim"}, {"resourceType": "Claim"}, {"resourceType": "Goal"}))

    assert found.skipped == {"Claim": 2, "Goal": 1}


def test_it_makes_stable_ids_for_rows_that_have_none(write: Writer) -> None:
    bare = observation(None, status=None, subject=None, category=None)

    first, second = (only(write(person(), bare, name=name)).id for name in ("a.json", "b.json"))

    assert first == second
    assert first.startswith("hash-")


@pytest.mark.parametrize("odd", ["a/b", "a b", "a?b", "ü", "x" * 101, "a#b", "%2F"])
def test_it_makes_an_id_that_can_stand_in_an_address(write: Writer, odd: str) -> None:
    assert only(write(person(), observation(odd))).id.startswith("hash-")


@pytest.mark.parametrize("written", ["2020", "2020-05", "2020-05-17", "2020-05-17T08:30:00.123+02:00"])
def test_it_keeps_dates_as_precise_as_they_are(write: Writer, written: str) -> None:
    assert only(write(person(), observation(effectiveDateTime=written))).effective == RecordDate(written)


@pytest.mark.parametrize(
    "written", ["", "yesterday", "2020-13", "0001-01-01T00:00:00+14:00", "2020-05-17T" + "0" * 99, 7]
)
def test_it_takes_no_date_that_cannot_be_one(write: Writer, written: Any) -> None:
    assert only(write(person(), observation(effectiveDateTime=written))).effective is None


def test_it_dates_a_value_by_its_period_or_by_its_issue_where_there_is_nothing_better(write: Writer) -> None:
    over_a_day = observation("o1", effectiveDateTime=None, effectivePeriod={"start": "2020-01-01", "end": "2020-01-02"})
    issued = observation("o2", effectiveDateTime=None, issued="2020-02-02T10:00:00Z")

    rows = read(write(person(), over_a_day, issued)).rows

    assert [row.effective.shown() for row in rows] == ["2020-01-01", "2020-02-02"]


def test_it_takes_the_same_resource_once(write: Writer) -> None:
    assert len(read(write(person(), observation(), observation(), person())).rows) == 1


def test_it_keeps_different_things_apart_that_have_the_same_short_id(write: Writer) -> None:
    request = {"resourceType": "MedicationRequest", "id": "1", "medicationCodeableConcept": {"text": "Metformin"}}
    statement = {"resourceType": "MedicationStatement", "id": "1", "medicationCodeableConcept": {"text": "Aspirin"}}

    first, second = read(write(person(), request, statement)).rows

    assert (first.id, first.name, second.evidence, second.name) == ("1", "Metformin", "1", "Aspirin")
    assert second.id.startswith("1~")


def test_it_replaces_text_that_no_database_stores(write: Writer) -> None:
    row = only(write(person(), observation(code={"text": "L\x00DL"})))

    assert row.name == "L�DL"


@pytest.mark.parametrize("kind", ["transaction", "collection", "document", "searchset", "batch"])
def test_it_takes_bundles_of_every_kind(write: Writer, kind: str) -> None:
    assert read(write(bundle(person(), observation(), kind=kind))).counts == {"observation": 1}


def test_it_takes_one_resource_alone_an_array_and_lines(write: Writer) -> None:
    import json

    lines = "\n".join(json.dumps(one) for one in (person(), observation(), observation("o2")))

    assert read(write(observation())).counts == {"observation": 1}
    assert read(write(json.dumps([person(), observation()]))).counts == {"observation": 1}
    assert read(write(lines, name="export.ndjson")).counts == {"observation": 2}
    assert read(write(b"\xef\xbb\xbf \n" + lines.encode())).counts == {"observation": 2}


def test_it_takes_bundles_within_bundles(write: Writer) -> None:
    assert read(write(bundle(person(), bundle(observation())))).counts == {"observation": 1}


def card_of(*resources: dict[str, Any]) -> str:
    """A SMART Health Card; what stands for its signature is none."""
    payload = {"iss": "https://example.org", "vc": {"credentialSubject": {"fhirBundle": bundle(*resources)}}}
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = packer.compress(json.dumps(payload).encode()) + packer.flush()
    return f"e30.{base64.urlsafe_b64encode(packed).decode().rstrip('=')}.e30"


def test_it_takes_health_cards(write: Writer) -> None:
    shot = {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "207", "display": "COVID-19"}]},
        "patient": {"reference": "resource:0"},
        "occurrenceDateTime": "2021-01-01",
    }

    found = read(write({"verifiableCredential": [card_of(person(), shot), card_of(person(), observation())]}))

    assert found.counts == {"immunization": 1, "observation": 1}
    assert found.patient.birth_date == RecordDate("1961-03-04")


@pytest.mark.parametrize("card", ["", "e30", "a.b.c", "e30.!!!.e30", f"e30.{'A' * 50}.e30"])
def test_it_refuses_a_damaged_health_card(write: Writer, card: str) -> None:
    with pytest.raises(NotUnderstood, match="damaged|no FHIR"):
        read(write({"verifiableCredential": [card]}))


def test_it_takes_a_bundle_whose_type_stands_last(write: Writer) -> None:
    turned = dict(reversed(bundle(person(), observation()).items()))

    assert read(write(turned)).counts == {"observation": 1}


def test_it_refuses_a_file_about_several_people(write: Writer) -> None:
    other = person(id="p2", birthDate="1990-01-01")

    with pytest.raises(NotUnderstood, match="2 different people"):
        read(write(person(), other, observation()))
    with pytest.raises(NotUnderstood, match="2 different people"):
        read(write(person(), observation(), observation("o2", subject={"reference": "Patient/p2"})))
    with pytest.raises(NotUnderstood, match="2 different people"):
        read(write(observation(), observation("o2", subject={"reference": "Patient/p2"})))


def test_it_leaves_out_observations_of_a_device_or_a_group(write: Writer) -> None:
    found = read(write(person(), observation(), observation("o2", subject={"reference": "Group/g1"})))

    assert found.counts == {"observation": 1}
    assert found.skipped == {"Observation (not about a person)": 1}


def test_it_puts_several_files_of_one_person_together(write: Writer) -> None:
    first = write(person(), observation(), name="a.json")
    second = write(observation(valueQuantity={"value": 99, "unit": "mg/dL"}), name="b.json")

    records = load(first, second)

    assert records.patient.sex == "female"
    assert [row.value for row in records.observations] == [99.0]


def test_it_refuses_to_put_files_of_two_people_together(write: Writer) -> None:
    with pytest.raises(NotUnderstood, match="another person"):
        load(write(person(), name="a.json"), write(person(birthDate="1990"), name="b.json"))


def loinc(code: str, display: str) -> dict[str, Any]:
    return {"coding": [{"system": "http://loinc.org", "code": code, "display": display}]}
