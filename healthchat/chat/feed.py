"""A feed: what was recorded of a run after a cursor, then what is recorded from now on.

A feed subscribes first, then reads the log, then follows the hub, dropping what it has sent already. The hub is a hint:
where the numbers do not follow on, the feed reads the log. It holds neither a thread nor a database connection while it
waits, and it raises nothing.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from uuid import UUID

from django.db import Error as DatabaseError

from agents.events import Restart, encode
from healthchat.chat import access, log, replays
from healthchat.chat.access import Visitor
from healthchat.chat.hub import Sent, Subscription, hub
from healthchat.chat.models import Run
from healthchat.chat.runs import Progress
from healthchat.chat.sse import HEARTBEAT, Cursor, frame
from healthchat.database import look

HEARTBEAT_SECONDS = 15.0
LOOK_SECONDS = 1.0
"""How often a feed looks into the log for a run that another process carries out."""
RETRY_MILLISECONDS = (1_000, 3_000)
JOINED_EVENTS = 16
"""Ready events that are sent in one write; then the loop gets its turn."""

logger = logging.getLogger(__name__)

Frames = AsyncGenerator[bytes, None]


async def run_feed(run: Run | Progress, visitor: Visitor, *, after: int = 0, known: bool = True) -> Frames:
    """Everything of one run after number `after`, until it has ended.

    With `known` false the client's cursor was not one of this run: it is told to start anew.
    """
    yield opening(run.conversation_id, Cursor(run.id, after), known=known)
    try:
        async with aclosing(_ended(run, after) if run.ended else _follow(run.id, after, visitor)) as frames:
            async for data in frames:
                yield data
    except DatabaseError as error:
        _cut(error)


async def conversation_feed(
    conversation: UUID, cursor: Cursor | None, visitor: Visitor, *, known: bool = True
) -> Frames:
    """The runs of a conversation one after the other, from a cursor on, for as long as the client stays.

    Without a cursor it begins with the first run that has not ended.
    """
    yield opening(conversation, cursor, known=known)
    run, after = cursor or (None, 0)
    try:
        with _subscribed(conversation, visitor) as subscription:
            while not subscription.ended:
                if run is not None and not await look(_over, run, after):
                    async with aclosing(_follow(run, after, visitor)) as frames:
                        async for data in frames:
                            yield data
                following = await look(_following, conversation, run)
                while following is None and not subscription.ended:
                    if not await subscription.wait(HEARTBEAT_SECONDS):
                        yield HEARTBEAT
                    following = await look(_following, conversation, run)
                run, after = following, 0
        yield come_back()
    except DatabaseError as error:
        _cut(error)


def opening(conversation: UUID, cursor: Cursor | None, *, known: bool = True) -> bytes:
    """The first frame of every connection; where its cursor is not known here, followed by a restart."""
    data = {"status": "connected", "run": str(cursor.run) if cursor else None, "conversation": str(conversation)}
    first = frame(json.dumps(data), event="connected", id=str(cursor) if cursor else None, retry=_retry())
    if known:
        return first.encode()
    return (first + frame(encode(Restart(reason="unknown_cursor")), event="message")).encode()


def come_back() -> bytes:
    """Tells the client to connect again, each a little later than the other."""
    return b"retry: %d\n\n" % _retry()


def standing(run: UUID, *, waits: bool) -> bytes:
    """Tells the client whether what it waits for can be recorded; it has no id, for nothing has happened in the run."""
    data = {"status": "waiting" if waits else "connected", "run": str(run)}
    return frame(json.dumps(data), event="connected").encode()


async def _ended(run: Run | Progress, seq: int) -> Frames:
    async for events in replays.after(run.id, seq, last=run.last_seq):
        yield _joined(events)


async def _follow(run: UUID, seq: int, visitor: Visitor) -> Frames:
    with _subscribed(run, visitor) as subscription:
        local = hub()
        behind = True
        heard = time.monotonic()
        told = False
        while not subscription.ended:
            if behind:
                at_hand = local.since(run, seq)
                if at_hand is None:
                    page = await look(log.read, run, seq)
                    at_hand = [event.sent() for event in page]
                behind = len(at_hand) == log.PAGE
                ready = at_hand
            elif await subscription.wait(HEARTBEAT_SECONDS if run in local.here else LOOK_SECONDS):
                taken = subscription.take(JOINED_EVENTS)
                ready = [event for event in taken if event.seq > seq]
                if not taken or (ready and ready[0].seq != seq + 1):
                    behind = True
                    continue
            else:
                behind = True
                if time.monotonic() - heard >= HEARTBEAT_SECONDS:
                    heard = time.monotonic()
                    yield HEARTBEAT
                continue
            if not ready:
                if local.stuck != told:
                    told = local.stuck
                    yield standing(run, waits=told)
                continue
            seq = ready[-1].seq
            heard = time.monotonic()
            yield _joined(ready)
            if ready[-1].last:
                return
            if subscription.has_more:
                await asyncio.sleep(0)
        yield come_back()


def _subscribed(topic: UUID, visitor: Visitor) -> Subscription:
    subscription = hub().subscribe(topic, visitor=visitor)
    access.watch()
    return subscription


def _joined(events: Sequence[Sent]) -> bytes:
    return events[0].frame if len(events) == 1 else b"".join([event.frame for event in events])


def _over(run: UUID, seq: int) -> bool:
    """Whether nothing follows this number any more."""
    return Run.objects.filter(id=run, status__in=Run.ENDED, last_seq__lte=seq).exists()


def _following(conversation: UUID, run: UUID | None) -> UUID | None:
    """The run after another in a conversation; without another, the first that has not ended."""
    runs = Run.objects.filter(conversation=conversation).order_by("number")
    if run is None:
        runs = runs.exclude(status__in=Run.ENDED)
    else:
        runs = runs.filter(number__gt=Run.objects.filter(id=run).values("number"))
    return runs.values_list("id", flat=True).first()


def _retry() -> int:
    return random.randint(*RETRY_MILLISECONDS)  # noqa: S311 - jitter


def _cut(error: DatabaseError) -> None:
    logger.warning("a feed was cut because the log could not be read: %s", type(error).__name__)
