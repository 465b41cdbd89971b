"""daphne, guarded: what `manage.py serve` runs.

Subclasses of daphne's and Twisted's own classes, each for one thing that was seen to go wrong:

- `SteadyTransport` writes at once to a socket that is idle, and keeps little in the kernel for one that is not read.
- `SteadyRequest` refuses a body that is too large before it is taken in, waits for a client that does not read, and
  cuts only its own connection when a response fails after it has begun.
- `SteadyServer` listens with a long backlog and, told to stop, ends the feeds in good order.

Deliberate oddities: `TCP_NOTSENT_LOWAT` is set by number, Python has no name for it; the class that daphne's factory
builds requests from is set on each channel, because daphne names its own in the factory's code; there are no
WebSockets, so a request to upgrade is answered as the plain request that it also is.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from daphne.server import Server  # must come before anything of Twisted's: it installs the asyncio reactor

from daphne.http_protocol import HTTPFactory, WebRequest  # isort: skip
from django.conf import settings
from twisted.internet import reactor, tcp
from twisted.internet.interfaces import IPushProducer
from twisted.web import http
from zope.interface import implementer

LINGER_SECONDS = 5.0
LINGER_BYTES = 3 * 1024 * 1024
"""How long, and for how much that is thrown away, the client of a refused body may go on to send."""
BACKLOG = 4_096
UNSENT_BYTES = 16 * 1024
"""How much the kernel takes for a client that does not read it."""
UNREAD_BYTES = 64 * 1024
"""How much is kept here for such a client before its response waits."""
DRAIN_SECONDS = 10.0
TCP_NOTSENT_LOWAT = 25

logger = logging.getLogger(__name__)


class SteadyTransport(tcp.Server):
    """A connection that writes at once where it can."""

    def __init__(self, sock: socket.socket, *args: Any) -> None:
        super().__init__(sock, *args)
        self.bufferSize = UNREAD_BYTES
        if sys.platform == "linux":
            sock.setsockopt(socket.IPPROTO_TCP, TCP_NOTSENT_LOWAT, UNSENT_BYTES)

    def write(self, data: bytes) -> None:
        idle = self.connected and not self.disconnecting and not self._tempDataLen
        if data and idle and len(self.dataBuffer) == self.offset:
            sent = self.writeSomeData(data)
            if isinstance(sent, int) and sent > 0:
                data = data[sent:]
        if data:
            super().write(data)

    def writeSequence(self, pieces: Any) -> None:  # noqa: N802 - Twisted's name
        self.write(b"".join(pieces))


class SteadyPort(tcp.Port):
    transport = SteadyTransport


@implementer(IPushProducer)
class Gate:
    """Closed while a client does not read what it is sent."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.open.set()

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's name
        self.open.clear()

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's name
        self.open.set()

    def stopProducing(self) -> None:  # noqa: N802 - Twisted's name
        self.open.set()


