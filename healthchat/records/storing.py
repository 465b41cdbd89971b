"""What importers read, taken into a patient's records: all of it at one moment, or none.

A small file goes in within one transaction. Of a large one, the rows that are new are stored beforehand, in slices that
nobody sees, so that others can write meanwhile; the last transaction shows them, and has little left to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

import msgspec
from django.db import transaction

from agents.records import AnyRow, RecordDate
from healthchat.records import slices
from healthchat.records.importers import same_person
from healthchat.records.importers.imported import Import, kind_of
from healthchat.records.importers.rows import Rows, is_globally_unique, leading_date
from healthchat.records.models import Patient, Source
from healthchat.records.upsert import upsert
from healthchat.records.view import MODELS, fields_of, person_of, rows_of

ROWS_PER_STATEMENT = 500

T = TypeVar("T")


class _Prepared(msgspec.Struct):
    """The rows of one kind in a file, by what the last transaction is to do with them."""

    left: list[AnyRow] = []
    """To be written."""
    stored: list[AnyRow] = []
    """New, and stored already, under a source that nobody sees."""
    unchanged: list[AnyRow] = []
    """In the patient's records already, just as they are."""


def store(imported: Import, *, patient: Patient) -> Source:
    """Take an import's rows into the patient's records: all of them at one moment, or none.

    Rows that are there already are brought up to date, and those that the source takes back are removed. The same
    content again gives the same `Source` and changes nothing. What an import left that was killed is removed.

    Raises:
        NotUnderstood: the records are about another person. Nothing is stored.
    """
    (source,) = store_all([imported], patient=patient)
    return source


def store_all(imports: Sequence[Import], *, patient: Patient) -> list[Source]:
    """Take in several imports as `store` does one: all at one moment, or none of them.

    Raises:
        NotUnderstood: the records of one are about another person. Nothing is stored.
    """
    slices.remove_interrupted()
    with ExitStack() as unseen:
        prepared = [_prepared(imported, patient=patient, unseen=unseen) for imported in imports]
        with transaction.atomic():
            # One import at a time for each patient.
            patient.refresh_from_db(from_queryset=Patient.objects.select_for_update())
            sources = [_shown(one, by_kind, patient=patient) for one, by_kind in zip(imports, prepared, strict=True)]
    for source, by_kind in zip(sources, prepared, strict=True):
        _say_again(by_kind, source=source)
    return sources


def _prepared(imported: Import, *, patient: Patient, unseen: ExitStack) -> dict[str, _Prepared]:
    """An import's rows by kind; of a large one, what is new is stored, and taken away again when `unseen` is left."""
    by_kind = _by_kind(imported.rows)
    if len(imported.rows) <= slices.ROWS:
        return {kind: _Prepared(left=rows) for kind, rows in by_kind.items()}
    same_person(person_of(patient), imported.patient)
    source = Source.everything.filter(patient=patient, sha256=imported.sha256).first() or slices.begin(
        patient, name=imported.file, kind=imported.kind, sha256=imported.sha256
    )
    unseen.callback(slices.remove, Source.everything.filter(pk=source.pk).exclude(pending=None))
    return {
        kind: _stored_beforehand(kind, _kept_apart(kind, rows, patient=patient), patient=patient, source=source)
        for kind, rows in by_kind.items()
    }


def _stored_beforehand(kind: str, rows: Iterable[AnyRow], *, patient: Patient, source: Source) -> _Prepared:
    new, changed, unchanged = _compared(kind, rows, patient=patient)
    # What is added to a source that people see already waits for the last transaction, as changes do.
    if not source.pending:
        return _Prepared(left=new + changed, unchanged=unchanged)
    # A row that another import stores meanwhile stays the other's until then.
    put = partial(_write, kind, source=source, replace=False)
    slices.store(new, put, source=source)
    return _Prepared(left=changed, stored=new, unchanged=unchanged)


def _compared(
    kind: str, rows: Iterable[AnyRow], *, patient: Patient
) -> tuple[list[AnyRow], list[AnyRow], list[AnyRow]]:
    """The rows that the patient's records have not, have otherwise, and have just so."""
    new = {row.id: row for row in rows}
    changed: list[AnyRow] = []
    unchanged: list[AnyRow] = []
    names = ("evidence", *fields_of(kind))
    for present in rows_of(kind, patient):
        row = new.pop(present.id, None)
        if row is not None:
            same = all(getattr(present, name) == getattr(row, name) for name in names)
            (unchanged if same else changed).append(row)
    return list(new.values()), changed, unchanged


