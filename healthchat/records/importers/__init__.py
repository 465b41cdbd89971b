"""Reading files of health records: one seam for every format.

`read` gives what one file holds, `load` merges several into the view that agents have. Neither touches a database.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import BinaryIO

import msgspec

from agents.records import Patient, Records
from healthchat.records.importers.fhir.bundle import gather
from healthchat.records.importers.fhir.stream import entries
from healthchat.records.importers.imported import Import, NotUnderstood, Unmapped, kind_of
from healthchat.records.importers.rows import Rows

__all__ = ["Import", "NotUnderstood", "Unmapped", "kind_of", "load", "merged", "read", "read_file"]

MAX_FILE_NAME_LENGTH = 255


def read(path: Path | str) -> Import:
    """What the file at `path` holds; its format is told from its content.

    Raises:
        NotUnderstood: it cannot be imported; the text says why.
        OSError: it cannot be opened.
    """
    path = Path(path)
    with path.open("rb") as file:
        return read_file(file, name=path.name)


def read_file(file: BinaryIO, *, name: str) -> Import:
    """What an open file holds, from its first byte on. Memory is bounded by its rows, not by its size.

    Raises:
        NotUnderstood: it cannot be imported; the text says why.
    """
    hashed = _Hashed(file)
    shown = name.replace("\x00", "").encode("utf-8", "replace").decode()[-MAX_FILE_NAME_LENGTH:]
    found = gather(entries(hashed), file=shown)  # type: ignore[arg-type]
    return msgspec.structs.replace(found, sha256=hashed.sha256())


def load(*paths: Path | str) -> Records:
    """The records in these files, as agents see them.

    Raises:
        NotUnderstood: one of them cannot be imported, or they are about different people.
        OSError: one of them cannot be opened.
    """
    return merged(*(read(path) for path in paths))


def merged(*imports: Import) -> Records:
    """Several imports of one patient as one; a later file's version of a resource replaces an earlier one's.

    Raises:
        NotUnderstood: they are about different people.
    """
    patient = Patient()
    rows = Rows()
    for one in imports:
        patient = same_person(patient, one.patient)
        for row in one.rows:
            rows.put(row)
        rows.retract(one.retracted)
    return Records(patient, rows)


def same_person(one: Patient, other: Patient) -> Patient:
    """What both say of the patient.

    Raises:
        NotUnderstood: birth dates or sexes differ, as far as both are recorded.
    """
    if _differ(one, other):
        raise NotUnderstood(
            "These records are about another person: the date of birth or the sex is not the same. "
            "Nothing was imported."
        )
    return Patient(
        sex=one.sex if one.sex != "unknown" else other.sex,
        birth_date=max(filter(None, (one.birth_date, other.birth_date)), key=lambda date: len(date.text), default=None),
        deceased=one.deceased or other.deceased,
    )


def _differ(one: Patient, other: Patient) -> bool:
    if "unknown" not in (one.sex, other.sex) and one.sex != other.sex:
        return True
    if one.birth_date is None or other.birth_date is None:
        return False
    first, second = one.birth_date.shown(), other.birth_date.shown()
    shorter = min(len(first), len(second))
    return first[:shorter] != second[:shorter]


class _Hashed:
    """A file that is hashed as it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self._hash.update(block)
        return block

    def sha256(self) -> str:
        while self.read(1 << 16):
            pass
        return self._hash.hexdigest()
