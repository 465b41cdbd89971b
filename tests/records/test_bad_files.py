"""Files that are no health records: refused in a sentence, whatever they are."""

from __future__ import annotations

import json
import tracemalloc
from io import BytesIO

import pytest

from healthchat.records.importers import NotUnderstood, read, read_file
from tests.records.conftest import Writer, bundle, observation, person

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
        (b'<?xml version="1.0"?><ClinicalDocument/>', "XML"),
        (b"PK\x03\x04rest", "compressed"),
        (b"\x1f\x8brest", "compressed"),
        (b"%PDF-1.7", "PDF"),
        (WHOLE.decode().encode("utf-16"), "UTF-16"),
        (b"date,test,value\n2024-01-01,LDL,130\n", "not recognised"),
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


def test_it_never_quotes_the_record_in_a_refusal(write: Writer) -> None:
    path = write(WHOLE.replace(b'"final"', b'"sentinel" oops'))

    with pytest.raises(NotUnderstood) as refusal:
        read(path)

    assert "sentinel" not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__


def test_it_holds_one_resource_at_a_time_in_memory() -> None:
    claim = {"resourceType": "Claim", "note": "x" * 5000}
    content = json.dumps(bundle(person(), *[claim] * 4000, observation())).encode()
    tracemalloc.start()

    found = read_file(BytesIO(content), name="large.json")

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.counts == {"observation": 1}
    assert len(content) > 20_000_000
    assert peak < 3_000_000
