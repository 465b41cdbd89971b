"""Zip files of anything, and those that are made to do harm."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from io import BytesIO

import pytest

from healthchat.records.importers import Import, NotUnderstood, read_file
from tests.records.conftest import bundle, observation, person
from tests.records.importers.samples import apple, archive, ccda, measured, result, section, steps

FHIR = json.dumps(bundle(person(), observation()))
CSV = "date,test,value,unit\n2025-03-14,TSH,2.3,mIU/L\n"
APPLE = apple(steps(10, "2025-01-01 08:00:00 +0100", "2025-01-01 08:10:00 +0100"))
CCDA = ccda(section("30954-2", result(measured("130", "mg/dL"))))


def taken(files: dict[str, bytes | str]) -> Import:
    return read_file(BytesIO(archive(files)), name="all.zip")


def test_it_takes_files_of_every_kind_together() -> None:
    found = taken({"a.json": FHIR, "labs/b.csv": CSV, "doc.xml": CCDA, "letter.pdf": b"%PDF-1.7", "notes": "hello"})

    assert found.kind == "zip"
    assert found.counts == {"observation": 3}
    assert found.patient.birth_date.text == "1961-03-04"
    assert found.skipped == {"Other file": 1, "PDF file": 1}
    assert {row.source for row in found.rows} == {"all.zip"}


def test_it_reads_fhir_files_that_refer_to_each_other_as_one() -> None:
    medicine = {"resourceType": "Medication", "id": "m1", "code": {"text": "Metformin"}}
    request = {
        "resourceType": "MedicationRequest",
        "id": "r1",
        "status": "active",
        "medicationReference": {"reference": "Medication/m1"},
        "subject": {"reference": "Patient/p1"},
    }

    found = taken({"1.ndjson": json.dumps(request), "2.ndjson": json.dumps(medicine), "3.ndjson": json.dumps(person())})

    assert (found.kind, found.counts) == ("fhir", {"medication": 1})
    assert found.rows[0].name == "Metformin"


def test_it_takes_the_hospitals_records_in_an_apple_export_for_the_same_persons() -> None:
    first = observation("o1", subject={"reference": "Patient/at-one-hospital"})
    second = observation("o2", subject={"reference": "Patient/at-another"}, effectiveDateTime="2024-05-18")

    found = taken(
        {
            "apple_health_export/export.xml": APPLE,
            "apple_health_export/export_cda.xml": CCDA,
            "apple_health_export/clinical-records/Observation-1.json": json.dumps(first),
            "apple_health_export/clinical-records/Observation-2.json": json.dumps(second),
            "apple_health_export/electrocardiograms/ecg_2025-01-01.csv": "Name,Ann\nDate,2025-01-01\n-5,3\n",
            "apple_health_export/workout-routes/route.gpx": "<gpx></gpx>",
        }
    )

    assert found.kind == "apple_health"
    assert [row.name for row in found.rows] == ["LDL Cholesterol Calc", "LDL Cholesterol Calc", "Steps"]
    assert found.skipped == {"C-CDA document (repeats the export)": 1, "CSV file": 1, "GPX file": 1}


def test_it_takes_a_patient_portals_download_with_all_that_comes_with_it() -> None:
    found = taken(
        {
            "Summary/IHE_XDM/Ann/DOC0001.XML": CCDA,
            "Summary/IHE_XDM/Ann/METADATA.XML": "<SubmitObjectsRequest/>",
            "Summary/IHE_XDM/Ann/STYLE.XSL": "<stylesheet/>",
            "Summary/INDEX.HTM": "<html></html>",
            "Summary/README - Open for Instructions.TXT": "Your records, as of today.\nOpen INDEX.HTM, or ask us.\n",
            "Summary/DOC0001.PDF": b"%PDF-1.7",
        }
    )

    assert found.counts == {"observation": 1}
    assert found.skipped == {"HTM file": 1, "PDF file": 1, "TXT file": 1, "XML file": 1, "XSL file": 1}


def test_it_takes_a_table_beside_an_apple_export() -> None:
    found = taken({"export.xml": APPLE, "labs.csv": CSV})

    assert sorted(row.name for row in found.rows) == ["Steps", "TSH"]


def test_it_asks_to_unpack_an_archive_in_an_archive() -> None:
    with pytest.raises(NotUnderstood, match="archive in this archive"):
        taken({"export.zip": archive({"a.json": FHIR})})


def test_it_refuses_an_archive_about_two_people() -> None:
    with pytest.raises(NotUnderstood, match="another person"):
        taken({"a.xml": CCDA, "b.xml": ccda(born="19900101")})


def test_it_names_the_file_that_is_damaged() -> None:
    with pytest.raises(NotUnderstood, match="“b.json” in this archive: This file is damaged"):
        taken({"a.json": FHIR, "b.json": FHIR[:-5]})


def test_it_refuses_an_archive_without_records() -> None:
    with pytest.raises(NotUnderstood, match="no health records"):
        taken({"letter.pdf": b"%PDF-1.7", "notes.txt": "hello, Ann"})


def test_it_leaves_out_what_leads_out_of_the_archive() -> None:
    found = taken({"../../etc/a.json": FHIR, "/b.json": FHIR, "C:\\c.json": FHIR, "labs.csv": CSV})

    assert found.counts == {"observation": 1}
    assert found.skipped == {"File (its name leads out of the archive)": 3}


def test_it_leaves_out_a_file_without_a_name() -> None:
    packed = archive({"good.json": FHIR, "QQQQ": FHIR}).replace(b"QQQQ", b"\0QQQ")

    found = read_file(BytesIO(packed), name="all.zip")

    assert found.counts == {"observation": 1}


def test_it_stops_at_a_file_that_swells() -> None:
    bomb = archive({"export.xml": APPLE[:-20] + b" " * (200 << 20)})
    assert len(bomb) < 1 << 20

    with pytest.raises(NotUnderstood, match="unpacks to far more"):
        read_file(BytesIO(bomb), name="bomb.zip")


def test_it_stops_at_a_file_that_swells_beyond_what_it_says() -> None:
    bomb = bytearray(archive({"export.xml": APPLE[:-20] + b" " * (100 << 20)}))
    # The list of names says that it is small.
    place = bomb.rindex(b"PK\x01\x02")
    struct.pack_into("<I", bomb, place + 24, 1000)

    with pytest.raises(NotUnderstood, match="damaged|unpacks"):
        read_file(BytesIO(bytes(bomb)), name="bomb.zip")


def test_it_refuses_a_million_files_before_it_lists_them() -> None:
    made = bytearray(archive({"a.json": FHIR}))
    place = made.rindex(b"PK\x05\x06")
    struct.pack_into("<HH", made, place + 8, 65_000, 65_000)

    with pytest.raises(NotUnderstood, match=r"more than 20,000 files"):
        read_file(BytesIO(bytes(made)), name="many.zip")


def test_it_refuses_an_archive_with_a_password() -> None:
    made = bytearray(archive({"a.json": FHIR}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        made[made.index(mark) + offset] |= 1

    with pytest.raises(NotUnderstood, match="password"):
        read_file(BytesIO(bytes(made)), name="locked.zip")


@pytest.mark.parametrize("cut", [30, 100, -1, -30])
def test_it_refuses_an_archive_that_breaks_off(cut: int) -> None:
    with pytest.raises(NotUnderstood, match="damaged or incomplete|more than"):
        read_file(BytesIO(archive({"a.json": FHIR * 50, "b.csv": CSV})[:cut]), name="cut.zip")


def test_it_refuses_a_file_whose_bytes_were_changed() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as file:
        file.writestr("a.json", FHIR)

    with pytest.raises(NotUnderstood, match="damaged"):
        read_file(BytesIO(made.getvalue().replace(b"130", b"131")), name="changed.zip")
