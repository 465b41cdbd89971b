"""Clients on plain sockets: one request, one feed, and an `EventSource` that comes back by itself."""

from __future__ import annotations

import asyncio
import json
import socket
import time
import zlib
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple

from tests.event_stream import EventStreamParser, ServerSentEvent
from tests.faults.history import Seen

ANSWER_SECONDS = 60.0
SILENCE_SECONDS = 60.0
"""A client that hears nothing for longer hangs: heartbeats come every 15 seconds."""
BETWEEN_CONNECTS_SECONDS = 0.01
READ_BYTES = 65_536
GZIP_BITS = 16 + zlib.MAX_WBITS


class Address(NamedTuple):
    """Where a server, or a proxy before it, listens."""

    host: str
    port: int

    @classmethod
    def of(cls, listens: Any) -> Address:
        return cls(listens.host, listens.port)


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class CutError(Exception):
    """The connection ended before the answer did."""


class RefusedError(Exception):
    """The server answered with a status at which a browser gives up."""


class Body:
    """The body of an answer, as its bytes come."""

    def __init__(self, headers: dict[str, str]) -> None:
        self._chunked = headers.get("transfer-encoding", "").lower() == "chunked"
        self._left = 0 if self._chunked else int(headers.get("content-length", 0))
        self._line = b""
        self.ended = not self._chunked and not self._left

    def feed(self, data: bytes) -> bytes:
        out = []
        while data and not self.ended:
            if self._left:
                piece, data = data[: self._left], data[self._left :]
                self._left -= len(piece)
                out.append(piece)
                self.ended = not self._chunked and not self._left
            else:
                data = self._take_line(data)
        return b"".join(out)

    def _take_line(self, data: bytes) -> bytes:
        """Read the line before a chunk, or the empty one after it."""
        line, _, _ = (self._line + data).partition(b"\n")
        rest = (self._line + data)[len(line) + 1 :]
        if len(line) == len(self._line + data):
            self._line = line
            return b""
        self._line = b""
        if line.strip():
            self._left = int(line.partition(b";")[0], 16)
            self.ended = self._left == 0
        return rest


class Opened(NamedTuple):
    """An answer of which the head is read."""

    status: int
    headers: dict[str, str]
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @property
    def packed(self) -> bool:
        return self.headers.get("content-encoding") == "gzip"

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body's bytes as they come.

        Raises:
            CutError: the connection ended before the body did.
            TimeoutError: nothing came for a long time.
        """
        body = Body(self.headers)
        unpack = zlib.decompressobj(GZIP_BITS).decompress if self.packed else bytes
        while not body.ended:
            try:
                data = await asyncio.wait_for(self.reader.read(READ_BYTES), SILENCE_SECONDS)
            except ConnectionError:
                raise CutError from None
            if not data:
                raise CutError
            if piece := unpack(body.feed(data)):
                yield piece


class Caller:
    """One visitor's browser, as far as requests go: an address and a cookie jar with one cookie."""

    def __init__(self, address: Address, cookie: str = "") -> None:
        self.address = address
        self.cookie = cookie

    def through(self, listens: Any) -> Caller:
        """The same visitor by another way."""
        return Caller(Address.of(listens), self.cookie)

    async def call(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """One request and its whole answer.

        Raises:
            OSError: there is no server.
            CutError: the connection ended before the answer did.
        """
        async with asyncio.timeout(ANSWER_SECONDS), self.open(method, path, body, **headers) as opened:
            pieces = [piece async for piece in opened.pieces()]
            answer = Answer(opened.status, opened.headers, b"".join(pieces))
        cookie = opened.headers.get("set-cookie", "")
        if cookie.startswith("sessionid="):
            self.cookie = cookie.partition(";")[0]
        return answer

    async def ask(self, message: str, **options: str) -> Answer:
        headers = {"Idempotency-Key": options.pop("key")} if "key" in options else {}
        return await self.call("POST", "/api/chat/message", {"message": message} | options, **headers)

    async def events(self, path: str, **headers: str) -> list[ServerSentEvent]:
        """All that a feed sends until it ends.

        Raises:
            CutError: it was cut.
        """
        parser = EventStreamParser()
        async with self.open("GET", path, **headers) as opened:
            if opened.status != 200:
                raise RefusedError(opened.status)
            return [event async for piece in opened.pieces() for event in parser.feed(piece)]

    @asynccontextmanager
    async def open(self, method: str, path: str, body: object = None, **headers: str) -> AsyncIterator[Opened]:
        reader, writer = await asyncio.open_connection(*self.address)
        try:
            writer.write(self._request(method, path, body, headers))
            yield await _opened(reader, writer)
        except ConnectionError:
            raise CutError from None
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    def _request(self, method: str, path: str, body: object, headers: dict[str, str]) -> bytes:
        content = b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.address.host}:{self.address.port}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if self.cookie:
            lines.append(f"Cookie: {self.cookie}")
        if body is not None:
            lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
        return "\r\n".join([*lines, "", ""]).encode() + content


