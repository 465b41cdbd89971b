"""A model's provider on loopback: it speaks real bytes over real sockets, and goes wrong where it is told to."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from typing import Any, NamedTuple

from tests.llm.minds import Mind, sensible
from tests.llm.wire import FORMATS, OUTPUT_TOOL, Asked, Call, Format, Said

DRIP_SECONDS = 0.05
HUGE_PIECES = 400
HUGE_PIECE = "and so on and on " * 10
OVERFLOW = "context_length_exceeded"
STATUSES = {"429": 429, "500": 500, "502": 502, "context_overflow": 400}
WORDS: dict[str, Callable[[Sequence[Said]], list[Said]]] = {
    "bad_arguments": lambda said: [
        p._replace(arguments='{"concept": {"not": 1}}') if _looks_up(p) else p for p in said
    ],
    "malformed_arguments": lambda said: [p._replace(arguments='{"concept": ') if _looks_up(p) else p for p in said],
    "unknown_tool": lambda said: [p._replace(tool="open_the_safe") if _looks_up(p) else p for p in said],
    "refusal": lambda said: ["I cannot help with that."],
    "empty": lambda said: [],
    "huge": lambda said: [HUGE_PIECE] * HUGE_PIECES,
    "drip": lambda said: ["on "] * HUGE_PIECES,
}
"""Faults in what is said."""
STOPS = {"refusal": "refusing", "cut_off": "too_long"}
"""Faults in why it says no more."""
BYTES: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "malformed_json": lambda frames: [*_half(frames), _torn(_rest(frames)[0], b""), *_rest(frames)[1:]],
    "invalid_utf8": lambda frames: [*_half(frames), _torn(_rest(frames)[0], b'\xff\xfe\xc3"}'), *_rest(frames)[1:]],
    "duplicate": lambda frames: [*_half(frames), *_half(frames)[-1:], *_rest(frames)],
    "out_of_order": lambda frames: [*_half(frames), *reversed(_rest(frames)[:2]), *_rest(frames)[2:]],
    "broken_body": lambda frames: [b'{"id": "x", "choi'],
    "invalid_utf8_body": lambda frames: [b'{"id": "\xff\xfe\xc3"}'],
}
"""Faults in the bytes that say it."""


class Fault(NamedTuple):
    """What goes wrong, for whom (`answer`, a specialist, or everybody) and how often."""

    kind: str
    whom: str = ""
    times: int = 1_000


class Provider:
    """One scripted provider; `asked` holds every request that it got, `faulted` how many of them went wrong."""

    def __init__(self, speaks: str, *, mind: Mind = sensible, faults: Sequence[Fault] = ()) -> None:
        self.speaks = speaks
        self.format: Format = FORMATS[speaks]
        self.mind = mind
        self.faults: list[Fault] = []
        self.asked: list[Asked] = []
        self.faulted = 0
        self.most_at_once = 0
        self._at_once = 0
        self._left: dict[Fault, int] = {}
        self._ends = asyncio.Event()
        self._connections: set[asyncio.Task[None]] = set()
        self.url = ""
        for fault in faults:
            self.break_with(fault)

    def break_with(self, fault: Fault) -> None:
        """Go wrong in this way too from now on."""
        self.faults.append(fault)
        self._left[fault] = self._left.get(fault, 0) + fault.times

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Provider]:
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            self._ends.set()
            server.close()
            for connection in list(self._connections):
                connection.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)
            with suppress(TimeoutError):
                await asyncio.wait_for(server.wait_closed(), 5)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                while await self._answered(reader, writer):
                    pass
        finally:
            self._connections.discard(task)
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _answered(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; say whether the connection is to be kept."""
        request = await _request(reader)
        if request is None:
            return False
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            # Everyone who asks at the same time is here before anyone is answered.
            await asyncio.sleep(0.02)
            return await self._answer(self.format.asked(*request), writer)
        finally:
            self._at_once -= 1

    async def _answer(self, asked: Asked, writer: asyncio.StreamWriter) -> bool:
        self.asked.append(asked)
        kind = self._fault_for(asked)
        if kind in STATUSES:
            code = OVERFLOW if kind == "context_overflow" else "scripted"
            return await _whole(writer, _json(self.format.error(STATUSES[kind], code)), status=STATUSES[kind])
        said = WORDS.get(kind, list)(list(self.mind(asked)))
        stop = getattr(self.format, STOPS[kind]) if kind in STOPS else None
        frames = (
            list(self.format.frames(said, stop=stop)) if asked.streamed else [_json(self.format.whole(said, stop=stop))]
        )
        if kind in BYTES:
            frames = BYTES[kind](frames)
        if kind in ("stall", "cut"):
            return await self._broken_off(frames, kind, writer, streamed=asked.streamed)
        if not asked.streamed:
            return await _whole(writer, b"".join(frames))
        return await _streamed(writer, frames, pause=DRIP_SECONDS if kind == "drip" else 0)

    async def _broken_off(
        self, frames: list[bytes], kind: str, writer: asyncio.StreamWriter, *, streamed: bool
    ) -> bool:
        """Send a half, then nothing: for ever, or with the connection cut."""
        sent = b"".join(_chunk(frame) for frame in _half(frames)) if streamed else frames[0][: len(frames[0]) // 2]
        head = _STREAM_HEAD if streamed else _head(200, len(frames[0]))
        writer.write(head + sent)
        await writer.drain()
        if kind == "stall":
            await self._ends.wait()
        writer.transport.abort()
        return False

    def _fault_for(self, asked: Asked) -> str:
        for fault in self.faults:
            if self._left[fault] and _is_for(asked, fault.whom):
                self._left[fault] -= 1
                self.faulted += 1
                return fault.kind
        return ""


@contextmanager
def deaf() -> Iterator[str]:
    """The address of somebody who lets nobody in."""
    with ExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        # A full backlog: the kernel drops what further clients send, and they wait.
        listening.listen(0)
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listening.getsockname())
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


_STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"
)


def _looks_up(piece: Said) -> bool:
    return isinstance(piece, Call) and piece.tool != OUTPUT_TOOL


def _half(frames: list[bytes]) -> list[bytes]:
    return frames[: len(frames) // 2]


def _rest(frames: list[bytes]) -> list[bytes]:
    return frames[len(frames) // 2 :]


def _torn(frame: bytes, end: bytes) -> bytes:
    """A frame whose JSON breaks off, with something else in place of its end."""
    return frame[: len(frame) * 2 // 3] + end + b"\n\n"


def _is_for(asked: Asked, whom: str) -> bool:
    if whom == "answer":
        return not asked.of_specialist
    return not whom or (asked.of_specialist and f'"specialist":"{whom}"' in asked.prompt)


async def _request(reader: asyncio.StreamReader) -> tuple[dict[str, Any], str] | None:
    """A request's body and path; None where no more comes."""
    length = 0
    path = (await reader.readline()).split(b" ")[1:2]
    while line := (await reader.readline()).strip():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return (json.loads(await reader.readexactly(length)), path[0].decode()) if length else None


async def _whole(writer: asyncio.StreamWriter, body: bytes, *, status: int = 200) -> bool:
    writer.write(_head(status, len(body)) + body)
    await writer.drain()
    return True


async def _streamed(writer: asyncio.StreamWriter, frames: list[bytes], *, pause: float) -> bool:
    writer.write(_STREAM_HEAD)
    for frame in frames:
        writer.write(_chunk(frame))
        await writer.drain()
        if pause:
            await asyncio.sleep(pause)
    writer.write(b"0\r\n\r\n")
    await writer.drain()
    return True


def _head(status: int, length: int) -> bytes:
    extra = "Retry-After: 0\r\n" if status == 429 else ""
    return f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{extra}Content-Length: {length}\r\n\r\n".encode()


def _chunk(frame: bytes) -> bytes:
    return f"{len(frame):x}\r\n".encode() + frame + b"\r\n"


def _json(data: object) -> bytes:
    return json.dumps(data).encode()
