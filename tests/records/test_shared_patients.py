"""The shared test patients, compared with a plain reading of their files that shares no code with the importer."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from healthchat.records.importers import Import, read

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


Pair = tuple[list[dict[str, Any]], Import]


@pytest.fixture(scope="module")
def patients(shared: Path) -> dict[str, Pair]:
    """Each file by its name: its resources, read plainly, and what the importer makes of it."""
    found = sorted([*(shared / "fhir").glob("*.json"), *(shared / "ips").glob("*.json")])
    if not found:
        pytest.skip("there are no FHIR files in the shared test patients")
    return {path.name: (resources_of(path), read(path)) for path in found}


def test_it_takes_every_resource_of_every_shared_patient(patients: dict[str, Pair]) -> None:
    for name, (resources, found) in patients.items():
        expected: Counter[str] = Counter()
        for resource in resources:
            if resource["resourceType"] == "Observation":
                expected["observation"] += max(1, len(resource.get("component", [])))
            elif resource["resourceType"] in PLAIN:
                expected[PLAIN[resource["resourceType"]]] += 1

        assert found.counts == dict(sorted(expected.items())), name
        others = Counter(one["resourceType"] for one in resources if one["resourceType"] not in (*PLAIN, "Observation"))
        del others["Patient"]
        assert found.skipped == dict(others), name


def test_it_takes_every_number_of_every_shared_patient(patients: dict[str, Pair]) -> None:
    for name, (resources, found) in patients.items():
        expected = Counter(
            (resource["id"], value["valueQuantity"]["value"], value["valueQuantity"].get("unit"))
            for resource in resources
            if resource["resourceType"] == "Observation"
            for value in (resource, *resource.get("component", []))
            if "valueQuantity" in value
        )

        numbers = Counter(
            (row.evidence, row.value, row.unit) for row in found.rows if getattr(row, "value", None) is not None
        )

        assert numbers == expected, name


def test_it_cites_only_resources_that_are_in_the_file(patients: dict[str, Pair]) -> None:
    for name, (resources, found) in patients.items():
        ids = {resource["id"] for resource in resources}

        assert {row.evidence for row in found.rows} <= ids, name


def resources_of(path: Path) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in json.loads(path.read_text(encoding="utf-8"))["entry"]]
