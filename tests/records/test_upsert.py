"""Many rows into one table by one statement."""

from __future__ import annotations

from typing import Any

import pytest

from healthchat.records.models import Condition, Patient
from healthchat.records.upsert import upsert

pytestmark = pytest.mark.django_db

GIVEN = ("patient", "source", "key", "evidence", "name", "onset")
EMPTY = ("precision", "code", "code_system", "clinical_status", "verification_status", "end", "recorded")


def put(patient: Patient, *rows: tuple[str, str], **how: Any) -> list[tuple[str, str]]:
    """Upsert conditions, each as key and name; what there is then."""
    source, _ = patient.sources.get_or_create(name="a.json", kind="fhir", sha256="a" * 64)
    values = [(patient.pk, source.pk, key, key[:9], name, "2024", *[None for _ in EMPTY]) for key, name in rows]
    upsert(Condition, (*GIVEN, *EMPTY), values, unique=("patient", "key"), **how)
    return list(Condition.objects.order_by("key").values_list("key", "name"))


def test_it_adds_rows_and_replaces_those_that_are_there(patient: Patient) -> None:
    put(patient, ("c1", "Asthma"))

    assert put(patient, ("c1", "Mild asthma"), ("c2", "Gout")) == [("c1", "Mild asthma"), ("c2", "Gout")]


def test_it_leaves_alone_what_is_there(patient: Patient) -> None:
    put(patient, ("c1", "Asthma"))

    assert put(patient, ("c1", "Mild asthma"), ("c2", "Gout"), replace=False) == [("c1", "Asthma"), ("c2", "Gout")]


def test_it_stores_nothing_as_an_empty_text_and_cuts_what_is_too_long(patient: Patient) -> None:
    put(patient, ("c" * 400, "x" * 5000))

    row = Condition.objects.get()
    assert (row.key, row.name, row.code, row.onset) == ("c" * 200, "x" * 5000, "", "2024")
