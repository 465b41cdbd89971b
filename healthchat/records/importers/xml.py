"""XML read as a stream, safely: no DTD, no entity of the file's own, no depth without end.

What stands between the XML declaration and the document's root is left out before anything is parsed, so that there is
no DTD: neither a broken one (iOS 16 wrote some) nor one with entities that multiply or point elsewhere. Characters that
XML does not allow are left out too: real exports have them.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO
from xml.parsers import expat

from django.utils.translation import gettext, gettext_noop

from healthchat.records.importers.imported import NotUnderstood

BLOCK_BYTES = 1 << 18
HEAD_BYTES = 1 << 20
"""Within how much of the file its root must begin; a DTD with many comments has been seen to take 20 kB."""
MAX_DEPTH = 150

_ROOT = re.compile(rb"<(?:[A-Za-z][\w.-]{0,30}:)?([A-Za-z][\w.-]{0,60})(?=[\s/>])")
_DECLARED = re.compile(rb"\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_NOT_ALLOWED = bytes(code for code in range(32) if code not in (0x09, 0x0A, 0x0D))
_REFERENCE_NOT_ALLOWED = re.compile(rb"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01])|[xX]0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]));")
_UNFINISHED = re.compile(rb"&[^;<]{0,12}\Z")
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

DAMAGED = gettext_noop(
    "This file is damaged or incomplete: it is not valid XML from beginning to end. "
    "Nothing was imported. Please export or download it again."
)

Attributes = dict[str, str]


def root_of(head: bytes) -> str:
    """The name of the root element, without its prefix, of a file that begins with `head`; "" where there is none."""
    match = _root_in(_as_utf8(head))
    return match[1].decode() if match else ""


def parsing(
    file: BinaryIO,
    *,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> Iterator[None]:
    """Call back for each element from the root on, and yield after each block of the file.

    Names come as they are written, with any prefix.

    Raises:
        NotUnderstood: it is broken, nested too deep, or uses an entity of its own.
    """
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = text is not None
    depth = _Depth(start, end)
    parser.StartElementHandler = depth.start
    parser.EndElementHandler = depth.end
    parser.CharacterDataHandler = text
    try:
        for block in _blocks(file):
            parser.Parse(block, False)
            yield
        parser.Parse(b"", True)
    except expat.ExpatError:
        # The parser's own message tells a place in the person's file, and nothing that would help.
        raise NotUnderstood(gettext(DAMAGED)) from None


class _Depth:
    def __init__(self, start: Callable[[str, Attributes], None], end: Callable[[str], None] | None) -> None:
        self._start = start
        self._end = end
        self._depth = 0

    def start(self, name: str, attributes: Attributes) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise NotUnderstood(gettext("This file is nested too deep to be a health record."))
        self._start(name, attributes)

    def end(self, name: str) -> None:
        self._depth -= 1
        if self._end is not None:
            self._end(name)


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    """The document from its root on, as UTF-8, in blocks that cut no character reference in two."""
    blocks = _decoded(file)
    head = b""
    for block in blocks:
        head += block
        match = _root_in(head)
        if match or len(head) > HEAD_BYTES:
            break
    else:
        match = _root_in(head)
    if match is None:
        raise NotUnderstood(gettext(DAMAGED))
    rest = head[match.start() :]
    for block in blocks:
        whole, rest = _allowed(rest + block)
        yield whole
    yield _REFERENCE_NOT_ALLOWED.sub(b"", rest)


def _allowed(block: bytes) -> tuple[bytes, bytes]:
    cut = _UNFINISHED.search(block, max(0, len(block) - 16))
    whole, rest = (block[: cut.start()], block[cut.start() :]) if cut else (block, b"")
    return (_REFERENCE_NOT_ALLOWED.sub(b"", whole) if b"&#" in whole else whole), rest


def _decoded(file: BinaryIO) -> Iterator[bytes]:
    first = file.read(BLOCK_BYTES)
    encoding, bom = _encoding(first)
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    block = first[bom:]
    while block:
        yield decoder.decode(block).encode("utf-8", "replace").translate(None, _NOT_ALLOWED)
        block = file.read(BLOCK_BYTES)
    yield decoder.decode(b"", final=True).encode("utf-8", "replace").translate(None, _NOT_ALLOWED)


def _encoding(head: bytes) -> tuple[str, int]:
    """How the file is encoded, and the length of its byte order mark."""
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name, len(bom)
    if head.startswith(b"<\x00"):
        return "utf-16-le", 0
    if head.startswith(b"\x00<"):
        return "utf-16-be", 0
    declared = _DECLARED.match(head)
    try:
        found = codecs.lookup(declared[1].decode()) if declared else None
    except LookupError:
        found = None
    # Python also has "encodings" that are no text (zip, rot13), and one that calls itself UTF-16 is not: it was read.
    readable = (
        found is not None and found._is_text_encoding and not found.name.startswith(("utf-16", "utf-32", "utf-7"))
    )
    return (found.name if found is not None and readable else "utf-8"), 0


def _as_utf8(head: bytes) -> bytes:
    encoding, bom = _encoding(head)
    return head[bom:].decode(encoding, "replace").encode("utf-8", "replace").translate(None, _NOT_ALLOWED)


def _root_in(head: bytes) -> re.Match[bytes] | None:
    """Where the root element begins: the first tag that is in no comment, instruction or DTD."""
    place = 0
    while (place := head.find(b"<", place)) >= 0:
        if head.startswith(b"<!--", place):
            place = _after(head, b"-->", place)
        elif head.startswith(b"<?", place):
            place = _after(head, b"?>", place)
        elif head.startswith(b"<!", place):
            place += 2
        else:
            return _ROOT.match(head, place)
    return None


def _after(head: bytes, ending: bytes, place: int) -> int:
    found = head.find(ending, place)
    return len(head) if found < 0 else found + len(ending)
