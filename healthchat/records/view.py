"""The one adapter between the database's rows and those of `agents.records`: what is stored of a patient, read-only."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec

from agents import records as agents_records
from agents.records import AnyRow, RecordDate, Records
from healthchat.records import models
from healthchat.records.models import Patient, Row

DIRECT = ("id", "evidence", "source")
"""Fields of a row that are not columns of the same name."""

MODELS: dict[str, type[Row]] = {
    "observation": models.Observation,
    "medication": models.Medication,
    "condition": models.Condition,
    "allergy": models.Allergy,
    "immunization": models.Immunization,
    "procedure": models.Procedure,
    "encounter": models.Encounter,
    "document": models.Document,
}
"""Row kind to its table."""

_ROW_TYPES: dict[str, type[Any]] = {kind: getattr(agents_records, kind.capitalize()) for kind in MODELS}


def records_of(patient: Patient) -> Records:
    """All that is recorded of a patient, as agents see it: one query per kind, nothing written."""
    rows = (row for kind in MODELS for row in rows_of(kind, patient))
    return Records(person_of(patient), rows)


def rows_behind(patient: Patient, evidence: str) -> list[AnyRow]:
    """The rows of the resource that an answer cites, of whatever kind."""
    # Nothing is stored under what PostgreSQL cannot even be asked for.
    if "\x00" in evidence:
        return []
    return [row for kind in MODELS for row in rows_of(kind, patient, evidence=evidence)]


def person_of(patient: Patient) -> agents_records.Patient:
    """The patient without a name."""
    return agents_records.Patient(
        sex=Patient.Sex(patient.sex).value,  # type: ignore[arg-type]
        birth_date=RecordDate.parse(patient.birth_date),
        deceased=RecordDate.parse(patient.deceased),
    )


def rows_of(kind: str, patient: Patient, **filters: Any) -> Iterator[AnyRow]:
    """The rows of one kind, as they were stored first, one at a time."""
    row_type, shape = _ROW_TYPES[kind], _shape(kind)
    found = MODELS[kind]._default_manager.filter(patient=patient, **filters).order_by("pk")
    # Rows of one visit share their date, which is then read only once.
    dates: dict[str, RecordDate] = {}
    names = ("id", "evidence", "source", *shape.fields)
    for values in found.values_list("key", "evidence", "source__name", *shape.fields).iterator():
        given = {name: value for name, value in zip(names, values, strict=True) if value != "" or name in shape.filled}
        for name in shape.dates.intersection(given):
            text = given[name]
            given[name] = dates.get(text) or dates.setdefault(text, RecordDate(text))
        if "reactions" in given:
            given["reactions"] = tuple(given["reactions"])
        yield row_type(**given)


def fields_of(kind: str) -> tuple[str, ...]:
    """What rows of a kind have beside id, evidence and source; all of it is in columns of the same name."""
    return _shape(kind).fields


class _Shape(msgspec.Struct, frozen=True):
    fields: tuple[str, ...]
    filled: frozenset[str]
    """Those that are never None: here "" is a value."""
    dates: frozenset[str]


@cache
def _shape(kind: str) -> _Shape:
    fields = msgspec.structs.fields(_ROW_TYPES[kind])
    return _Shape(
        fields=tuple(field.name for field in fields if field.name not in DIRECT),
        filled=frozenset(field.name for field in fields if field.default is not None),
        dates=frozenset(field.name for field in fields if field.type == RecordDate | None),
    )
