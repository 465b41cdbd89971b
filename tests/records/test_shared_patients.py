"""The shared test patients, compared with a plain reading of their files that shares no code with the importer."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from healthchat.records.importers import read

PLAIN = {
    "MedicationRequest": "medication",
    "MedicationStatement": "medication",
    "Condition": "condition",
    "AllergyIntolerance": "allergy",
    "Immunization": "immunization",
    "Procedure": "procedure",
    "Encounter": "encounter",
    "DiagnosticReport": "document",
    "CarePlan": "document",
    "DocumentReference": "document",
}


@pytest.fixture
def files(shared: Path) -> list[Path]:
    found = sorted([*(shared / "fhir").glob("*.json"), *(shared / "ips").glob("*.json")])
    if not found:
        pytest.skip("there are no FHIR files in the shared test patients")
    return found


def test_it_takes_every_resource_of_every_shared_patient(files: list[Path]) -> None:
    for path in files:
        resources = resources_of(path)
        expected: Counter[str] = Counter()
        for resource in resources:
            if resource["resourceType"] == "Observation":
                expected["observation"] += max(1, len(resource.get("component", [])))
            elif resource["resourceType"] in PLAIN:
                expected[PLAIN[resource["resourceType"]]] += 1

        found = read(path)

        assert found.counts == dict(sorted(expected.items())), path.name
        others = Counter(one["resourceType"] for one in resources if one["resourceType"] not in (*PLAIN, "Observation"))
        del others["Patient"]
        assert found.skipped == dict(others), path.name


def test_it_takes_every_number_of_every_shared_patient(files: list[Path]) -> None:
    for path in files:
        expected = Counter(
            (resource["id"], value["valueQuantity"]["value"], value["valueQuantity"].get("unit"))
            for resource in resources_of(path)
            if resource["resourceType"] == "Observation"
            for value in (resource, *resource.get("component", []))
            if "valueQuantity" in value
        )

        found = Counter(
            (row.evidence, row.value, row.unit) for row in read(path).rows if getattr(row, "value", None) is not None
        )

        assert found == expected, path.name


def test_it_cites_only_resources_that_are_in_the_file(files: list[Path]) -> None:
    for path in files:
        ids = {resource["id"] for resource in resources_of(path)}

        assert {row.evidence for row in read(path).rows} <= ids, path.name


def resources_of(path: Path) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in json.loads(path.read_text(encoding="utf-8"))["entry"]]
