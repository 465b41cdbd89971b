"""A server that is killed at random, or stopped in good order, with runs under way."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable

import pytest

from tests.faults.checker import check, stored
from tests.faults.client import Address, Caller, CutError, EventSource
from tests.faults.history import Asked, History, Seen
from tests.faults.server import Server

TOKENS = 50
RUNS_AT_ONCE = 3
LONGEST_SECONDS = 1_800.0
EXIT_SECONDS = 15.0
RESUME_SECONDS = 30.0
"""Generous: how soon it is on an idle machine is measured elsewhere."""


@pytest.fixture(scope="module")
def server(serve: Callable[..., Server]) -> Server:
    return serve(tokens=TOKENS, every_ms=30)


@pytest.mark.parametrize("kills", [5, pytest.param(60, marks=pytest.mark.faults_long)])
async def test_it_loses_nothing_when_it_is_killed(server: Server, kills: int) -> None:
    chance = random.Random(kills)
    caller = Caller(Address.of(server))
    await caller.ask("Who am I?")
    history = History()
    watching = []

    async def ask(question: str) -> Asked | None:
        try:
            answer = await caller.ask(question)
        except (CutError, OSError):
            return None
        return history.acknowledged(question, answer.json()) if answer.status == 201 else None

    async with asyncio.timeout(LONGEST_SECONDS):
        for kill in range(kills):
            for number in range(RUNS_AT_ONCE):
                asked = await ask(f"Question {kill}-{number}?")
                assert asked is not None
                source = EventSource(caller, asked.feed, asked.reader())
                watching.append(asyncio.ensure_future(source.watch()))
            asking = asyncio.ensure_future(ask(f"Question {kill}, while it is killed?"))
            await asyncio.sleep(chance.random() * TOKENS * 0.03)
            await asyncio.to_thread(server.kill)
            await asking
            await asyncio.to_thread(server.start)
        await asyncio.gather(*watching)

    await check(history, caller, tokens=TOKENS)
    runs = [(await stored(caller, asked)).run for asked in history.asked]
    assert sum(run["attempt"] > 1 for run in runs) >= kills // 2
    assert all(run["status"] == "complete" or run["error_code"] == "too_many_attempts" for run in runs)


@pytest.mark.parametrize(("feeds", "stops"), [(50, 1), pytest.param(50, 20, marks=pytest.mark.faults_long)])
async def test_it_ends_its_feeds_in_good_order_when_it_is_stopped(server: Server, feeds: int, stops: int) -> None:
    caller = Caller(Address.of(server))
    await caller.ask("Who am I?")
    history = History()
    clean = ends = 0

    for stop in range(stops):
        asked = [
            history.acknowledged(question, (await caller.ask(question)).json())
            for question in (f"Question {stop}-{number}?" for number in range(5))
        ]
        readers = [one.reader() for one in asked for _ in range(feeds // 5)]
        tasks = [
            asyncio.ensure_future(EventSource(caller, one.feed, seen).watch()) for one in asked for seen in one.readers
        ]
        async with asyncio.timeout(RESUME_SECONDS):
            while not all(seen.events for seen in readers):  # noqa: ASYNC110
                await asyncio.sleep(0.01)

        server.tell_to_stop()
        told = time.monotonic()
        code = await asyncio.to_thread(server.wait)
        took = time.monotonic() - told
        ends += len(readers)
        clean += sum(not seen.cut_while_open for seen in readers)
        await asyncio.to_thread(server.start)
        async with asyncio.timeout(LONGEST_SECONDS):
            await asyncio.gather(*tasks)
        assert code == 0, server.printed()
        assert took <= EXIT_SECONDS
        assert all(len(seen.retries) >= 2 for seen in readers), "no jitter, or not told when to come back"

    assert clean >= 0.99 * ends, f"{clean} clean ends of {ends}"
    await check(history, caller, tokens=TOKENS)
    for one in history.asked:
        assert (await stored(caller, one)).run["attempt"] == 1
    assert "took too long to shut down" not in server.printed()


async def test_it_goes_on_at_once_with_what_a_killed_process_left(server: Server) -> None:
    caller = Caller(Address.of(server))
    history = History()
    asked = history.acknowledged("A question?", (await caller.ask("A question?")).json())
    seen = asked.reader()
    watching = asyncio.ensure_future(EventSource(caller, asked.feed, seen).watch())
    async with asyncio.timeout(RESUME_SECONDS):
        while len(seen.events) < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    await asyncio.to_thread(server.kill)
    await asyncio.to_thread(server.start)

    async with asyncio.timeout(RESUME_SECONDS):
        while not any('"restart"' in event.data for event in seen.events):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await watching
    await check(history, caller, tokens=TOKENS)


async def test_it_replays_every_answer_after_a_kill(server: Server) -> None:
    caller = Caller(Address.of(server))
    history = History()
    for number in range(3):
        question = f"Question {number}?"
        asked = history.acknowledged(question, (await caller.ask(question)).json())
        await EventSource(caller, asked.feed, asked.reader()).watch()

    await asyncio.to_thread(server.kill)
    await asyncio.to_thread(server.start)

    for asked in history.asked:
        replayed = Seen("after the kill")
        await EventSource(caller, asked.feed, replayed).watch()
        asked.readers.append(replayed)
    await check(history, caller, tokens=TOKENS)
