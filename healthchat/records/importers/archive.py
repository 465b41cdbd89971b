"""Zip files: opened without being unpacked, and only as far as they hold what they may.

Nothing is written anywhere, so a name in it can lead nowhere; one that tries to is left out all the same.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import msgspec
from django.utils.translation import gettext, gettext_noop

from healthchat.records.importers.imported import NotUnderstood

MAX_FILES = 20_000
MAX_DIRECTORY_BYTES = 8 << 20
"""The list of names, which is read at once."""
MAX_RATIO = 250
"""How much larger a file may become; exports of text reach 60."""
FREE_BYTES = 64 << 20
"""What a file may become at least, however small it was."""
MAX_FILE_BYTES = 32 << 30

_END = struct.Struct("<4s4H2IH")
_END_64_LOCATOR = struct.Struct("<4sIQI")
_END_64 = struct.Struct("<4sQ2H2I4Q")
_LONGEST_COMMENT = 65_535

DAMAGED = gettext_noop("This archive is damaged or incomplete. Nothing was imported. Please download it again.")
TOO_LARGE = gettext_noop("This archive unpacks to far more than health records would. Nothing was imported.")


class Member(msgspec.Struct, frozen=True):
    """One file of an archive."""

    name: str
    info: zipfile.ZipInfo


class Archive:
    """The files of a zip that may be read.

    Raises:
        NotUnderstood: it is damaged, encrypted, or made to fill memory or time.
    """

    def __init__(self, file: BinaryIO) -> None:
        _check_directory(file)
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, OSError, EOFError, struct.error, NotImplementedError):
            raise NotUnderstood(gettext(DAMAGED)) from None
        self.left_out: list[str] = []
        """Names that lead out of the archive."""
        self.members = list(self._members())

    @contextmanager
    def open(self, member: Member) -> Iterator[BinaryIO]:
        """The file's content, from its first byte on; reading it may raise `NotUnderstood` too."""
        try:
            with self._zip.open(member.info) as file:
                yield _Guarded(file, member.info)  # type: ignore[misc, arg-type]
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            RuntimeError,
            OSError,
            ValueError,
        ) as error:
            if isinstance(error, NotUnderstood):
                raise
            raise NotUnderstood(gettext(DAMAGED)) from None

    def _members(self) -> Iterator[Member]:
        for info in self._zip.infolist():
            if info.filename.endswith("/") or not info.file_size:
                continue
            if info.flag_bits & 0x1:
                raise NotUnderstood(
                    gettext("This archive is locked with a password. Please unpack it and import what is inside.")
                )
            if info.file_size > MAX_FILE_BYTES or _swells(info.file_size, info.compress_size):
                raise NotUnderstood(gettext(TOO_LARGE))
            parts = info.filename.replace("\\", "/").split("/")
            if ".." in parts or parts[0] == "" or parts[0].endswith(":"):
                self.left_out.append(info.filename)
                continue
            # What macOS adds for itself.
            if parts[0] == "__MACOSX" or parts[-1].startswith("._") or parts[-1] == ".DS_Store":
                continue
            yield Member(info.filename, info)


class _Guarded:
    """A file of an archive that is stopped when it becomes more than it said."""

    def __init__(self, file: BinaryIO, info: zipfile.ZipInfo) -> None:
        self._file = file
        self._packed = info.compress_size
        self._read = 0

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self._read += len(block)
        if _swells(self._read, self._packed):
            raise NotUnderstood(gettext(TOO_LARGE))
        return block


def _swells(unpacked: int, packed: int) -> bool:
    return unpacked > FREE_BYTES and unpacked > packed * MAX_RATIO


def _check_directory(file: BinaryIO) -> None:
    """Refuse a list of names that would fill memory, before it is read (APPNOTE 6.3.10, 4.3.14 and 4.3.16)."""
    try:
        length = file.seek(0, 2)
        file.seek(max(0, length - _END.size - _LONGEST_COMMENT))
        tail = file.read(_END.size + _LONGEST_COMMENT)
        place = tail.rfind(b"PK\x05\x06")
        if place < 0:
            raise NotUnderstood(gettext(DAMAGED))
        _, _, _, _, count, size, _, _ = _END.unpack_from(tail, place)
        if place >= _END_64_LOCATOR.size and tail[place - _END_64_LOCATOR.size :].startswith(b"PK\x06\x07"):
            _, _, where, _ = _END_64_LOCATOR.unpack_from(tail, place - _END_64_LOCATOR.size)
            file.seek(min(where, length))
            found = _END_64.unpack(file.read(_END_64.size))
            count, size = (
                max(count if count != 0xFFFF else 0, found[7]),
                max(size if size != 0xFFFFFFFF else 0, found[8]),
            )
    except struct.error:
        raise NotUnderstood(gettext(DAMAGED)) from None
    if count > MAX_FILES or size > MAX_DIRECTORY_BYTES:
        raise NotUnderstood(
            gettext("This archive holds more than %(most)s files. Please import it in parts.")
            % {"most": f"{MAX_FILES:,}"}
        )
    file.seek(0)