async def _opened(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Opened:
    try:
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), SILENCE_SECONDS)
    except (asyncio.IncompleteReadError, ConnectionError):
        raise CutError from None
    first, *lines = head.decode("latin-1").split("\r\n")[:-2]
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Opened(int(first.split(" ")[1]), headers, reader, writer)


class EventSource:
    """Watches one feed as a browser does: after each cut it comes back with the last id, until it is told 204."""

    def __init__(
        self,
        caller: Caller,
        path: str,
        seen: Seen,
        *,
        after: str = "",
        bears: Collection[int] = (),
        accepts: str = "identity",
        pause: float = BETWEEN_CONNECTS_SECONDS,
    ) -> None:
        self.seen = seen
        self._accepts = accepts
        """How what is sent may be packed: `gzip` or not at all."""
        self._bears = bears
        """Statuses after which it comes back though a browser's own would not; the page's does."""
        self._caller = caller
        self._path = path
        self._last_event_id = after
        self._pause = pause

    async def watch(self) -> None:
        """Watch until there is nothing left.

        Raises:
            RefusedError: the server answered with a status at which a browser gives up.
            TimeoutError: nothing came for a long time.
        """
        while await self._connect():  # noqa: ASYNC110
            await asyncio.sleep(self._pause)

    async def watch_to_the_end(self) -> None:
        """Watch until the run has ended, without asking whether more follows."""
        while not self.seen.ended and await self._connect():  # noqa: ASYNC110
            await asyncio.sleep(self._pause)

    async def _connect(self) -> bool:
        headers = {"Accept": "text/event-stream", "Accept-Encoding": self._accepts}
        if self._last_event_id:
            headers["Last-Event-ID"] = self._last_event_id
        self.seen.connects += 1
        try:
            async with self._caller.open("GET", self._path, **headers) as opened:
                if opened.status == 204:
                    return False
                if opened.status in self._bears:
                    self.seen.cuts += 1
                    return True
                if opened.status != 200:
                    raise RefusedError(opened.status)
                self.seen.packed |= opened.packed
                await self._read(opened)
        except (CutError, OSError):
            self.seen.cuts += 1
            self.seen.cut_at = time.monotonic_ns()
        return True

    async def _read(self, opened: Opened) -> None:
        parser = EventStreamParser()
        try:
            async for piece in opened.pieces():
                now = time.monotonic_ns()
                for event in parser.feed(piece):
                    self._last_event_id = event.id or self._last_event_id
                    self.seen.add(event, at=now)
                if parser.retry is not None:
                    self.seen.retries.add(parser.retry)
        except CutError:
            self.seen.cut_while_open += 1
            raise


def stop_reading(address: Address, path: str, cookie: str) -> socket.socket:
    """A client that asks for a feed and never reads it."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.connect(tuple(address))
    raw.sendall(f"GET {path} HTTP/1.1\r\nHost: {address.host}\r\nCookie: {cookie}\r\n\r\n".encode())
    return raw