class SteadyRequest(WebRequest):
    gate: Gate | None = None
    _received = 0
    _refused = False

    def gotLength(self, length: int | None) -> None:  # noqa: N802 - Twisted's name
        if length is not None and length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            self._refuse()
            length = 0
        super().gotLength(length)

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        self._received += len(data)
        if self._refused:
            if self._received > settings.DATA_UPLOAD_MAX_MEMORY_SIZE + LINGER_BYTES:
                self.channel.forceAbortClient()
        elif self._received > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            self._refuse()
        else:
            super().handleContentChunk(data)

    def process(self) -> Any:
        if self._refused:
            self.channel.loseConnection()
            return None
        self.requestHeaders.removeHeader(b"upgrade")
        return super().process()

    def handle_exception(self, exception: BaseException) -> None:
        if not self._response_started:
            try:
                super().handle_exception(exception)
            except Exception:
                # Raised from here it would keep daphne from clearing up after anybody else.
                logger.exception("a failed response could not be answered")
            else:
                return
        if self.channel is not None:
            # It is too late for a 500; a client that is cut connects again.
            self.channel.forceAbortClient()

    def watch_reader(self) -> None:
        """From now on, know whether the client reads."""
        if self.channel is not None:
            self.gate = Gate()
            self.registerProducer(self.gate, True)

    def send_chunk(self, body: bytes) -> None:
        """Send a piece of a response that goes on. After the first, only what Twisted's own way comes down to."""
        if self.finished or self.channel is None or self._disconnected or not body:
            return
        if self.startedWriting and self.chunked:
            self.sentLength += len(body)
            self.channel.transport.write(b"%x\r\n%b\r\n" % (len(body), body))
        else:
            self.write(body)

    def finish(self) -> None:
        if self.gate is not None and self.channel is not None:
            self.unregisterProducer()
        super().finish()

    def connectionLost(self, reason: Any) -> None:  # noqa: N802 - Twisted's name
        if self.gate is not None:
            self.gate.open.set()
        super().connectionLost(reason)

    def _refuse(self) -> None:
        self._refused = True
        body = b'{"error": {"code": "too_large", "message": "That is too large to be taken."}}'
        self.channel.transport.write(
            b"HTTP/1.1 413 Content Too Large\r\nContent-Type: application/json\r\nConnection: close\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
        )
        # Closed at once, with bytes unread, the connection would be reset before the client has read the answer.
        self.channel.transport.loseWriteConnection()
        reactor.callLater(LINGER_SECONDS, self.channel.forceAbortClient)


class SteadyFactory(HTTPFactory):
    requests = SteadyRequest

    def buildProtocol(self, addr: Any) -> http.HTTPChannel:  # noqa: N802 - Twisted's name
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = self.requests
        return protocol

    def log(self, request: http.Request) -> None:
        """Write no line of every request: nobody reads it, and its address may hold a person's words."""


class SteadyServer(Server):
    """daphne's server for one address, without WebSockets."""

    def __init__(
        self,
        application: Any,
        *,
        host: str,
        port: int,
        on_start: Callable[[], None],
        on_drain: Callable[[], Awaitable[None]],
    ) -> None:
        super().__init__(application, endpoints=[f"{host}:{port}"], signal_handlers=False, server_name="healthchat")
        self._address = host, port
        self._on_start = on_start
        self._on_drain = on_drain
        self._draining = False

    def run(self) -> None:
        """Listen and serve until told to stop.

        Raises:
            OSError: the address cannot be listened on.
        """
        self.connections = {}
        self.http_factory = SteadyFactory(self)
        host, port = self._address
        self.port = SteadyPort(port, self.http_factory, BACKLOG, host, reactor)
        self.port.startListening()
        reactor.callLater(1, self.application_checker)
        reactor.callLater(2, self.timeout_checker)
        loop = reactor._asyncioEventloop
        asyncio.set_event_loop(loop)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._told_to_stop)
        loop.call_soon(self._on_start)
        reactor.run(installSignalHandlers=False)

    async def handle_reply(self, protocol: SteadyRequest, message: dict[str, Any]) -> None:
        gate = protocol.gate
        if gate is not None and message.get("more_body"):
            protocol.send_chunk(message["body"])
            if not gate.open.is_set():
                await gate.open.wait()
            return
        await super().handle_reply(protocol, message)
        if message["type"] == "http.response.start":
            protocol.watch_reader()

    def _told_to_stop(self) -> None:
        if self._draining:
            reactor.stop()
            return
        self._draining = True
        self._drained = asyncio.get_running_loop().create_task(self._drain())

    async def _drain(self) -> None:
        self.port.stopListening()
        logger.info("stopping: feeds are told to come back, work that is not finished is handed on")
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                await self._on_drain()
                while any(self._busy(details) for details in self.connections.values()):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
        for details in self.connections.values():
            details.setdefault("application_instance", _nothing())  # daphne takes it for granted when it ends
        reactor.stop()

    @staticmethod
    def _busy(details: dict[str, Any]) -> bool:
        instance = details.get("application_instance")
        return instance is not None and not instance.done()


def _nothing() -> asyncio.Future[None]:
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    done.set_result(None)
    return done


def quieten_garbage_collection() -> None:
    """Keep what start-up made out of the collector's sight, and let it look less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
