"""Readers that do not read, and agents that fail: neither harms anybody else, nor leaves anything behind."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from tests.faults.checker import check, stored
from tests.faults.client import Address, Caller, EventSource, stop_reading
from tests.faults.history import History
from tests.faults.server import Server

pytestmark = pytest.mark.on_any_database("it is about sockets and memory")

MEGABYTE = 1024 * 1024
WAIT_SECONDS = 120.0
TOKENS = 10_000


@pytest.fixture(scope="module")
def flooding(serve: Callable[..., Server]) -> Server:
    """Answers for ten seconds, with a token each millisecond."""
    return serve(tokens=TOKENS, every_ms=1)


@pytest.fixture(scope="module")
def failing(serve: Callable[..., Server]) -> Server:
    """Fails in the middle of each answer."""
    return serve(tokens=40, every_ms=10, fail_at=20)


@pytest.mark.parametrize("stalled", [40, pytest.param(400, marks=pytest.mark.faults_long)])
async def test_it_keeps_little_for_readers_that_do_not_read(flooding: Server, stalled: int) -> None:
    caller = Caller(Address.of(flooding))
    history = History()
    first = history.acknowledged("To begin with?", (await caller.ask("To begin with?")).json())
    await EventSource(caller, first.feed, first.reader()).watch()
    asked = history.acknowledged("A question?", (await caller.ask("A question?")).json())
    before, sockets = flooding.resident_bytes(), flooding.sockets()
    readers = [asyncio.ensure_future(EventSource(caller, asked.feed, asked.reader()).watch()) for _ in range(2)]

    with ExitStack() as stack:
        for _ in range(stalled):
            stack.enter_context(stop_reading(caller.address, asked.feed, caller.cookie))
        async with asyncio.timeout(WAIT_SECONDS):
            await asyncio.gather(*readers)
        grown, unsent = flooding.resident_bytes() - before, flooding.unsent_bytes()

    await check(history, caller, tokens=TOKENS)
    assert grown <= max(10 * MEGABYTE, stalled * 150 * 1024), f"{grown / MEGABYTE:.1f} MB"
    assert unsent <= 128 * 1024
    await closes(flooding, sockets)


@pytest.mark.parametrize("runs", [100, pytest.param(1_000, marks=pytest.mark.faults_long)])
async def test_it_fails_honestly_and_leaves_nothing_open(failing: Server, runs: int) -> None:
    caller = Caller(Address.of(failing))
    await caller.ask("Who am I?")
    history = History()
    await asyncio.sleep(1)
    sockets = failing.sockets()

    async def fails(number: int) -> None:
        question = f"Question {number}?"
        asked = history.acknowledged(question, (await caller.ask(question)).json())
        await EventSource(caller, asked.feed, asked.reader()).watch()

    for begin in range(0, runs, 25):
        async with asyncio.timeout(WAIT_SECONDS):
            await asyncio.gather(*(fails(number) for number in range(begin, begin + 25)))

    await check(history, caller)
    references = set()
    for asked in history.asked:
        run, events, _ = await stored(caller, asked)
        assert (run["status"], run["error_code"]) == ("failed", "internal_error")
        assert not any("Scripted" in str(event) for event in events)
        references.add(run["reference"])
    assert len(references) == runs
    assert all(reference in failing.printed() for reference in references)
    await closes(failing, sockets)


async def test_it_answers_everybody_after_clients_left_in_the_middle(failing: Server) -> None:
    caller = Caller(Address.of(failing))
    asked = (await caller.ask("A question?")).json()
    await asyncio.sleep(1)
    sockets = failing.sockets()

    for _ in range(100):
        async with caller.open("GET", f"/api/conversations/{asked['conversation']}/stream") as opened:
            assert opened.status == 200
    await closes(failing, sockets)

    for _ in range(100):
        assert (await caller.call("GET", "/api/conversations/")).status == 200
    await closes(failing, sockets)


async def closes(server: Server, sockets: int) -> None:
    """Return when the server holds no more sockets than before."""
    deadline = time.monotonic() + WAIT_SECONDS / 2
    while server.sockets() > sockets + 4:
        assert time.monotonic() < deadline, f"{server.sockets()} open sockets, {sockets} before"
        await asyncio.sleep(0.1)
