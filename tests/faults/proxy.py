"""A byte proxy that does to a connection what networks do: cut, reset, delay, slice, stop reading, fall silent."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

READ_BYTES = 65_536
CLOSE_SECONDS = 5.0


class Fault(NamedTuple):
    """What happens to one connection's way from the server to the client."""

    cut_after: int | None = None
    """Close once so many bytes have passed."""
    reset: bool = False
    """Cut with RST instead of FIN."""
    slice_bytes: int | None = None
    """Pass on at most so many bytes at a time."""
    delay: Callable[[], float] | None = None
    """Wait so many seconds before each piece."""
    idle_seconds: float | None = None
    """Cut when nothing comes for so long."""


class Proxy:
    """Stands before one server; `faults` says what happens to the n-th connection (from 0).

    While it is silent, as when a cable is pulled, it passes nothing on and closes nothing; nothing is lost either.
    """

    def __init__(self, host: str, port: int, faults: Callable[[int], Fault]) -> None:
        self.host = "127.0.0.1"
        self.port = 0
        self.connections = 0
        self.cuts = 0
        self.passed_bytes = 0
        self._upstream = host, port
        self._faults = faults
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._passing = asyncio.Event()
        self._passing.set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accepted, self.host, 0, backlog=1000)
        self.port = self._server.sockets[0].getsockname()[1]

    def silence(self) -> None:
        self._passing.clear()

    def speak(self) -> None:
        self._passing.set()

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*map(_close, self._writers))
        await self._server.wait_closed()

    def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault = self._faults(self.connections)
        self.connections += 1
        self._writers.add(writer)
        task = asyncio.get_running_loop().create_task(self._pass(fault, reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _pass(self, fault: Fault, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._passing.wait()
        try:
            up_reader, up_writer = await asyncio.open_connection(*self._upstream)
        except OSError:
            await self._drop(writer)
            return
        self._writers.add(up_writer)
        up = asyncio.ensure_future(self._copy_up(reader, up_writer))
        down = asyncio.ensure_future(self._copy_down(fault, up_reader, writer))
        try:
            await asyncio.wait([up, down], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (up, down):
                task.cancel()
            await asyncio.gather(up, down, return_exceptions=True)
            if fault.reset:
                _reset(writer)
            await self._drop(writer)
            await self._drop(up_writer)

    async def _drop(self, writer: asyncio.StreamWriter) -> None:
        await _close(writer)
        self._writers.discard(writer)

    async def _copy_up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await self._read(reader):
                writer.write(data)
                await writer.drain()

    async def _copy_down(self, fault: Fault, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        left = fault.cut_after
        with suppress(ConnectionError):
            while left is None or left > 0:
                try:
                    data = await asyncio.wait_for(self._read(reader), fault.idle_seconds)
                except TimeoutError:
                    break
                if not data:
                    return
                if left is not None:
                    data = data[:left]
                    left -= len(data)
                await _write(fault, writer, data)
                self.passed_bytes += len(data)
        self.cuts += 1

    async def _read(self, reader: asyncio.StreamReader) -> bytes:
        try:
            data = await reader.read(READ_BYTES)
        except ConnectionError:
            await self._passing.wait()
            raise
        await self._passing.wait()
        return data


@asynccontextmanager
async def before(host: str, port: int, faults: Callable[[int], Fault]) -> AsyncIterator[Proxy]:
    proxy = Proxy(host, port, faults)
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.close()


def at_random(seed: int, most: int) -> Callable[[int], Fault]:
    """Cut each connection after 0 to `most` bytes, every other time by a reset."""
    chance = random.Random(seed)
    return lambda number: Fault(cut_after=chance.randrange(most), reset=number % 2 == 1)


async def _write(fault: Fault, writer: asyncio.StreamWriter, data: bytes) -> None:
    step = fault.slice_bytes or len(data)
    for begin in range(0, len(data), step):
        if fault.delay is not None:
            await asyncio.sleep(fault.delay())
        writer.write(data[begin : begin + step])
        await writer.drain()
        if fault.slice_bytes is not None:
            await asyncio.sleep(0)


def _reset(writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    if raw is not None:
        with suppress(OSError):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError, TimeoutError):
        await asyncio.wait_for(writer.wait_closed(), CLOSE_SECONDS)
