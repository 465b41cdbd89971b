"""Reading files of health records: one seam for every format.

`read` gives what one file holds, `load` merges several into the view that agents have. Neither touches a database.
Each format turns its file into FHIR resources, one at a time; what a resource becomes is decided in one place.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import msgspec
from django.utils.translation import gettext

from agents.records import Patient, Records
from healthchat.records.importers import ccda, sheet
from healthchat.records.importers.apple import export as apple_health
from healthchat.records.importers.archive import Archive, Member
from healthchat.records.importers.fhir import stream as fhir
from healthchat.records.importers.fhir.bundle import MAX_ROWS, TooMany, gather
from healthchat.records.importers.fhir.stream import Entry
from healthchat.records.importers.formats import HEAD_BYTES, NAMES, Format, format_of
from healthchat.records.importers.imported import Import, NotUnderstood, Unmapped, kind_of
from healthchat.records.importers.rows import Rows
from healthchat.records.importers.sheet import Reading

__all__ = ["Import", "NotUnderstood", "Reading", "Unmapped", "kind_of", "load", "merged", "read", "read_file"]

MAX_FILE_NAME_LENGTH = 255
_TABLES = (".csv", ".tsv")


def read(path: Path | str, *, reading: Reading | None = None) -> Import:
    """What the file at `path` holds; its format is told from its content.

    Raises:
        NotUnderstood: it cannot be imported; the text says why. `sheet.Unclear`: a table about which must be asked.
        OSError: it cannot be opened.
    """
    path = Path(path)
    with path.open("rb") as file:
        return read_file(file, name=path.name, reading=reading)


def read_file(file: BinaryIO, *, name: str, reading: Reading | None = None) -> Import:
    """What an open file holds, from its first byte on. Memory is bounded by its rows, not by its size.

    `reading` says how a table is to be read, where the person has said so.

    Raises:
        NotUnderstood: it cannot be imported; the text says why. `sheet.Unclear`: a table about which must be asked.
    """
    shown = name.replace("\x00", "").encode("utf-8", "replace").decode()[-MAX_FILE_NAME_LENGTH:]
    head = _head(file)
    if format_of(head) == "zip":
        found = _unpacked(file, name=shown, reading=reading)
        file.seek(0)
        hashed = _Hashed(b"", file)
    else:
        hashed = _Hashed(head, file)
        found = _one(format_of(head), hashed, name=shown, reading=reading)
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
    patient, rows = _together(imports)
    return Records(patient, rows)


def same_person(one: Patient, other: Patient) -> Patient:
    """What both say of the patient.

    Raises:
        NotUnderstood: birth dates or sexes differ, as far as both are recorded.
    """
    if _differ(one, other):
        raise NotUnderstood(
            gettext(
                "These records are about another person: the date of birth or the sex is not the same. "
                "Nothing was imported."
            )
        )
    return Patient(
        sex=one.sex if one.sex != "unknown" else other.sex,
        birth_date=max(filter(None, (one.birth_date, other.birth_date)), key=lambda date: len(date.text), default=None),
        deceased=one.deceased or other.deceased,
    )


def _one(kind: Format, file: BinaryIO | _Hashed, *, name: str, reading: Reading | None) -> Import:
    entries: dict[Format, Callable[[BinaryIO], Iterable[Entry]]] = {
        "fhir": fhir.entries,
        "apple_health": apple_health.entries,
        "ccda": ccda.entries,
        "sheet": partial(sheet.entries, reading=reading),
    }
    return gather(entries[kind](file), file=name, kind=kind)  # type: ignore[arg-type]


def _unpacked(file: BinaryIO, *, name: str, reading: Reading | None) -> Import:
    """The files of an archive as one import.

    FHIR files are read as one, since they refer to each other; an Apple Health export brings resources of hospitals
    along, which are the same person's whatever ids they give.

    Raises:
        NotUnderstood: it holds nothing that is taken, or a file of it is damaged.
    """
    archive = Archive(file)
    known, left = _sorted(archive)
    apples = list(known["apple_health"])
    imports: list[Import] = []
    if known["fhir"]:
        own = [_resources(archive, member, anonymous=bool(apples)) for member in known["fhir"]]
        imports.append(gather(chain.from_iterable(own), file=name, kind="fhir"))
    if apples:
        # Its own C-CDA says the same once more.
        left.update({"C-CDA document (repeats the export)": len(known["ccda"])} if known["ccda"] else {})
        known["ccda"] = []
    for kind in ("apple_health", "ccda", "sheet"):
        for member in known[kind]:
            with archive.open(member) as inner, _naming(member):
                imports.append(_one(kind, inner, name=name, reading=reading))
    if not imports:
        if known["zip"]:
            raise NotUnderstood(gettext("There is an archive in this archive. Please unpack it, and import that one."))
        raise NotUnderstood(gettext("There are no health records that can be read in this archive."))
    return _combined(imports, name=name, left=left)


def _sorted(archive: Archive) -> tuple[dict[Format, list[Member]], Counter[str]]:
    """The members by format, and what is left out."""
    known: dict[Format, list[Member]] = {kind: [] for kind in NAMES}
    left: Counter[str] = Counter({"File (its name leads out of the archive)": len(archive.left_out)})
    unknown: list[Member] = []
    for member in archive.members:
        with archive.open(member) as inner:
            head = inner.read(HEAD_BYTES)
        try:
            known[format_of(head)].append(member)
        except NotUnderstood:
            unknown.append(member)
    # What lies in a folder of an Apple Health export is its own: electrocardiograms, which are called tables.
    folders = [member.name.rpartition("/")[0] for member in known["apple_health"]]
    tables = [
        member
        for member in known["sheet"]
        if not any(_is_below(member, folder) for folder in folders) and _is_table(archive, member)
    ]
    unknown += [member for member in known["sheet"] if member not in tables]
    unknown += known["zip"]
    known["sheet"] = tables
    for member in unknown:
        left[f"{_ending(member.name)} file"] += 1
    return known, +left


def _is_below(member: Member, folder: str) -> bool:
    """Whether it lies in a folder of this one; "" is the archive itself."""
    start = f"{folder}/" if folder else ""
    return member.name.startswith(start) and "/" in member.name.removeprefix(start)


def _is_table(archive: Archive, member: Member) -> bool:
    """Whether it is called one, or can be read as one without doubt: texts that explain an export look like tables."""
    if member.name.lower().endswith(_TABLES):
        return True
    with archive.open(member) as inner:
        try:
            return sheet.preview(inner).certain
        except NotUnderstood:
            return False


def _ending(name: str) -> str:
    _, dot, ending = name.rsplit("/", 1)[-1].rpartition(".")
    return ending.upper() if dot and ending.isalnum() and len(ending) <= 8 else "Other"


def _resources(archive: Archive, member: Member, *, anonymous: bool) -> Iterator[Entry]:
    with archive.open(member) as inner, _naming(member):
        for entry in fhir.entries(inner):
            if not anonymous:
                yield entry
            elif entry.resource.get("resourceType") != "Patient":
                kept = {key: value for key, value in entry.resource.items() if key not in ("subject", "patient")}
                yield Entry(kept, entry.full_url)


class _naming:  # noqa: N801 - reads as a word of the with statement
    """Says which file of the archive a refusal is about."""

    def __init__(self, member: Member) -> None:
        self._name = member.name.rsplit("/", 1)[-1][:80]

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if type(error) is NotUnderstood and not str(error).startswith("“"):
            raise NotUnderstood(
                gettext("“%(name)s” in this archive: %(why)s") % {"name": self._name, "why": error}
            ) from None


def _combined(imports: list[Import], *, name: str, left: Counter[str]) -> Import:
    patient, rows = _together(imports)
    if len(rows) > MAX_ROWS:
        raise TooMany()
    kinds = {one.kind for one in imports}
    skipped = sum((Counter(one.skipped) for one in imports), left)
    return Import(
        file=name,
        kind="apple_health" if "apple_health" in kinds else kinds.pop() if len(kinds) == 1 else "zip",
        sha256="",
        patient=patient,
        name=next((one.name for one in imports if one.name), ""),
        rows=tuple(rows),
        unmapped=tuple(chain.from_iterable(one.unmapped for one in imports)),
        skipped=dict(sorted(skipped.items())),
        retracted=tuple(dict.fromkeys(chain.from_iterable(one.retracted for one in imports))),
    )


def _together(imports: Iterable[Import]) -> tuple[Patient, Rows]:
    patient = Patient()
    rows = Rows()
    for one in imports:
        patient = same_person(patient, one.patient)
        for row in one.rows:
            rows.put(row)
        rows.retract(one.retracted)
    return patient, rows


def _differ(one: Patient, other: Patient) -> bool:
    if "unknown" not in (one.sex, other.sex) and one.sex != other.sex:
        return True
    if one.birth_date is None or other.birth_date is None:
        return False
    first, second = one.birth_date.shown(), other.birth_date.shown()
    shorter = min(len(first), len(second))
    return first[:shorter] != second[:shorter]


def _head(file: BinaryIO) -> bytes:
    head = file.read(HEAD_BYTES)
    # A file may begin with nothing but blanks for a while.
    while head and not head.removeprefix(b"\xef\xbb\xbf").strip() and (more := file.read(HEAD_BYTES)):
        head = more
    return head


class _Hashed:
    """A file whose first bytes were already read, hashed as it is read."""

    def __init__(self, head: bytes, file: BinaryIO) -> None:
        self._head = head
        self._file = file
        self._hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        if self._head and size != 0:
            cut = len(self._head) if size < 0 else size
            block, self._head = self._head[:cut], self._head[cut:]
            if size < 0 or len(block) < size:
                block += self._file.read(size - len(block) if size >= 0 else -1)
        else:
            block = self._file.read(size)
        self._hash.update(block)
        return block

    def sha256(self) -> str:
        while self.read(1 << 16):
            pass
        return self._hash.hexdigest()
