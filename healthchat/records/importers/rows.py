"""Rows kept apart by their ids, across resources and files.

A row replaces the one with its id: the resource was corrected. But short ids ("1") are only unique in the system that
gave them, so a row that is plainly about something else keeps its place beside the other under an id of its own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from itertools import chain

import msgspec

from agents.records import (
    AnyRow,
    Condition,
    Document,
    Encounter,
    Immunization,
    Medication,
    Observation,
    Procedure,
    RecordDate,
)
from healthchat.records.importers.imported import kind_of

_GLOBALLY_UNIQUE = re.compile(r"(hash-|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})", re.IGNORECASE)


class Rows:
    """Rows by kind, and of each kind in the order in which their ids came."""

    def __init__(self, known: Iterable[AnyRow] = ()) -> None:
        self._by_id: dict[type[AnyRow], dict[str, AnyRow]] = {}
        for row in known:
            self.replace(row)

    def __iter__(self) -> Iterator[AnyRow]:
        return chain.from_iterable(rows.values() for rows in self._by_id.values())

    def __len__(self) -> int:
        return sum(map(len, self._by_id.values()))

    def put(self, row: AnyRow) -> AnyRow:
        """Add or replace; the row as it is kept."""
        present = self._by_id.get(type(row), {}).get(row.id)
        if present is not None and are_apart(present, row):
            row = msgspec.structs.replace(row, id=f"{row.id}~{_digest(row)}")
        self.replace(row)
        return row

    def retract(self, taken_back: Iterable[tuple[str, str]]) -> None:
        """Remove the rows of resources (kind, evidence) that were entered in error."""
        gone = set(taken_back)
        if gone:
            kept = [row for row in self if (kind_of(row), row.evidence) not in gone]
            self._by_id.clear()
            for row in kept:
                self.replace(row)

    def replace(self, row: AnyRow) -> None:
        self._by_id.setdefault(type(row), {})[row.id] = row


def are_apart(one: AnyRow, other: AnyRow) -> bool:
    """Whether two rows with the same id are about different things."""
    if is_globally_unique(one.id):
        return False
    if _subject(one) != _subject(other):
        return True
    first, second = leading_date(one), leading_date(other)
    return first is not None and second is not None and first.day != second.day


def is_globally_unique(row_id: str) -> bool:
    """Whether no other resource in the world has it: a UUID, or a hash of the content."""
    return bool(_GLOBALLY_UNIQUE.match(row_id))


def leading_date(row: AnyRow) -> RecordDate | None:
    """The date that a row is sorted by."""
    match row:
        case Observation():
            return row.effective
        case Medication() | Encounter():
            return row.start
        case Condition():
            return row.onset
        case Immunization():
            return row.given
        case Procedure():
            return row.performed
        case Document():
            return row.dated
        case _:
            return row.recorded


def _subject(row: AnyRow) -> str:
    return getattr(row, "code", None) or row.name


def _digest(row: AnyRow) -> str:
    when = leading_date(row)
    written = f"{_subject(row)}|{when.shown() if when else ''}"
    return hashlib.sha256(written.encode()).hexdigest()[:12]
