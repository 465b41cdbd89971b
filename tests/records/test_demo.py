"""The demo patient: one believable person, the same every time, and imported like any file."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from io import BytesIO
from statistics import mean
from typing import TYPE_CHECKING

import pytest

from agents.concepts import CONCEPTS, plausible
from agents.records import Observation, Records
from healthchat.records.demo import NAME, bundle, ensure_demo_patient
from healthchat.records.demo.body import egfr_for
from healthchat.records.importers import Import, merged, read_file
from healthchat.records.models import Patient
from healthchat.records.view import records_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User

END = date(2026, 11, 23)


@pytest.fixture(scope="module")
def imported() -> Import:
    return read_file(BytesIO(json.dumps(bundle(END)).encode()), name="demo.json")


@pytest.fixture(scope="module")
def records(imported: Import) -> Records:
    return merged(imported)


def values(records: Records, concept: str, *, since: str = "", until: str = "9999") -> list[float]:
    rows = records.by_concept[concept]
    return [row.canonical_value for row in rows if row.effective and since <= row.effective.text < until]


def test_it_is_the_same_every_time_and_keeps_its_ids_on_other_days() -> None:
    first, again, later = bundle(END), bundle(END), bundle(date(2028, 2, 29))

    assert first == again
    assert [entry["fullUrl"] for entry in first["entry"]] == [entry["fullUrl"] for entry in later["entry"]]


def test_it_has_an_id_for_each_resource() -> None:
    ids = Counter(entry["fullUrl"] for entry in bundle(END)["entry"])

    assert max(ids.values()) == 1


def test_it_refers_only_to_what_is_there() -> None:
    written = json.dumps(bundle(END))
    known = {entry["fullUrl"] for entry in bundle(END)["entry"]}

    referred = {part.split('"', 1)[0] for part in written.split('"reference": "')[1:]}

    assert referred <= known


def test_it_is_understood_whole(imported: Import) -> None:
    assert {one.text for one in imported.unmapped} == {"Albumin, Urine", "Creatinine, Random Urine"}
    assert 1500 <= imported.counts["observation"] <= 3000
    assert set(imported.counts) == {
        "observation",
        "medication",
        "condition",
        "allergy",
        "immunization",
        "procedure",
        "encounter",
        "document",
    }


@pytest.mark.parametrize("end", [END, date(2025, 1, 4), date(2031, 7, 6)])
def test_it_has_nothing_after_its_end(end: date) -> None:
    rows = read_file(BytesIO(json.dumps(bundle(end)).encode()), name="demo.json").rows
    dates = [
        getattr(row, name, None) for row in rows for name in ("effective", "start", "end", "onset", "given", "dated")
    ]

    assert max(found.day for found in dates if found) < end


def test_it_has_no_absurd_value(records: Records) -> None:
    for row in records.observations:
        if row.canonical_value is not None:
            assert row.concept
            assert plausible(CONCEPTS[row.concept], row.canonical_value), row


def test_it_shows_the_statin_at_work_and_its_gap(records: Records) -> None:
    before = mean(values(records, "ldl", until="2017-10-01"))
    on_twenty = mean(values(records, "ldl", since="2018-01-01", until="2021-11-01"))
    on_forty = mean(values(records, "ldl", since="2022-01-01", until="2024-04-01"))
    gap = max(values(records, "ldl", since="2024-05-01", until="2024-09-30"))
    now = mean(values(records, "ldl", since="2025-01-01"))

    assert before > 155
    assert 95 < on_twenty < 125
    assert 70 < on_forty < 95
    assert gap > 135
    assert 65 < now < 95


def test_it_shows_metformin_and_semaglutide_at_work(records: Records) -> None:
    a1c = values(records, "a1c")
    weights = values(records, "weight")

    assert 7.9 in a1c
    assert a1c[a1c.index(7.9) + 1] < 7.3
    assert max(a1c) > 8
    assert a1c[-1] < 7
    assert max(weights) - weights[-1] > 7


def test_it_has_numbers_that_agree_with_one_another(records: Records) -> None:
    by_panel: dict[str, dict[str, Observation]] = {}
    for row in records.observations:
        if row.panel and row.concept and row.category == "laboratory":
            by_panel.setdefault(row.panel, {})[row.concept] = row
    lipids = [found for found in by_panel.values() if "ldl" in found]
    metabolic = [found for found in by_panel.values() if "egfr" in found]

    assert len(lipids) > 15
    for found in lipids:
        total, hdl, triglycerides = (found[name].value for name in ("total_cholesterol", "hdl", "triglycerides"))
        assert found["ldl"].value == pytest.approx(total - hdl - triglycerides / 5, abs=0.6)
        assert found["non_hdl"].value == total - hdl
    assert len(metabolic) > 25
    for found in metabolic:
        when = found["egfr"].effective
        age = (when.day - records.patient.birth_date.day).days / 365.25
        assert found["egfr"].value == pytest.approx(egfr_for(found["creatinine"].value, age=age), abs=0.7)
        assert 5 < found["sodium"].value - found["chloride"].value - found["co2"].value < 16


def test_it_flags_what_is_outside_the_printed_range_and_nothing_else(records: Records) -> None:
    flags = Counter()
    for row in records.observations:
        if row.category == "laboratory" and row.value is not None:
            high = row.reference_high is not None and row.value >= row.reference_high and row.flag == "H"
            low = row.reference_low is not None and row.value <= row.reference_low and row.flag == "L"
            assert row.flag is None or high or low, row
            flags[row.flag] += 1

    assert flags["H"] > 50
    assert flags["L"] > 20
    assert flags[None] > 400


def test_it_disagrees_with_general_ranges_somewhere(records: Records) -> None:
    potassium, hemoglobin = (records.by_concept[name][-1] for name in ("potassium", "hemoglobin"))

    assert (potassium.value, potassium.flag, potassium.reference_high) == (5.1, "H", 5.0)
    assert (hemoglobin.value, hemoglobin.flag, hemoglobin.reference_low) == (11.9, None, 11.7)


def test_it_leaves_things_out_on_purpose(records: Records) -> None:
    assert not {"dxa", "lpa", "apob", "insulin", "psa"} & set(records.by_concept)
    assert max(row.given.text for row in records.immunizations if "nfluenza" in row.name) < "2026-01-01"
    assert records.by_concept["ferritin"][-1].effective.text < "2025-01-01"


def test_it_has_medicines_that_ended_changed_and_go_on(records: Records) -> None:
    active = {row.name.split()[0] for row in records.medications if row.status == "active"}

    assert active == {
        "Levothyroxine",
        "Losartan",
        "Amlodipine",
        "Atorvastatin",
        "Metformin",
        "Semaglutide",
        "Cholecalciferol",
        "Vitamin",
        "Acetaminophen",
    }
    assert all(row.end for row in records.medications if row.status == "stopped")
    assert (
        next(row.reason for row in records.medications if row.name.startswith("Semaglutide"))
        == "Type 2 diabetes mellitus"
    )


@pytest.mark.django_db
def test_it_is_one_sample_for_all(alice: User, charlie: User) -> None:
    first = ensure_demo_patient(END)

    again = ensure_demo_patient(date(2026, 12, 1))

    assert again == first
    assert (first.name, first.is_sample, first.owner) == (NAME, True, None)
    assert Patient.objects.visible_to(alice).get() == Patient.objects.visible_to(charlie).get() == first
    assert len(records_of(first).observations) > 1500
