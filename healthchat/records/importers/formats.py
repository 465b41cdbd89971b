"""What a file is, told from its first bytes alone; its name says nothing."""

from __future__ import annotations

import re
from typing import Literal

from django.utils.translation import gettext, gettext_noop

from healthchat.records.importers.imported import NotUnderstood
from healthchat.records.importers.xml import root_of

Format = Literal["fhir", "apple_health", "ccda", "sheet", "zip"]

HEAD_BYTES = 1 << 18
"""How much of a file its format is told from: a DTD or a long comment may come first."""

NAMES: dict[Format, str] = {
    "fhir": "FHIR",
    "apple_health": "Apple Health",
    "ccda": "C-CDA",
    "sheet": "table",
    "zip": "archive",
}

_UTF8_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_TAKEN = gettext_noop(
    "Taken are FHIR (JSON), Apple Health exports, C-CDA documents, tables (CSV), and zip files of these."
)
_SEPARATED = re.compile(r"[,;\t|]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def format_of(head: bytes) -> Format:
    """The format of a file that begins with `head` (its first `HEAD_BYTES`, or all of it).

    Raises:
        NotUnderstood: it is none that is taken; the text says what it is, where that can be told.
    """
    start = head.removeprefix(_UTF8_BOM).lstrip()[:400]
    if not start:
        raise NotUnderstood(gettext("This file is empty."))
    if start.startswith((b"{", b"[")):
        return "fhir"
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if start.startswith((b"<", *(bom + tag for bom in _UTF16_BOMS for tag in (b"<\x00", b"\x00<")))):
        return _xml(head)
    if start.startswith(_UTF16_BOMS):
        return _utf16(head)
    _refuse_known(start)
    text = head[:4000].decode("utf-8", "replace")
    lines = [line for line in text.lstrip("\ufeff").splitlines()[:40] if line.strip()]
    if any(_SEPARATED.search(line) for line in lines) and not _CONTROL.search(text):
        return "sheet"
    raise NotUnderstood(gettext("This file was not recognised.") + " " + gettext(_TAKEN))


def _xml(head: bytes) -> Format:
    start = head.lstrip()[:200].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        raise NotUnderstood(
            gettext("This is a web page, not a file of health records. The download may have needed a sign-in.")
        )
    match root_of(head):
        case "HealthData":
            return "apple_health"
        case "ClinicalDocument":
            return "ccda"
        case "Bundle" | "Patient" | "Observation":
            raise NotUnderstood(gettext("This is FHIR written as XML. Please export it as JSON and import that."))
        case "html":
            raise NotUnderstood(gettext("This is a web page, not a file of health records."))
        case _:
            raise NotUnderstood(
                gettext("This is an XML file, but neither an Apple Health export nor a C-CDA document.")
            )


def _utf16(head: bytes) -> Format:
    text = head[: 1 << 12].decode("utf-16", "replace").lstrip()
    if text.startswith(("{", "[")):
        raise NotUnderstood(gettext("This file is UTF-16 text. Please save it as UTF-8 and import it again."))
    return "sheet"


def _refuse_known(start: bytes) -> None:
    lower = start[:16].lower()
    if lower.startswith((b"\x1f\x8b", b"7z\xbc\xaf", b"rar!", b"bzh", b"\xfd7zxz")):
        raise NotUnderstood(
            gettext("This is a compressed file of a kind that is not taken. Please unpack it, or use a zip file.")
        )
    if lower.startswith(b"%pdf"):
        raise NotUnderstood(
            gettext("This is a PDF. Its numbers cannot be read reliably; please ask for your records in another form.")
            + " "
            + gettext(_TAKEN)
        )
    if lower.startswith((b"\xff\xd8\xff", b"\x89png", b"gif8", b"ii*\x00", b"mm\x00*")) or lower[4:8] == b"ftyp":
        raise NotUnderstood(
            gettext("This is a picture. Numbers in a picture are not read; please enter them by hand.")
            + " "
            + gettext(_TAKEN)
        )
    if lower.startswith((b"msh|", b"fhs|", b"bhs|")):
        raise NotUnderstood(
            gettext(
                "This is a message between laboratory systems (HL7 v2). Please ask for your records in another form."
            )
            + " "
            + gettext(_TAKEN)
        )
    if lower.startswith((b"\xd0\xcf\x11\xe0", b"{\\rtf")):
        raise NotUnderstood(gettext("This is an office document. Please save a table in it as CSV and import that."))
