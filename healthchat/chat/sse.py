"""The WHATWG event stream: frames, cursors and the response that carries them.

Deliberate oddities: there is no `Connection` header (it is hop-by-hop, the server's business) and no sleep to "flush";
`Response.__aiter__` hands out the generator itself, because Django's own wrapper would leave it open for as long as a
cancelled `send()` waits for garbage collection.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator
from typing import NamedTuple
from uuid import UUID

from django.http import StreamingHttpResponse

HEARTBEAT = b":\n"

_LINE_END = re.compile(r"\r\n|\r|\n")
_FORBIDDEN = re.compile(r"[\r\n\0]")


class Cursor(NamedTuple):
    """Where in which run a feed stands: the `id:` of an event."""

    run: UUID
    seq: int

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        run, _, seq = text.partition(":")
        if not (seq.isascii() and seq.isdigit() and len(seq) <= 9):
            return None
        try:
            return cls(UUID(run), int(seq))
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.run}:{self.seq}"


def frame(data: str, *, event: str | None = None, id: str | None = None, retry: int | None = None) -> str:  # noqa: A002
    """One event, framed.

    Raises:
        ValueError: a line break or NUL in the event's name or id.
    """
    lines = []
    for field, value in (("event", event), ("id", id)):
        if value is None:
            continue
        if _FORBIDDEN.search(value):
            raise ValueError(f"a line break or NUL in the {field} field")
        lines.append(f"{field}: {value}\n")
    if retry is not None:
        lines.append(f"retry: {retry}\n")
    lines += [f"data: {line}\n" for line in _LINE_END.split(data)]
    return "".join(lines) + "\n"


def recorded_frame(cursor: str, name: str, data: str) -> bytes:
    """The frame of a recorded event, whose JSON is one line by construction."""
    return f"event: {name}\nid: {cursor}\ndata: {data}\n\n".encode()


class Response(StreamingHttpResponse):
    """A feed. Its generator must raise nothing: the server could not tell the client, nor any later one."""

    def __init__(self, frames: AsyncGenerator[bytes, None]) -> None:
        self.frames = frames
        super().__init__(
            frames,
            content_type="text/event-stream; charset=utf-8",
            headers={"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"},
        )

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self.frames
