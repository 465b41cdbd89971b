"""The shared samples of other formats, compared with their truth files and with a plain reading of our own."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from agents.records import AnyRow, Observation
from healthchat.records.importers import Import, read
from healthchat.records.models import Patient
from healthchat.records.storing import store
from healthchat.records.view import MODELS, records_of

HEALTHKIT = "HKQuantityTypeIdentifier"
DAILY = {f"{HEALTHKIT}{kind}" for kind in ("StepCount", "HeartRate", "HeartRateVariabilitySDNN", "RestingHeartRate")}


def file_of(shared: Path, name: str) -> Path:
    path = shared / name
    if not path.is_file():
        pytest.skip(f"../shared/data/demo/{name} is not here")
    return path


def truth_of(shared: Path, name: str) -> Any:
    return json.loads(file_of(shared, name).read_text(encoding="utf-8"))


def by_day(found: Import, concept: str, *, canonical: bool = False) -> dict[str, float]:
    return {
        row.effective.shown(): row.canonical_value if canonical else row.value
        for row in found.rows
        if isinstance(row, Observation) and row.concept == concept
    }


def exported(path: Path) -> ElementTree.Element:
    """An export.xml, read whole."""
    content = path.read_bytes()
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            content = archive.read(next(name for name in archive.namelist() if name.endswith("export.xml")))
    return ElementTree.fromstring(re.sub(rb"<!DOCTYPE.*?\]>", b"", content, flags=re.DOTALL))


def test_it_agrees_with_the_truth_beside_the_apple_sample(shared: Path) -> None:
    truth = truth_of(shared, "apple_health/export_synthetic_demo_truth.json")
    found = read(file_of(shared, "apple_health/export_synthetic_demo.zip"))

    assert by_day(found, "steps") == truth["daily_steps_watch_priority"]
    assert by_day(found, "heart_rate") == truth["resting_hr"]
    assert {day: round(hours * 60) for day, hours in by_day(found, "sleep_duration").items()} == (
        truth["asleep_minutes_by_wake_date"]
    )
    assert {day: round(kilos, 1) for day, kilos in by_day(found, "weight", canonical=True).items()} == truth[
        "weight_kg"
    ]
    glucose = by_day(found, "glucose", canonical=True)
    assert glucose.keys() == dict(truth["glucose_mg_dl"]).keys()
    # The truth is in mg/dL, the file half in mmol/L with one decimal.
    assert all(abs(glucose[day] - value) <= 1 for day, value in truth["glucose_mg_dl"])
    pressures = zip(by_day(found, "systolic").items(), by_day(found, "diastolic").values(), strict=True)
    assert [[day, high, low] for (day, high), low in pressures] == truth["bp"]
    workouts = {row.evidence for row in found.rows if row.name.startswith("Workout")}
    assert len(workouts) == truth["workouts"]


@pytest.mark.parametrize("name", ["export_synthetic_demo.zip", "healthkit-to-sqlite_export.xml"])
def test_it_has_a_row_for_all_that_a_plain_reading_finds_in_an_apple_export(shared: Path, name: str) -> None:
    path = file_of(shared, f"apple_health/{name}")
    whole = exported(path)
    days: defaultdict[str, set[str]] = defaultdict(set)
    readings: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for record in whole.iter("Record"):
        kind, start = record.attrib["type"], record.attrib["startDate"]
        days[kind].add(start[:10])
        readings[kind].add((start, record.attrib["value"]))
    sleeping = [one.attrib for one in whole.iter("Record") if "SleepAnalysis" in one.attrib["type"]]
    nights = {one["endDate"][:10] for one in sleeping if "Asleep" in one["value"] and one["endDate"][11:] < "18"}
    in_bed = {one["endDate"][:10] for one in sleeping if "InBed" in one["value"]}
    beats = defaultdict(int)
    for start, _ in readings[f"{HEALTHKIT}HeartRate"]:
        beats[start[:10]] += 1
    parts = sum(
        1
        + (workout.get("totalDistance") is not None or workout.find("WorkoutStatistics") is not None)
        + (workout.get("totalEnergyBurned") is not None)
        for workout in whole.iter("Workout")
    )
    rings = ("activeEnergyBurned", "appleExerciseTime", "appleStandHours")
    summaries = sum(len([1 for ring in rings if float(one.get(ring, 0))]) for one in whole.iter("ActivitySummary"))
    other = [kind for kind in readings if kind not in DAILY and "SleepAnalysis" not in kind and "Future" not in kind]

    found = read(path)

    expected = sum(len(days[kind]) for kind in DAILY if kind in days) + len(days[f"{HEALTHKIT}FutureThing"])
    expected += 2 * sum(1 for day in beats if beats[day] > 1)
    expected += len(nights) + len(in_bed) + sum(len(readings[kind]) for kind in other) + parts + summaries
    assert found.counts == {"observation": expected}


def test_it_agrees_with_the_truth_beside_the_table(shared: Path) -> None:
    truth = truth_of(shared, "csv/labs_long_us_truth.json")
    path = file_of(shared, "csv/labs_long_us.csv")
    found = read(path)
    names = {"value": "value", "unit": "unit", "comparator": "comparator", "flag": "flag"}
    names |= {"low": "reference_low", "high": "reference_high", "concept": "concept"}

    rows = [row for row in found.rows if isinstance(row, Observation)]

    with path.open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert found.counts == {"observation": len(lines)}
    for row, said in zip(rows, truth, strict=True):
        assert row.effective.text == said["date"]
        assert {key: getattr(row, name) for key, name in names.items() if key in said} == {
            key: value for key, value in said.items() if key != "date"
        }


def test_it_has_a_row_for_all_that_a_plain_reading_finds_in_a_ccda(shared: Path) -> None:
    path = file_of(shared, "ccda/HL7_CCD_2.xml")
    whole = ElementTree.parse(path)
    v3 = "{urn:hl7-org:v3}"
    expected: defaultdict[str, int] = defaultdict(int)
    for section in whole.iter(f"{v3}section"):
        code = section.find(f"{v3}code").attrib["code"]
        if code in ("30954-2", "8716-3", "29762-2"):
            expected["observation"] += len(list(section.iter(f"{v3}observation")))
        elif code == "48765-2":
            expected["allergy"] += len(list(section.iter(f"{v3}observation")))
        elif code == "47519-4":
            expected["procedure"] += len(section.findall(f"{v3}entry"))

    found = read(path)

    assert found.counts == expected
    values = {one.attrib["value"] for one in whole.iter(f"{v3}value") if one.get("value")}
    assert {row.value for row in found.rows if isinstance(row, Observation) and row.value is not None} == {
        float(value) for value in values
    }


@pytest.mark.django_db
def test_it_stores_each_shared_file_and_adds_nothing_the_second_time(shared: Path, django_user_model: Any) -> None:
    owner = django_user_model.objects.create_user("owner")
    files = [path for path in sorted(shared.glob("*/*")) if path.suffix != ".jsonl" and "truth" not in path.name]
    assert files

    for path in files:
        patient = Patient.objects.create(owner=owner)
        found = read(path)

        source = store(found, patient=patient)
        first = everything(patient)
        again = store(read(path), patient=patient)

        assert again == source, path.name
        assert everything(patient) == first, path.name
        assert {kind: len(rows) for kind, rows in first.items() if rows} == found.counts, path.name
        assert {row.id for row in records_of(patient).rows} <= {row.id for row in found.rows}


def everything(patient: Patient) -> dict[str, list[dict[str, Any]]]:
    return {
        kind: list(model._default_manager.filter(patient=patient).order_by("pk").values())
        for kind, model in MODELS.items()
    }


def test_it_dates_every_row_of_the_shared_files_within_a_life(shared: Path) -> None:
    for path in sorted([*shared.glob("apple_health/*.zip"), *shared.glob("c*/*.csv"), *shared.glob("ccda/*.xml")]):
        rows: tuple[AnyRow, ...] = read(path).rows

        dates = [when for row in rows if (when := getattr(row, "effective", None)) is not None]
        assert dates
        assert all(1950 < when.day.year <= datetime.now().year for when in dates)
