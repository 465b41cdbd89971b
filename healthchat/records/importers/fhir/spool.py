"""Resources that wait for others of their file, kept on disk where they are many."""

from __future__ import annotations

import json
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from types import TracebackType

from healthchat.records.importers.fhir.stream import Entry

IN_MEMORY_BYTES = 2 << 20


class Spool:
    """Entries in the order they were put in, each with the id of what it is contained in. Deleted when left."""

    def __init__(self) -> None:
        # Only its owner may read it, and it has no name that another program could open.
        self._file = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES, mode="w+", encoding="ascii", newline="\n")  # noqa: SIM115

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def put(self, entry: Entry, *, within: str) -> None:
        self._file.write(json.dumps((entry.resource, entry.full_url, within), separators=(",", ":")))
        self._file.write("\n")

    def __iter__(self) -> Iterator[tuple[Entry, str]]:
        self._file.seek(0)
        for line in self._file:
            resource, full_url, within = json.loads(line)
            yield Entry(resource, full_url), within
