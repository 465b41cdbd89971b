"""The cells of a table that is text: encoding, delimiter and where its heading is."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from typing import BinaryIO

import msgspec
from django.utils.translation import gettext

from healthchat.records.importers.fhir.stream import cleaned
from healthchat.records.importers.imported import NotUnderstood

MAX_BYTES = 24 << 20
MAX_LINES = 120_000
MAX_COLUMNS = 600
MAX_CELL_LENGTH = 4_000
HEADING_WITHIN = 30
"""Lines in front of the heading: the name of the laboratory, an address."""

_DELIMITERS = ",;\t|"
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Table(msgspec.Struct, frozen=True):
    lines: tuple[tuple[str, ...], ...]
    """Every line with something in it, all of one width."""
    delimiter: str

    @property
    def width(self) -> int:
        return len(self.lines[0])


def table(file: BinaryIO) -> Table:
    """Read a table.

    Raises:
        NotUnderstood: it is too large, or no table.
    """
    content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise NotUnderstood(
            gettext("This table is larger than %(most)s MB. Please import it in parts.") % {"most": MAX_BYTES >> 20}
        )
    text = cleaned(_decoded(content))
    delimiter = _delimiter(text)
    lines = _lines(text, delimiter)
    width = max((len(line) for line in lines), default=0)
    if len(lines) < 2 or width < 2:
        raise NotUnderstood(gettext("This table is empty: it needs a heading, and at least one line of results."))
    return Table(tuple((*line, *[""] * (width - len(line))) for line in lines), delimiter)


def _decoded(content: bytes) -> str:
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return content[len(bom) :].decode(encoding, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _western(content)


def _western(content: bytes) -> str:
    """What spreadsheets of western Europe and the Americas write where they do not write UTF-8."""
    text = content.decode("cp1252", "replace")
    letters = [letter for letter in text[:20_000] if letter.isalpha()]
    # Another alphabet's letters have the places of the accented ones, which no western language mostly uses.
    if sum(letter > "\x7f" for letter in letters) * 2 > len(letters):
        raise NotUnderstood(
            gettext("The letters of this table could not be read. Please save it as “CSV UTF-8” and import it again.")
        )
    return text


def _delimiter(text: str) -> str:
    """The one that most lines have, and most of them equally often."""
    sample = [line for line in text[:100_000].splitlines() if line.strip()][:100]
    return max(_DELIMITERS, key=lambda candidate: _regularity(sample, candidate))


def _regularity(sample: list[str], delimiter: str) -> tuple[int, int]:
    counts = Counter(len(next(csv.reader([line], delimiter=delimiter), [])) for line in sample if len(line) < 100_000)
    counts.pop(1, None)
    if not counts:
        return 0, 0
    width, lines = max(counts.items(), key=lambda item: (item[1], item[0]))
    return lines, width


def _lines(text: str, delimiter: str) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    try:
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if len(line) > MAX_COLUMNS:
                raise NotUnderstood(gettext("This table has more than %(most)s columns.") % {"most": MAX_COLUMNS})
            cells = tuple(_CONTROL.sub(" ", cell).strip()[:MAX_CELL_LENGTH] for cell in line)
            if any(cells):
                found.append(cells)
            if len(found) > MAX_LINES:
                raise NotUnderstood(
                    gettext("This table has more than %(most)s lines. Please import it in parts.")
                    % {"most": f"{MAX_LINES:,}"}
                )
    except csv.Error:
        raise NotUnderstood(gettext("This table is damaged: a quotation mark in it is never closed.")) from None
    return found
