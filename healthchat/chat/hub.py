"""Wakes the feeds: what the recorder has committed goes straight to whoever watches the run, here or elsewhere.

Only a hint. A feed's queue is bounded and may be cut; the feed sees by the numbers that something is missing and reads
the log.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Hashable, Sequence
from functools import partial
from itertools import islice
from typing import NamedTuple
from uuid import UUID
from weakref import WeakKeyDictionary

import msgspec

from healthchat.pubsub import pubsub

QUEUE_EVENTS = 1_000
"""How far a slow reader may fall behind before its queue is forgotten."""


TICK_SECONDS = 0.25
"""How exactly waits end."""
TAIL_EVENTS = 64
"""How many of its newest events are kept at hand for a run that is under way."""


class Sent(NamedTuple):
    """A committed event, framed for the wire."""

    seq: int
    frame: bytes
    last: bool


class News(msgspec.Struct, array_like=True):
    """What one process tells the others about a topic; without events, only that something happened."""

    sender: bytes
    events: list[Sent] = []


class Tail:
    """The newest events of a run that is under way here, for those who come late."""

    def __init__(self, seq: int) -> None:
        self._last = seq
        self._events: deque[Sent] = deque(maxlen=TAIL_EVENTS)

    def extend(self, events: Sequence[Sent]) -> None:
        self._events.extend(events)
        self._last = events[-1].seq

    def since(self, seq: int) -> list[Sent] | None:
        missing = self._last - seq
        if not 0 <= missing <= len(self._events):
            return None
        return list(islice(self._events, len(self._events) - missing, None))


class Subscription:
    """One watcher's queue."""

    def __init__(self, hub: Hub, topic: Hashable, visitor: Hashable) -> None:
        self.ended = hub.closing
        """Whether the watcher has to go."""
        self._hub = hub
        self._topic = topic
        self._visitor = visitor
        self._queue: deque[Sent] = deque()
        self._waiter: asyncio.Future[bool] | None = None
        self.due = 0.0
        """When its wait is over, in the loop's time."""
        self._nudged = False
        """Whether something happened that is not in the queue; it may have while nobody waited."""

    def __enter__(self) -> Subscription:
        self._hub.watch(self._topic, self)
        if self._visitor is not None:
            self._hub.visitors.setdefault(self._visitor, set()).add(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._hub.unwatch(self._topic, self)
        if self._visitor is not None:
            _discard(self._hub.visitors, self._visitor, self)

    def put(self, events: Sequence[Sent]) -> None:
        self._queue.extend(events)
        if len(self._queue) > QUEUE_EVENTS:
            self._queue.clear()
        self._nudged = not self._queue
        self.wake()

    def end(self) -> None:
        self.ended = True
        self.wake()

    def wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(True)

    async def wait(self, seconds: float) -> bool:
        """Whether it was woken within that time. Events may be waiting, or have been forgotten."""
        if self._queue or self.ended or self._nudged:
            self._nudged = False
            return True
        loop = asyncio.get_running_loop()
        self._waiter = loop.create_future()
        self.due = loop.time() + seconds
        self._hub.await_due(self)
        try:
            return await self._waiter
        finally:
            self._hub.waiting.discard(self)
            self._waiter = None
            self._nudged = False

    def expire(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(False)

    @property
    def has_more(self) -> bool:
        return bool(self._queue)

    def take(self, most: int) -> list[Sent]:
        """Up to `most` waiting events."""
        return [self._queue.popleft() for _ in range(min(most, len(self._queue)))]


class Hub:
    """Who watches what, in one event loop."""

    def __init__(self) -> None:
        self.topics: dict[Hashable, set[Subscription]] = {}
        self.visitors: dict[Hashable, set[Subscription]] = {}
        self.here: dict[UUID, Tail] = {}
        """Runs whose events are recorded in this process; feeds of others have to look into the log now and then."""
        self.waiting: set[Subscription] = set()
        self._ticks: asyncio.TimerHandle | None = None
        self.stuck = False
        """Whether nothing can be recorded here for now: the disk is full, or the database is held or gone."""
        self.closing = False
        """Whether this process is about to end, and its feeds with it."""
        self._name = os.urandom(8)

    def subscribe(self, topic: Hashable, *, visitor: Hashable = None) -> Subscription:
        return Subscription(self, topic, visitor)

    def opened(self, run: UUID, seq: int) -> None:
        """From now on the run's events, after number `seq`, are recorded in this process."""
        self.here[run] = Tail(seq)

    def closed(self, run: UUID) -> None:
        self.here.pop(run, None)

    def since(self, run: UUID, seq: int) -> list[Sent] | None:
        """The run's events after number `seq`, if they are all at hand here."""
        tail = self.here.get(run)
        return tail.since(seq) if tail else None

    def await_due(self, subscription: Subscription) -> None:
        """See to it that a wait ends when it is due. One timer for all: one each would cost more than waiting."""
        self.waiting.add(subscription)
        if self._ticks is None:
            self._ticks = asyncio.get_running_loop().call_later(TICK_SECONDS, self._tick)

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for subscription in [waiting for waiting in self.waiting if waiting.due <= now]:
            subscription.expire()
        self._ticks = loop.call_later(TICK_SECONDS, self._tick) if self.waiting else None

    def watch(self, topic: Hashable, subscription: Subscription) -> None:
        watchers = self.topics.setdefault(topic, set())
        if not watchers and (others := pubsub()):
            others.listen(str(topic), partial(self._hear, topic))
        watchers.add(subscription)

    def unwatch(self, topic: Hashable, subscription: Subscription) -> None:
        _discard(self.topics, topic, subscription)
        if topic not in self.topics and (others := pubsub()):
            others.unlisten(str(topic))

    def publish(self, topic: Hashable, events: Sequence[Sent] = ()) -> None:
        """Hand committed events to all who watch a topic, in any process; without events, only wake them."""
        if events and (tail := self.here.get(topic)):  # type: ignore[call-overload]
            tail.extend(events)
        self._hand_over(topic, events)
        if others := pubsub():
            others.say(str(topic), msgspec.msgpack.encode(News(self._name, list(events))))

    def _hear(self, topic: Hashable, data: bytes | None) -> None:
        """Hand over what another process has recorded; told nothing, the watchers look for themselves."""
        news = _news.decode(data) if data is not None else News(b"")
        if news.sender != self._name:
            self._hand_over(topic, news.events)

    def _hand_over(self, topic: Hashable, events: Sequence[Sent]) -> None:
        for subscription in tuple(self.topics.get(topic, ())):
            subscription.put(events)

    def open_to(self, visitor: Hashable) -> int:
        """How many feeds a visitor has open here."""
        return len(self.visitors.get(visitor, ()))

    def show_out(self, visitor: Hashable) -> None:
        """End a visitor's feeds."""
        for subscription in tuple(self.visitors.get(visitor, ())):
            subscription.end()

    def close(self) -> None:
        """End every feed; its client comes back to another process, or to this one's successor."""
        self.closing = True
        for watchers in self.topics.values():
            for subscription in tuple(watchers):
                subscription.end()

    @property
    def watchers(self) -> int:
        return sum(map(len, self.topics.values()))


_news = msgspec.msgpack.Decoder(News)
_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()
_latest: tuple[asyncio.AbstractEventLoop | None, Hub] = (None, Hub())


def hub() -> Hub:
    """The running loop's hub."""
    global _latest
    loop = asyncio.get_running_loop()
    if _latest[0] is not loop:
        _latest = loop, _hubs.setdefault(loop, Hub())
    return _latest[1]


def _discard(groups: dict[Hashable, set[Subscription]], key: Hashable, subscription: Subscription) -> None:
    group = groups[key]
    group.discard(subscription)
    if not group:
        del groups[key]
