"""Reading a feed as a client does, one event at a time, with a limit to every wait."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from django.http import HttpResponse

from tests.event_stream import EventStreamParser, ServerSentEvent

WAIT_SECONDS = 20.0


class Reader:
    """One open response of the event stream."""

    def __init__(self, response: HttpResponse) -> None:
        assert response.status_code == 200, response.content
        self.response = response
        self.raw = b""
        self._chunks: Any = response.__aiter__()
        self._parser = EventStreamParser()
        self._events: list[ServerSentEvent] = []

    async def next(self) -> ServerSentEvent:
        """The next event.

        Raises:
            StopAsyncIteration: the feed has ended.
            TimeoutError: nothing came.
        """
        while not self._events:
            chunk = await self.chunk()
            self._events = self._parser.feed(chunk)
        return self._events.pop(0)

    async def chunk(self) -> bytes:
        chunk: bytes = await asyncio.wait_for(anext(self._chunks), WAIT_SECONDS)
        self.raw += chunk
        return chunk

    async def rest(self) -> list[ServerSentEvent]:
        """All that is left, until the feed ends."""
        events = []
        while True:
            try:
                events.append(await self.next())
            except StopAsyncIteration:
                return events

    async def close(self) -> None:
        await self._chunks.aclose()


@asynccontextmanager
async def reading(response: HttpResponse) -> AsyncIterator[Reader]:
    reader = Reader(response)
    try:
        yield reader
    finally:
        await reader.close()


async def all_of(response: HttpResponse) -> list[ServerSentEvent]:
    async with reading(response) as reader:
        return await reader.rest()


def numbers(events: list[ServerSentEvent]) -> list[int]:
    """The numbers in the events' ids, without the one of `connected`."""
    return [int(event.id.partition(":")[2]) for event in events if event.event != "connected"]


def texts(events: list[ServerSentEvent]) -> str:
    """What a person would read of these events."""
    messages = [json.loads(event.data) for event in events if event.event == "message"]
    return "".join(message["content"] for message in messages if message["type"] == "text")
