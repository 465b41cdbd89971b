"""Runs that have ended, framed once and kept for the next who asks: they do not change any more."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from operator import attrgetter
from uuid import UUID
from weakref import WeakKeyDictionary

from healthchat.chat import log
from healthchat.chat.hub import Sent
from healthchat.database import in_database

KEPT_RUNS = 64
KEPT_EVENTS = 2_000
"""A run with more events than this is not kept: each feed reads it page by page."""

Replay = list[Sent]

_kept: WeakKeyDictionary[asyncio.AbstractEventLoop, OrderedDict[UUID, asyncio.Task[Replay]]] = WeakKeyDictionary()


async def after(run: UUID, seq: int, *, last: int) -> AsyncIterator[Sequence[Sent]]:
    """The events after number `seq` of a run that has ended with number `last`, page by page."""
    if last > KEPT_EVENTS:
        while page := await in_database(log.read, run, seq):
            seq = page[-1].seq
            yield [event.sent() for event in page]
        return
    events = await _kept_or_read(run)
    for begin in range(bisect_right(events, seq, key=attrgetter("seq")), len(events), log.PAGE):
        yield events[begin : begin + log.PAGE]


async def _kept_or_read(run: UUID) -> Replay:
    """Whoever asks at the same time shares one reading."""
    kept = _kept.setdefault(asyncio.get_running_loop(), OrderedDict())
    reading = kept.get(run)
    if reading is None:
        reading = kept[run] = asyncio.get_running_loop().create_task(_read(run))
        reading.add_done_callback(lambda done: _forget(kept, run, done))
        if len(kept) > KEPT_RUNS:
            kept.popitem(last=False)
    kept.move_to_end(run)
    return await asyncio.shield(reading)


async def _read(run: UUID) -> Replay:
    events: Replay = []
    while page := await in_database(log.read, run, events[-1].seq if events else 0):
        events += [event.sent() for event in page]
    return events


def _forget(kept: OrderedDict[UUID, asyncio.Task[Replay]], run: UUID, done: asyncio.Task[Replay]) -> None:
    """Do not keep what could not be read."""
    if done.cancelled() or done.exception() is not None:
        kept.pop(run, None)
