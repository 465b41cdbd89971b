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
from collections.abc import AsyncGenerator
from contextlib import aclosing
from uuid import UUID

from django.db import Error as DatabaseError

from agents.events import Restart, encode
from healthchat.chat import log
from healthchat.chat.hub import hub
from healthchat.chat.models import Run
from healthchat.chat.sse import HEARTBEAT, Cursor, frame
from healthchat.database import in_database

HEARTBEAT_SECONDS = 15.0
LOOK_SECONDS = 1.0
"""How often a feed looks into the log for a run that another process carries out."""
RETRY_MILLISECONDS = (1_000, 3_000)
JOINED_EVENTS = 16
"""Ready events that are sent in one write; then the loop gets its turn."""

logger = logging.getLogger(__name__)


async def run_feed(run: Run, after: int = 0, *, known: bool = True) -> AsyncGenerator[str, None]:
    """Everything of one run after number `after`, until it has ended.

    With `known` false the client's cursor was not one of this run: it is told to start anew.
    """
    yield connected(run.conversation_id, Cursor(run.id, after))
    if not known:
        yield started_anew()
    async with aclosing(_guarded(_follow(run.id, after))) as frames:
        async for text in frames:
            yield text


async def conversation_feed(
    conversation: UUID, cursor: Cursor | None, *, known: bool = True
) -> AsyncGenerator[str, None]:
    """The runs of a conversation one after the other, from a cursor on, for as long as the client stays.

    Without a cursor it begins with the first run that has not ended.
    """
    yield connected(conversation, cursor)
    if not known:
        yield started_anew()
    async with aclosing(_guarded(_follow_all(conversation, cursor))) as frames:
        async for text in frames:
            yield text


def connected(conversation: UUID, cursor: Cursor | None) -> str:
    """The first frame of every connection."""
    run = str(cursor.run) if cursor else None
    return frame(
        json.dumps({"status": "connected", "run": run, "conversation": str(conversation)}),
        event="connected",
        id=str(cursor) if cursor else None,
        retry=random.randint(*RETRY_MILLISECONDS),  # noqa: S311 - jitter
    )


def started_anew() -> str:
    """Tells the client to drop what it has: its cursor is not known here."""
    return frame(encode(Restart(reason="unknown_cursor")), event="message")


def come_back() -> str:
    """Tells the client to connect again, each a little later than the other."""
    return f"retry: {random.randint(*RETRY_MILLISECONDS)}\n\n"  # noqa: S311 - jitter


async def _guarded(frames: AsyncGenerator[str, None]) -> AsyncGenerator[str, None]:
    try:
        async for text in frames:
            yield text
    except DatabaseError as error:
        logger.warning("a feed was cut because the log could not be read: %s", type(error).__name__)
    finally:
        await frames.aclose()


async def _follow_all(conversation: UUID, cursor: Cursor | None) -> AsyncGenerator[str, None]:
    at, after = cursor or (None, 0)
    with hub().subscribe(conversation) as subscription:
        while True:
            if at is not None:
                async with aclosing(_follow(at, after)) as frames:
                    async for text in frames:
                        yield text
                if hub().closing:
                    return
            following = await in_database(_following, conversation, at)
            while following is None:
                if hub().closing:
                    yield come_back()
                    return
                if not await subscription.wait(HEARTBEAT_SECONDS):
                    yield HEARTBEAT
                following = await in_database(_following, conversation, at)
            at, after = following, 0


async def _follow(run: UUID, seq: int) -> AsyncGenerator[str, None]:
    with hub().subscribe(run) as subscription:
        behind = True
        heard = time.monotonic()
        while not hub().closing:
            if behind:
                page = await in_database(log.read, run, seq)
                behind = len(page) == log.PAGE
                ready = [event.sent() for event in page]
            elif await subscription.wait(HEARTBEAT_SECONDS if run in hub().here else LOOK_SECONDS):
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
                continue
            seq = ready[-1].seq
            heard = time.monotonic()
            yield "".join(event.frame for event in ready)
            if ready[-1].last:
                return
            await asyncio.sleep(0)
        yield come_back()


def _following(conversation: UUID, run: UUID | None) -> UUID | None:
    """The run after another in a conversation; without another, the first that has not ended."""
    runs = Run.objects.filter(conversation=conversation).order_by("created", "id")
    if run is None:
        runs = runs.exclude(status__in=Run.ENDED)
    else:
        runs = runs.filter(created__gt=Run.objects.filter(id=run).values("created"))
    return runs.values_list("id", flat=True).first()
