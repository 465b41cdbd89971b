"""The one adapter between the database's rows and those of `agents.records`.

`records_of` gives agents their read-only view of a patient, `store` takes in what an importer read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, partial
from types import MappingProxyType
from typing import Any

import msgspec
from django.db import transaction

from agents import records as agents_records
from agents.records import AnyRow, RecordDate, Records
from healthchat.records import models, slices
from healthchat.records.importers import same_person
from healthchat.records.importers.imported import Import, kind_of
from healthchat.records.importers.rows import Rows, is_globally_unique, leading_date
from healthchat.records.models import Patient, Row, Source
from healthchat.records.upsert import upsert

ROWS_PER_STATEMENT = 500
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
    rows = (row for kind in MODELS for row in _rows_of(kind, patient))
    return Records(person_of(patient), rows)


def rows_behind(patient: Patient, evidence: str) -> list[AnyRow]:
    """The rows of the resource that an answer cites, of whatever kind."""
    # Nothing is stored under what PostgreSQL cannot even be asked for.
    if "\x00" in evidence:
        return []
    return [row for kind in MODELS for row in _rows_of(kind, patient, evidence=evidence)]


def person_of(patient: Patient) -> agents_records.Patient:
    """The patient without a name."""
    return agents_records.Patient(
        sex=Patient.Sex(patient.sex).value,  # type: ignore[arg-type]
        birth_date=RecordDate.parse(patient.birth_date),
        deceased=RecordDate.parse(patient.deceased),
    )


def store(imported: Import, *, patient: Patient) -> Source:
    """Take an import's rows into the patient's records: all of them at one moment, or none.

    Rows that are there already are brought up to date, and those that the source takes back are removed. The same
    content again gives the same `Source` and changes nothing. What is new in a large file is stored before that moment,
    in slices that nobody sees, so that others can write meanwhile; what an import left that was killed is removed.

    Raises:
        NotUnderstood: the records are about another person. Nothing is stored.
    """
    slices.remove_interrupted()
    if len(imported.rows) <= slices.ROWS:
        return _store(imported, patient=patient)
    pending = _begun(imported, patient=patient)
    try:
        return _store(imported, patient=patient, settled=_settled(imported, pending, patient=patient))
    finally:
        slices.remove(Source.everything.filter(pk=pending.pk).exclude(pending=None))


def _begun(imported: Import, *, patient: Patient) -> Source:
    """The source of this content, unseen if it is new."""
    same_person(person_of(patient), imported.patient)
    found = Source.everything.filter(patient=patient, sha256=imported.sha256).first()
    return found or slices.begin(patient, name=imported.file, kind=imported.kind, sha256=imported.sha256)


def _settled(imported: Import, source: Source, *, patient: Patient) -> dict[str, set[str]]:
    """The ids of the rows, by kind, that are stored exactly so; new ones are stored first."""
    settled: dict[str, set[str]] = {}
    for kind, rows in _by_kind(_kept_apart(patient, imported.rows)).items():
        there = set(MODELS[kind]._base_manager.filter(patient=patient).values_list("key", flat=True))
        new = [row for row in rows if row.id not in there] if source.pending else []
        slices.store(new, partial(_upsert, kind, patient=patient, source=source), source=source)
        stored = {row.id for row in new}
        settled[kind] = stored | _unchanged(kind, [row for row in rows if row.id not in stored], patient)
    return settled


def _store(imported: Import, *, patient: Patient, settled: Mapping[str, set[str]] = MappingProxyType({})) -> Source:
    with transaction.atomic():
        # One import at a time for each patient.
        patient.refresh_from_db(from_queryset=Patient.objects.select_for_update())
        _complete(patient, imported)
        source, is_new = _source(patient, imported)
        by_kind = _by_kind(_kept_apart(patient, imported.rows))
        for kind in MODELS:
            rows = by_kind.get(kind, [])
            there = set() if is_new else _keys(kind, source=source)
            # What another import or a deleted source has taken away meanwhile is stored again.
            still = settled.get(kind, set()) and settled[kind] & _keys(kind, patient=patient)
            _upsert(kind, (row for row in rows if row.id not in still), patient=patient, source=source)
            _take_over(kind, still - there, patient=patient, source=source)
            _remove(kind, there - {row.id for row in rows}, source=source)
            taken_back = [evidence for of, evidence in imported.retracted if of == kind]
            for block in _blocks(taken_back):
                MODELS[kind]._default_manager.filter(patient=patient, evidence__in=block).delete()
    return source


def _rows_of(kind: str, patient: Patient, **filters: Any) -> Iterator[AnyRow]:
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


class _Shape(msgspec.Struct, frozen=True):
    """A kind's further fields, which all are columns of the same name."""

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


