"""The conventions of the demo questions' computed answers."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from agents.clinical import blood_pressure, body, glycaemia, kidney, lipids
from agents.clinical.age import age_on
from agents.clinical.trend import Point, Trend, trend
from agents.concepts import concept_for
from agents.records import RecordDate

DEMO = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "demo"
pytestmark = pytest.mark.skipif(not DEMO.exists(), reason="the shared demo data is not on this machine")


def questions(intent: str) -> list[dict[str, Any]]:
    lines = (DEMO / "questions" / "truth.jsonl").read_text().splitlines()
    return [question for question in map(json.loads, lines) if question["intent"] == intent]


@cache
def bundle(file: str) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in json.loads((DEMO / "fhir" / file).read_text())["entry"]]


def series(question: dict[str, Any], concept: str) -> list[Point]:
    found = []
    for resource in bundle(question["file"]):
        if resource["resourceType"] != "Observation" or resource["effectiveDateTime"][:10] > question["as_of"]:
            continue
        for part in (resource, *resource.get("component", [])):
            code = part["code"]["coding"][0]["code"]
            if "valueQuantity" in part and concept_for(code, system="http://loinc.org") == concept:
                found.append((resource["effectiveDateTime"], part["valueQuantity"]["value"]))
    return [Point(date.fromisoformat(when[:10]), value) for when, value in sorted(found)]


def test_it_finds_the_same_trends() -> None:
    for question in questions("trend"):
        expected = question["expected"]

        found = trend(series(question, expected["concept"]))

        assert isinstance(found, Trend)
        assert (found.direction, found.n) == (expected["direction"], expected["n"])
        assert found.p == pytest.approx(expected["p"], abs=1e-4)
        assert found.slope_per_year == pytest.approx(expected["slope_per_year"], abs=1e-4)


def test_it_works_out_the_same_gfr() -> None:
    for question in questions("egfr_2021"):
        expected = question["expected"]
        patient = next(one for one in bundle(question["file"]) if one["resourceType"] == "Patient")

        age = age_on(RecordDate(patient["birthDate"]), date.fromisoformat(expected["date"]))
        found = kidney.egfr(expected["creatinine"], age=age, sex=patient["gender"])

        assert age == expected["age_at_test"]
        assert isinstance(found, float)
        assert round(found, 1) == expected["value"]
        assert kidney.g_stage(found) == expected["stage"]


def test_it_names_the_same_categories() -> None:
    for question in questions("bp_category"):
        expected = question["expected"]
        assert blood_pressure.category(expected["systolic"], expected["diastolic"]) == expected["category"]
    for question in questions("bmi_category"):
        assert body.bmi_category(series(question, "bmi")[-1].value) == question["expected"]["category"]


def test_it_works_out_the_same_values() -> None:
    for question in questions("eag"):
        found = glycaemia.estimated_average_glucose(question["expected"]["a1c"])
        assert found == pytest.approx(question["expected"]["value"], abs=0.05)
    for question in questions("non_hdl"):
        total, hdl = series(question, "total_cholesterol")[-1], series(question, "hdl")[-1]
        assert lipids.non_hdl(total.value, hdl.value) == pytest.approx(question["expected"]["value"], abs=0.01)
