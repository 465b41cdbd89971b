"""Hours of use in minutes: what thousands of questions and feeds leave behind in the server is nothing."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from typing import NamedTuple

import pytest

from tests.faults.checker import check
from tests.faults.client import Address, Caller, EventSource
from tests.faults.history import History
from tests.faults.server import Server

pytestmark = pytest.mark.faults_long

MEGABYTE = 1024 * 1024
ROUNDS = 10
RUNS_A_ROUND = 100
AT_ONCE = 25
FEEDS_A_RUN = 3
TOKENS = 30
LONGEST_SECONDS = 1_800.0
CLOSED_SECONDS = 60.0
SPARE = 8
"""How many sockets, files and threads more than after the warm-up are no growth: pools that fill up by and by."""
GROWN_MEGABYTES = 12
"""After the warm-up: replays that are kept, and what the allocator does not give back."""


class Held(NamedTuple):
    """What a process holds."""

    resident: int
    files: int
    sockets: int
    threads: int

    @classmethod
    def by(cls, server: Server) -> Held:
        return cls(server.resident_bytes(), server.open_files(), server.sockets(), server.threads())

    def __str__(self) -> str:
        return f"{self.resident / MEGABYTE:.1f} MB, {self.files} fds, {self.sockets} sockets, {self.threads} threads"


async def test_it_holds_no_more_after_thousands_of_feeds(
    serve: Callable[..., Server], capsys: pytest.CaptureFixture[str]
) -> None:
    server = serve(tokens=TOKENS, every_ms=20)
    chance = random.Random(24)
    caller = Caller(Address.of(server))
    await caller.ask("Who am I?")
    history = History()
    after_each: list[Held] = []

    async with asyncio.timeout(LONGEST_SECONDS):
        for number in range(ROUNDS):
            for begin in range(0, RUNS_A_ROUND, AT_ONCE):
                visits = (visit(caller, history, chance, f"Question {number}-{begin + one}?") for one in range(AT_ONCE))
                await asyncio.gather(*visits)
            after_each.append(await at_rest(server, after_each[0].sockets if after_each else 0))
            with capsys.disabled():
                print(f"after {RUNS_A_ROUND * (number + 1)} runs: {after_each[-1]}")  # noqa: T201 - the figures are the point

    await check(history, caller, tokens=TOKENS)
    connects = sum(seen.connects for asked in history.asked for seen in asked.readers)
    assert connects > ROUNDS * RUNS_A_ROUND * FEEDS_A_RUN
    warm, last = after_each[ROUNDS // 2 - 1], after_each[-1]
    assert last.sockets <= warm.sockets + SPARE
    assert last.files <= warm.files + SPARE
    assert last.threads <= warm.threads + SPARE
    assert last.resident <= warm.resident + GROWN_MEGABYTES * MEGABYTE, f"{warm}, then {last}"


async def visit(caller: Caller, history: History, chance: random.Random, question: str) -> None:
    """Ask, watch in several tabs, and leave some of them in the middle of the answer."""
    asked = history.acknowledged(question, (await caller.ask(question)).json())
    watching = [EventSource(caller, asked.feed, asked.reader()).watch() for _ in range(FEEDS_A_RUN)]
    await asyncio.gather(*watching, leaves(caller, asked.feed, chance), leaves(caller, asked.conversation_feed, chance))


async def leaves(caller: Caller, feed: str, chance: random.Random) -> None:
    async with caller.open("GET", feed) as opened:
        assert opened.status in (200, 204)
        await asyncio.sleep(chance.random())


async def at_rest(server: Server, sockets: int) -> Held:
    """What the server holds once it has noticed who left."""
    until = time.monotonic() + CLOSED_SECONDS
    held = Held.by(server)
    while held.sockets > sockets + SPARE and time.monotonic() < until:
        await asyncio.sleep(0.5)
        before, held = held, Held.by(server)
        if not sockets and held.sockets == before.sockets:
            break
    return held
