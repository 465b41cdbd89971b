"""Files that are no health records: refused in a sentence, whatever they are."""

from __future__ import annotations

import json
import tracemalloc
from io import BytesIO

import pytest

from healthchat.records.importers import NotUnderstood, read, read_file
from tests.records.conftest import Writer, bundle, observation, person
from tests.records.importers.samples import apple, ccda, result, section

WHOLE = json.dumps(bundle(person(), observation())).encode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (WHOLE[:-1], "damaged or incomplete"),
        (WHOLE[: len(WHOLE) // 2], "damaged or incomplete"),
        (WHOLE + b"}", "damaged or incomplete"),
        (WHOLE.replace(b"130", b"NaN"), "damaged or incomplete"),
        (WHOLE.replace(b"130", b"1e999"), "damaged or incomplete"),
        (WHOLE.replace(b"130", b"9" * 400), "damaged or incomplete"),
        (WHOLE.replace(b"mg/dL", b"mg\xff"), "damaged or incomplete"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (b"\n<HTML>", "web page"),
        (b'<?xml version="1.0"?><ClinicalDocument/>', "nothing about a patient"),
        (b'<?xml version="1.0"?><ClinicalDocument><recordTarget>', "damaged or incomplete"),
        (b"<HealthData><Record></HealthData>", "damaged or incomplete"),
        (b"<HealthData>&undeclared;</HealthData>", "damaged or incomplete"),
        (b"<svg/>", "neither an Apple Health export nor"),
        (b'<Bundle xmlns="http://hl7.org/fhir"/>', "FHIR written as XML"),
        (b"<HealthData>" + b"<a>" * 200_000 + b"</a>" * 200_000 + b"</HealthData>", "too deep"),
        (b"<ClinicalDocument>" + b"<a>" * 200_000 + b"</a>" * 200_000 + b"</ClinicalDocument>", "too deep"),
        (b"<ClinicalDocument>" + b"<section><entry>" * 200_000, "too deep"),
        (b"<" * 200_000, "neither an Apple Health export nor"),
        (b"PK\x03\x04rest", "damaged or incomplete"),
        (b"\x1f\x8brest", "compressed"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\xd0\xcf\x11\xe0", "office document"),
        (b"%PDF-1.7", "PDF"),
        (b"MSH|^~\\&|LAB|||20240517||ORU^R01\rOBX|1|NM|2345-7^Glucose^LN||101|mg/dL|65-99|H\r", "HL7 v2"),
        (WHOLE.decode().encode("utf-16"), "UTF-16"),
        (b"date,test,value\n", "empty"),
        (b"Dear Ann,\nyour results are fine.\n", "empty|Which columns"),
        (b"date,test,value\n2024-01-01,,\n", "no results"),
        (b"date,test,value\n" + b"2024-01-01,LDL,130\n" * 130_000, "more than 120,000 lines"),
        (b",".join([b"x"] * 700) + b"\n1,2\n", "more than 600 columns"),
        (b"x" * 300_000, "not recognised"),
        (b"\x00\x01\x02", "not recognised"),
        (b"{}", "no FHIR health records"),
        (b"[]", "no FHIR health records"),
        (b"[[[1]]]", "no FHIR health records"),
        (b'{"resourceType": 7}', "no FHIR health records"),
        (b'{"resourceType": "Bundle", "entry": []}', "no FHIR health records"),
        (b'{"entry": [{"resource": {"a": 1}}, 3, null]}', "no FHIR health records"),
        (b'{"resourceType": "Practitioner", "id": "1"}', "nothing about a patient"),
        (b"[" * 200_000 + b"]" * 200_000, "too deep"),
        (b'{"a":' * 200_000 + b"1" + b"}" * 200_000, "too deep"),
        (b'{"entry": [{"resource": ' + b'{"a":' * 200_000, "too deep"),
    ],
)
def test_it_refuses_what_is_no_health_record(content: bytes, said: str) -> None:
    with pytest.raises(NotUnderstood, match=said):
        read_file(BytesIO(content), name="upload")


BOMB = """<?xml version="1.0"?><!DOCTYPE HealthData [<!ENTITY a "lolololololololololol">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">
<!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;"><!ENTITY x SYSTEM "file:///etc/passwd">]>
<HealthData><Me HKCharacteristicTypeIdentifierDateOfBirth="%s"/></HealthData>"""


@pytest.mark.parametrize("entity", ["&f;", "&x;", "&a;"])
def test_it_knows_no_entity_of_a_files_own(entity: str) -> None:
    with pytest.raises(NotUnderstood, match="damaged or incomplete"):
        read_file(BytesIO((BOMB % entity).encode()), name="export.xml")


def test_it_never_looks_at_a_dtd_elsewhere() -> None:
    elsewhere = BOMB % "1961-03-04"

    found = read_file(BytesIO(elsewhere.encode()), name="export.xml")

    assert found.patient.birth_date is not None


def test_it_holds_one_entry_of_a_document_at_a_time_in_memory() -> None:
    entry = result("<value xsi:type='ST'>" + "x" * 3000 + "</value>")
    content = ccda(*[section("30954-2", *[entry] * 20)] * 150)
    tracemalloc.start()

    found = read_file(BytesIO(content), name="large.xml")

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.counts == {"observation": 1}
    assert len(content) > 10_000_000
    assert peak < 6_000_000


def test_it_holds_days_and_not_records_in_memory() -> None:
    beat = '<Record type="HKQuantityTypeIdentifierHeartRate" unit="count/min" startDate="2025-01-%02d 08:00:00 +0100" '
    content = apple(*[(beat % (place % 28 + 1)) + 'value="60"/>' for place in range(100_000)])
    tracemalloc.start()

    found = read_file(BytesIO(content), name="export.xml")

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.counts == {"observation": 84}
    assert len(content) > 10_000_000
    assert peak < 6_000_000


def test_it_never_quotes_the_record_in_a_refusal(write: Writer) -> None:
    path = write(WHOLE.replace(b'"final"', b'"sentinel" oops'))

    with pytest.raises(NotUnderstood) as refusal:
        read(path)

    assert "sentinel" not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__


def test_it_holds_one_resource_at_a_time_in_memory() -> None:
    claim = {"resourceType": "Claim", "note": "x" * 5000}
    content = json.dumps(bundle(person(), *[claim] * 2000, observation())).encode()
    tracemalloc.start()

    found = read_file(BytesIO(content), name="large.json")

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.counts == {"observation": 1}
    assert len(content) > 10_000_000
    assert peak < 3_000_000
