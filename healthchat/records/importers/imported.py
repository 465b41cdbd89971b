"""What an importer brings out of a file."""

from __future__ import annotations

from collections import Counter

import msgspec

from agents.records import AnyRow, Patient


class NotUnderstood(ValueError):
    """The file cannot be imported; the text says why, in words for the person who chose it."""


class Unmapped(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was taken as it stands, without being understood."""

    kind: str
    """The row kind: `observation`, `medication`, …"""
    code: str
    text: str
    reason: str
    count: int = 1


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """One file, read. Rows are by kind, and within it in the order of the file; each `id` once per kind."""

    file: str
    kind: str
    """The format: `fhir`, `apple_health`, `ccda`, `sheet`, or `zip` for several of them."""
    sha256: str
    patient: Patient
    name: str
    """The patient's name as recorded; empty where the file has none."""
    rows: tuple[AnyRow, ...]
    unmapped: tuple[Unmapped, ...] = ()
    skipped: dict[str, int] = {}
    """Resources that are not taken, by type."""
    retracted: tuple[tuple[str, str], ...] = ()
    """(kind, evidence) of what the source says was entered in error: not a row, and no longer one if it was."""

    @property
    def counts(self) -> dict[str, int]:
        """Rows per kind (`{"observation": 82, …}`)."""
        return dict(sorted(Counter(kind_of(row) for row in self.rows).items()))


def kind_of(row: AnyRow) -> str:
    return type(row).__name__.lower()
