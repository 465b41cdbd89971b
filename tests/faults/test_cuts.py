"""Connections that are cut: nothing is lost, repeated or put out of order."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import pytest

from tests.faults.checker import check
from tests.faults.client import Address, Caller, EventSource
from tests.faults.history import History, Seen
from tests.faults.proxy import Fault, Proxy, at_random, before
from tests.faults.server import Server

pytestmark = pytest.mark.on_any_database("what is cut is the connection to a reader")

LIVE_TOKENS = 60
LONGEST_SECONDS = 900.0
READERS_AT_ONCE = 8
EVENT_BYTES = 250


@pytest.fixture(scope="module")
def thirty(serve: Callable[..., Server]) -> Server:
    """Answers with thirty events."""
    return serve(tokens=29, every_ms=80)


@pytest.fixture(scope="module")
def live(serve: Callable[..., Server]) -> Server:
    """Takes a second and a half for an answer."""
    return serve(tokens=LIVE_TOKENS, every_ms=25)


@pytest.mark.parametrize("step", [7, pytest.param(1, marks=pytest.mark.faults_long)])
async def test_it_goes_on_after_a_cut_at_any_byte(thirty: Server, step: int) -> None:
    caller = Caller(Address.of(thirty))
    history = History()
    asked = history.acknowledged("A question?", (await caller.ask("A question?")).json())
    await EventSource(caller, asked.feed, asked.reader()).watch()
    async with before(thirty.host, thirty.port, lambda _: Fault()) as uncut:
        await EventSource(caller.through(uncut), asked.feed, asked.reader()).watch_to_the_end()
        total = uncut.passed_bytes
    offsets = iter(range(0, total + 1, step))

    async def cut_at_each() -> None:
        faults = [Fault()]
        async with before(thirty.host, thirty.port, lambda _: faults.pop() if faults else Fault()) as proxy:
            for offset in offsets:
                faults[:] = [Fault(cut_after=offset, reset=offset % 2 == 1)]
                await EventSource(caller.through(proxy), asked.feed, asked.reader()).watch_to_the_end()

    async with asyncio.timeout(LONGEST_SECONDS):
        await asyncio.gather(*(cut_at_each() for _ in range(READERS_AT_ONCE)))

    assert len(asked.readers) == 2 + len(range(0, total + 1, step))
    # On a busy machine neighbours share an event.
    assert len(asked.readers[0].events) >= 10
    await check(history, caller, tokens=29)
    runs = (await caller.call("GET", f"/api/conversations/{asked.conversation}/runs/")).json()
    assert runs["count"] == 1


@pytest.mark.parametrize("rounds", [4, pytest.param(200, marks=pytest.mark.faults_long)])
async def test_it_goes_on_live_after_random_cuts(live: Server, rounds: int) -> None:
    caller = Caller(Address.of(live))
    await caller.ask("Who am I?")
    history = History()

    async def watched_live(seed: int) -> None:
        question = f"Question {seed}?"
        asked = history.acknowledged(question, (await caller.ask(question)).json())
        async with (
            before(live.host, live.port, at_random(seed, 6 * EVENT_BYTES)) as one,
            before(live.host, live.port, at_random(-seed, 15 * EVENT_BYTES)) as other,
        ):
            ways: tuple[Proxy, ...] = (one, other)
            sources = [EventSource(caller.through(way), asked.feed, asked.reader()) for way in ways]
            await asyncio.gather(*(source.watch() for source in sources))

    async with asyncio.timeout(LONGEST_SECONDS):
        for begin in range(0, rounds, 4):
            await asyncio.gather(*(watched_live(seed) for seed in range(begin, min(begin + 4, rounds))))

    assert history.cuts >= rounds * 12
    await check(history, caller, tokens=LIVE_TOKENS)


async def test_it_asks_once_though_every_connect_of_the_guides_client_is_cut(live: Server) -> None:
    caller = Caller(Address.of(live))
    conversation = (await caller.ask("Who am I?")).json()["conversation"]
    path = f"/api/chat/stream?message=Am%20I%20well%3F&conversation={conversation}&key=once"
    seen = Seen("the guide's client")

    # The first connects are cut before their first byte: the client does not even know which run it began.
    nothing = [Fault(cut_after=0), Fault(cut_after=40), Fault(cut_after=0, reset=True)]
    chance = random.Random(7)
    async with before(
        live.host, live.port, lambda n: nothing[n] if n < len(nothing) else Fault(cut_after=chance.randrange(3000))
    ) as proxy:
        async with asyncio.timeout(LONGEST_SECONDS):
            await EventSource(caller.through(proxy), path, seen).watch()

    runs = (await caller.call("GET", f"/api/conversations/{conversation}/runs/")).json()["results"]
    assert len(runs) == 2
    history = History()
    asked = history.acknowledged("Am I well?", {"run": runs[1]["id"], "conversation": conversation})
    asked.readers.append(seen)
    await check(history, caller, tokens=LIVE_TOKENS)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault(slice_bytes=1), id="one byte at a time"),
        pytest.param(Fault(delay=lambda: random.random() / 10), id="jitter"),
        pytest.param(Fault(slice_bytes=7, cut_after=2_000), id="slices and cuts"),
        pytest.param(Fault(idle_seconds=0.5), id="a proxy that tires of silence"),
        pytest.param(Fault(cut_after=3_000, reset=True), id="resets"),
    ],
)
async def test_it_gets_through_a_bad_network(live: Server, fault: Fault) -> None:
    caller = Caller(Address.of(live))
    history = History()
    asked = history.acknowledged("A question?", (await caller.ask("A question?")).json())

    async with before(live.host, live.port, lambda _: fault) as proxy, asyncio.timeout(LONGEST_SECONDS):
        await EventSource(caller.through(proxy), asked.feed, asked.reader()).watch()

    await check(history, caller, tokens=LIVE_TOKENS)
