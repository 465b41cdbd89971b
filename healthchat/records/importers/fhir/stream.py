"""The resources of a FHIR file, one at a time: a bundle of any kind, one resource, a JSON array, or NDJSON.

Only one resource is held in memory. Depth, size and broken JSON are refused before anything is built from them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from itertools import chain
from typing import Any, BinaryIO

import ijson  # type: ignore[import-untyped]
import msgspec
from django.utils.translation import gettext

from healthchat.records.importers.fhir import card
from healthchat.records.importers.imported import NotUnderstood

MAX_DEPTH = 100
"""Levels of JSON; a real resource has about 15."""

BLOCK_BYTES = 1 << 16

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_UTF8_BOM = b"\xef\xbb\xbf"

Json = Any
"""What JSON can hold; checked where it is used."""


class Entry(msgspec.Struct, frozen=True):
    resource: dict[str, Json]
    full_url: str = ""


def entries(file: BinaryIO) -> Iterator[Entry]:
    """Every resource in `file`, with the URL it has in its bundle; text is free of what no database stores.

    Raises:
        NotUnderstood: it is broken or truncated, is nested too deep, or holds no FHIR resource.
    """
    found = 0
    try:
        for value, in_bundle in _values(_WithoutBom(file)):
            cards = _entries_of_cards(value.get("verifiableCredential"))
            for entry in chain(_entries_of(value, in_bundle=in_bundle), cards):
                found += 1
                yield entry
    except (ijson.JSONError, UnicodeDecodeError):
        # The parser's own message quotes the record.
        raise NotUnderstood(
            gettext(
                "This file is damaged or incomplete: it is not valid JSON from beginning to end. "
                "Nothing was imported. Please download it again."
            )
        ) from None
    if not found:
        raise NotUnderstood(gettext("This is JSON, but there are no FHIR health records in it."))


class _WithoutBom:
    """A file without its byte order mark."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._begun = False

    def read(self, size: int = -1) -> bytes:
        # The JSON parser asks for nothing first, to learn whether the file is binary.
        if size == 0:
            return b""
        block = self._file.read(size)
        if not self._begun:
            self._begun = True
            return block.removeprefix(_UTF8_BOM)
        return block


def _values(file: _WithoutBom) -> Iterator[tuple[dict[str, Json], bool]]:
    """Each item of a top-level `entry` list or array (True), and each top-level object without those (False).

    One loop without calls of its own: it sees every value of a file that may have a hundred million.
    """
    stack: list[Any] = []
    keys: list[str] = []
    top: Any = None
    key = ""
    for event, value in ijson.basic_parse(file, multiple_values=True, use_float=True, buf_size=BLOCK_BYTES):
        if event == "map_key":
            key = value if value.isprintable() else cleaned(value)
        elif event == "start_map" or event == "start_array":
            if len(stack) >= MAX_DEPTH:
                raise NotUnderstood(gettext("This file is nested too deep to be a health record."))
            top = {} if event == "start_map" else []
            stack.append(top)
            keys.append(key)
        elif event == "end_map" or event == "end_array":
            done = stack.pop()
            key = keys.pop()
            top = stack[-1] if stack else None
            if _is_item(stack, keys):
                if type(done) is dict:
                    yield done, True
            elif type(top) is dict:
                top[key] = done
            elif top is not None:
                top.append(done)
            elif type(done) is dict:
                yield done, False
        else:
            if event == "string" and not value.isprintable():
                value = cleaned(value)
            if type(top) is dict:
                top[key] = value
            elif top is not None:
                top.append(value)


def _is_item(stack: list[Any], keys: list[str]) -> bool:
    depth = len(stack)
    if depth == 1:
        return type(stack[0]) is list
    return depth == 2 and keys[1] == "entry" and type(stack[1]) is list


def cleaned(text: str) -> str:
    """The text with what no database stores (NUL, lone surrogates) as U+FFFD."""
    return _UNSTORABLE.sub("�", text)


def _entries_of(value: dict[str, Json], *, in_bundle: bool) -> Iterator[Entry]:
    resource = value.get("resource") if in_bundle and isinstance(value.get("resource"), dict) else value
    full_url = value.get("fullUrl") if resource is not value else ""
    kind = resource.get("resourceType") if isinstance(resource, dict) else None
    if not isinstance(resource, dict) or not isinstance(kind, str):
        return
    if kind != "Bundle":
        yield Entry(resource, full_url if isinstance(full_url, str) else "")
        return
    inner = resource.get("entry")
    for item in inner if isinstance(inner, list) else ():
        if isinstance(item, dict):
            yield from _entries_of(item, in_bundle=True)


def _entries_of_cards(cards: Json) -> Iterator[Entry]:
    for payload in card.payloads(cards):
        for found, _ in _values(_WithoutBom(BytesIO(payload))):
            yield from _entries_of(card.bundle_of(found), in_bundle=False)
