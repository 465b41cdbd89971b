"""Alice has a patient and the sample is there; FHIR files are written to a folder of the test's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from healthchat.records.models import Patient

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "demo"

Writer = Callable[..., Path]


@pytest.fixture(scope="session")
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip("the shared test patients (../shared/data/demo) are not here")
    return SHARED


@pytest.fixture
def write(tmp_path: Path) -> Writer:
    """Writes a file: bytes and strings as they are, one object as JSON, several resources as a collection bundle."""

    def written(*content: Any, name: str = "records.json") -> Path:
        path = tmp_path / name
        first = content[0]
        if isinstance(first, bytes):
            path.write_bytes(first)
        elif isinstance(first, str):
            path.write_text(first, encoding="utf-8")
        elif len(content) == 1:
            path.write_text(json.dumps(first), encoding="utf-8")
        else:
            path.write_text(json.dumps(bundle(*content)), encoding="utf-8")
        return path

    return written


@pytest.fixture
def patient(alice: User) -> Patient:
    from healthchat.records.models import Patient

    return Patient.objects.create(owner=alice, name="Alice's mother")


def bundle(*resources: dict[str, Any], kind: str = "collection") -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": [{"resource": resource} for resource in resources]}


def person(**more: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1961-03-04"} | more


def observation(resource_id: str | None = "o1", **more: Any) -> dict[str, Any]:
    """An LDL cholesterol of 130 mg/dL on 2024-05-17."""
    found = {
        "resourceType": "Observation",
        "id": resource_id,
        "status": "final",
        "category": [{"coding": [{"code": "laboratory"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "13457-7", "display": "LDL Cholesterol Calc"}]},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2024-05-17T08:30:00+02:00",
        "valueQuantity": {"value": 130, "unit": "mg/dL", "system": "http://unitsofmeasure.org", "code": "mg/dL"},
    } | more
    return {key: value for key, value in found.items() if value is not None}