def _complete(patient: Patient, imported: Import) -> None:
    """Add to the patient what the file knows and the patient did not have."""
    person = same_person(person_of(patient), imported.patient)
    patient.sex = person.sex
    patient.birth_date = person.birth_date.text if person.birth_date else ""
    patient.deceased = person.deceased.text if person.deceased else ""
    patient.name = patient.name or imported.name
    patient.save(update_fields=["sex", "birth_date", "deceased", "name"])


def _source(patient: Patient, imported: Import) -> tuple[Source, bool]:
    """The source of this content, and whether it is new."""
    told = {
        "name": imported.file,
        "kind": imported.kind,
        "counts": imported.counts,
        "unmapped": [msgspec.to_builtins(one) for one in imported.unmapped],
        "skipped": imported.skipped,
        "pending": None,
    }
    return Source.everything.update_or_create(patient=patient, sha256=imported.sha256, defaults=told)


def _kept_apart(patient: Patient, rows: Sequence[AnyRow]) -> list[AnyRow]:
    """The rows with ids under which they do not replace another system's resource of the same short id."""
    kept = [row for row in rows if is_globally_unique(row.id)]
    short = _by_kind(row for row in rows if not is_globally_unique(row.id))
    for kind, own in short.items():
        blocks = _blocks([row.id for row in own])
        present = Rows(row for block in blocks for row in _rows_of(kind, patient, key__in=block))
        kept += [present.put(row) for row in own]
    return kept


def _upsert(kind: str, rows: Iterable[AnyRow], *, patient: Patient, source: Source) -> None:
    fields = _shape(kind).fields
    columns = ("patient", "source", "key", "evidence", "instant", "precision", *fields)
    values = (
        (patient.pk, source.pk, row.id, row.evidence, *_times(row), *[getattr(row, name) for name in fields])
        for row in rows
    )
    upsert(MODELS[kind], columns, values, unique=("patient", "key"))


def _unchanged(kind: str, rows: Iterable[AnyRow], patient: Patient) -> set[str]:
    """The ids of those rows that the patient's records hold already, just as they are."""
    by_id = {row.id: row for row in rows}
    if not by_id:
        return set()
    names = ("evidence", *_shape(kind).fields)
    return {
        row.id
        for row in _rows_of(kind, patient)
        if (read := by_id.get(row.id)) and all(getattr(row, name) == getattr(read, name) for name in names)
    }


def _take_over(kind: str, ids: Iterable[str], *, patient: Patient, source: Source) -> None:
    """Keep rows that an earlier file brought under this one, which says them again."""
    for block in _blocks(sorted(ids)):
        MODELS[kind]._default_manager.filter(patient=patient, key__in=block).update(source=source)


def _remove(kind: str, ids: Iterable[str], *, source: Source) -> None:
    """Remove what an earlier reading of the same file made of it, such as a table read with other columns."""
    for block in _blocks(sorted(ids)):
        MODELS[kind]._default_manager.filter(source=source, key__in=block).delete()


def _keys(kind: str, **of: Any) -> set[str]:
    return set(MODELS[kind]._default_manager.filter(**of).values_list("key", flat=True))


def _by_kind(rows: Iterable[AnyRow]) -> dict[str, list[AnyRow]]:
    found: dict[str, list[AnyRow]] = {}
    for row in rows:
        found.setdefault(kind_of(row), []).append(row)
    return found


def _times(row: AnyRow) -> tuple[datetime | None, str]:
    when = leading_date(row)
    if when is None:
        return None, ""
    # A copy: what it works out is not to stay in memory with the row.
    return RecordDate(when.text).instant.astimezone(UTC), when.precision


def _blocks(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), ROWS_PER_STATEMENT):
        yield ids[start : start + ROWS_PER_STATEMENT]