def _shown(imported: Import, prepared: Mapping[str, _Prepared], *, patient: Patient) -> Source:
    """Do what must be done at one moment, and show the source."""
    _complete(patient, imported)
    was_there = patient.sources.filter(sha256=imported.sha256).exists()
    source = _told(imported, patient=patient)
    for kind in MODELS:
        rows = prepared.get(kind, _Prepared())
        left = rows.left + _lost(kind, rows.stored, source=source)
        written = _kept_apart(kind, left, patient=patient)
        _write(kind, written, source=source)
        if was_there:
            _remove_others(kind, [*written, *rows.stored, *rows.unchanged], source=source)
        _retract(kind, imported, patient=patient)
    return source


def _complete(patient: Patient, imported: Import) -> None:
    """Add to the patient what the file knows and the patient did not have."""
    person = same_person(person_of(patient), imported.patient)
    patient.sex = person.sex
    patient.birth_date = person.birth_date.text if person.birth_date else ""
    patient.deceased = person.deceased.text if person.deceased else ""
    patient.name = patient.name or imported.name
    patient.save(update_fields=["sex", "birth_date", "deceased", "name"])


def _told(imported: Import, *, patient: Patient) -> Source:
    """The source of this content, with what there is to say of it, for everybody to see."""
    told = {
        "name": imported.file,
        "kind": imported.kind,
        "counts": imported.counts,
        "unmapped": [msgspec.to_builtins(one) for one in imported.unmapped],
        "skipped": imported.skipped,
        "pending": None,
    }
    source, _ = Source.everything.update_or_create(patient=patient, sha256=imported.sha256, defaults=told)
    return source


def _lost(kind: str, stored: Sequence[AnyRow], *, source: Source) -> list[AnyRow]:
    """What another import or a deletion has taken away since it was stored."""
    # It has no other rows then. To count takes no time, and others wait meanwhile.
    if not stored or _count(kind, source) == len(stored):
        return []
    keys = set(_keys(kind, source))
    return [row for row in stored if row.id not in keys]


def _remove_others(kind: str, rows: Sequence[AnyRow], *, source: Source) -> None:
    """Remove what an earlier reading of the same file made of it, such as a table read with other columns."""
    told = {row.id for row in rows}
    for block in _blocks([key for key in _keys(kind, source) if key not in told]):
        MODELS[kind]._base_manager.filter(source=source, key__in=block).delete()


def _say_again(prepared: Mapping[str, _Prepared], *, source: Source) -> None:
    """Keep rows that an earlier file brought, and that are just so in this one, under this one.

    Nobody sees a difference, so that it need not be at the one moment, and has no one wait.
    """
    for kind, rows in prepared.items():
        if _count(kind, source) < len(rows.left) + len(rows.stored) + len(rows.unchanged):
            slices.store(rows.unchanged, partial(_take_over, kind, source=source), source=source)


def _take_over(kind: str, rows: Sequence[AnyRow], *, source: Source) -> None:
    for block in _blocks(rows):
        there = MODELS[kind]._default_manager.filter(patient=source.patient_id, key__in=[row.id for row in block])
        # In no order: with one, SQLite reads all of the patient's rows for each block.
        keys = set(there.order_by().values_list("key", flat=True))
        there.update(source=source)
        # Its source was deleted meanwhile.
        _write(kind, [row for row in block if row.id not in keys], source=source)


def _count(kind: str, source: Source) -> int:
    return MODELS[kind]._base_manager.filter(source=source).count()


def _keys(kind: str, source: Source) -> Iterator[str]:
    return MODELS[kind]._base_manager.filter(source=source).order_by().values_list("key", flat=True).iterator()


def _kept_apart(kind: str, rows: Sequence[AnyRow], *, patient: Patient) -> list[AnyRow]:
    """The rows with ids under which they do not replace another system's resource of the same short id."""
    kept = [row for row in rows if is_globally_unique(row.id)]
    for block in _blocks([row for row in rows if not is_globally_unique(row.id)]):
        present = Rows(rows_of(kind, patient, key__in=[row.id for row in block]))
        kept += [present.put(row) for row in block]
    return kept


def _write(kind: str, rows: Iterable[AnyRow], *, source: Source, replace: bool = True) -> None:
    fields = fields_of(kind)
    columns = ("patient", "source", "key", "evidence", "instant", "precision", *fields)
    values = (
        (source.patient_id, source.pk, row.id, row.evidence, *_times(row), *[getattr(row, name) for name in fields])
        for row in rows
    )
    upsert(MODELS[kind], columns, values, unique=("patient", "key"), replace=replace)


def _retract(kind: str, imported: Import, *, patient: Patient) -> None:
    for block in _blocks([evidence for of, evidence in imported.retracted if of == kind]):
        MODELS[kind]._default_manager.filter(patient=patient, evidence__in=block).delete()


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


def _blocks(found: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(found), ROWS_PER_STATEMENT):
        yield found[start : start + ROWS_PER_STATEMENT]
