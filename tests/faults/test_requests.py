"""Requests that come twice, at once, too large or at a bad time."""

from __future__ import annotations

import asyncio
import os
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

import pytest

from tests.faults.checker import check, stored
from tests.faults.client import Address, Caller, EventSource
from tests.faults.history import History
from tests.faults.server import Server

MEGABYTE = 1024 * 1024
WAIT_SECONDS = 120.0
TOKENS = 12
LEFT_SECONDS = 30.0
"""Generous: feeds of who left end within five seconds on an idle machine."""


@pytest.fixture(scope="module")
def server(serve: Callable[..., Server]) -> Server:
    return serve(tokens=TOKENS, every_ms=10)


@pytest.fixture(scope="module")
def racing(serve: Callable[..., Server]) -> Server:
    """Takes long enough for an answer that a busy machine can stop it."""
    return serve(tokens=TOKENS, every_ms=60)


@pytest.fixture(scope="module")
def hanging(serve: Callable[..., Server]) -> Server:
    return serve(tokens=TOKENS, hang_at=6)


@pytest.fixture
async def caller(server: Server) -> Caller:
    caller = Caller(Address.of(server))
    await caller.ask("Who am I?")
    return caller


@pytest.mark.parametrize(("keys", "at_once"), [(50, 8), pytest.param(1_000, 16, marks=pytest.mark.faults_long)])
async def test_it_starts_one_run_for_one_key(caller: Caller, keys: int, at_once: int) -> None:
    history = History()

    async def ask_with(key: int) -> None:
        question = f"Question {key}?"
        async with asyncio.timeout(WAIT_SECONDS):
            answers = await asyncio.gather(*(caller.ask(question, key=f"key {key}") for _ in range(at_once)))
        assert sorted(answer.status for answer in answers) == [200] * (at_once - 1) + [201]
        [run] = {answer.json()["run"] for answer in answers}
        history.acknowledged(question, answers[0].json())
        other = await caller.ask("Another?", key=f"key {key}")
        assert other.status == 422
        assert run

    for begin in range(0, keys, 10):
        await asyncio.gather(*(ask_with(key) for key in range(begin, begin + 10)))

    assert len({asked.run for asked in history.asked}) == keys
    await check(history, caller, tokens=TOKENS)


@pytest.mark.parametrize("races", [50, pytest.param(2_000, marks=pytest.mark.faults_long)])
async def test_it_ends_once_when_cancels_race_with_the_end(racing: Server, races: int) -> None:
    caller = Caller(Address.of(racing))
    await caller.ask("Who am I?")
    history = History()

    async def race(number: int) -> None:
        question = f"Question {number}?"
        asked = history.acknowledged(question, (await caller.ask(question)).json())
        watching = asyncio.ensure_future(EventSource(caller, asked.feed, asked.reader()).watch())
        await asyncio.sleep(number % 10 * 0.09)
        cancels = [caller.call("POST", f"/api/runs/{asked.run}/cancel") for _ in range(3)]
        assert {answer.status for answer in await asyncio.gather(*cancels)} == {202}
        await watching

    for begin in range(0, races, 10):
        async with asyncio.timeout(WAIT_SECONDS):
            await asyncio.gather(*(race(number) for number in range(begin, begin + 10)))

    await check(history, caller, tokens=TOKENS)
    ends = {(await stored(caller, asked)).run["status"] for asked in history.asked}
    assert "cancelled" in ends
    assert ends <= {"cancelled", "complete"}


async def test_it_stops_the_model_when_a_run_is_cancelled(hanging: Server) -> None:
    caller = Caller(Address.of(hanging))
    history = History()
    asked = history.acknowledged("A question?", (await caller.ask("A question?")).json())
    watching = asyncio.ensure_future(EventSource(caller, asked.feed, asked.reader()).watch())
    async with asyncio.timeout(WAIT_SECONDS):
        while not asked.readers[0].events:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

        await caller.call("POST", f"/api/runs/{asked.run}/cancel")
        await watching

    await check(history, caller)
    assert (await stored(caller, asked)).run["status"] == "cancelled"


def test_it_refuses_a_huge_body_when_it_is_announced(server: Server) -> None:
    head = f"POST /api/chat/message HTTP/1.1\r\nHost: x\r\nContent-Length: {300 * MEGABYTE}\r\n\r\n"

    with closing(socket.create_connection((server.host, server.port), WAIT_SECONDS)) as raw:
        raw.sendall(head.encode())
        answer = raw.recv(65_536)

    assert answer.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("chunked", [False, True])
def test_it_refuses_a_huge_body_before_it_has_come(server: Server, chunked: bool) -> None:
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {300 * MEGABYTE}"
    head = f"POST /api/chat/message HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{length}\r\n\r\n"
    piece = b"10000\r\n" + bytes(65_536) + b"\r\n" if chunked else bytes(65_536)
    before = server.resident_bytes()
    sent, answer = 0, b""

    with closing(socket.create_connection((server.host, server.port), WAIT_SECONDS)) as raw:
        raw.sendall(head.encode())
        with suppress(ConnectionError):
            while sent < 300 * MEGABYTE and not answer:
                raw.sendall(piece)
                sent += len(piece)
                raw.setblocking(False)
                with suppress(BlockingIOError):
                    answer = raw.recv(65_536)
                raw.settimeout(WAIT_SECONDS)

    assert sent <= (10 if chunked else 8) * MEGABYTE, "what is taken, thrown away and lies in the sockets' buffers"
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert server.resident_bytes() - before <= 20 * MEGABYTE


async def test_it_ends_the_feeds_of_who_signs_out(hanging: Server) -> None:
    caller, other = Caller(Address.of(hanging)), Caller(Address.of(hanging))
    asked = (await caller.ask("A question?")).json()
    others = (await other.ask("A question?")).json()

    async with (
        caller.open("GET", asked["feed"]) as leaves,
        other.open("GET", others["feed"]) as stays,
        asyncio.timeout(LEFT_SECONDS),
    ):
        token = "a" * 32
        signed_out = Caller(caller.address, f"{caller.cookie}; csrftoken={token}")
        answer = await signed_out.call("POST", "/logout/", {}, **{"X-CSRFToken": token})
        async for _ in leaves.pieces():
            pass
        assert not stays.reader.at_eof()

    assert answer.status == 302
    assert (await caller.call("GET", asked["feed"])).status == 401


@pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="is about SQLite")
@pytest.mark.parametrize(
    "seconds", [[0.1, 1.0, 3.0], pytest.param([0.1, 5.0, 15.0, 0.5] * 5, marks=pytest.mark.faults_long)]
)
async def test_it_waits_while_another_process_holds_the_database(
    server: Server, caller: Caller, seconds: list[float]
) -> None:
    history = History()

    async def ask(question: str) -> None:
        asked = history.acknowledged(question, (await caller.ask(question)).json())
        await EventSource(caller, asked.feed, asked.reader()).watch()

    for number, held in enumerate(seconds):
        before = asyncio.ensure_future(ask(f"Before {number}?"))
        await asyncio.sleep(0.05)
        with locked(server):
            during = asyncio.ensure_future(ask(f"During {number}?"))
            await asyncio.sleep(held)
        async with asyncio.timeout(WAIT_SECONDS):
            await asyncio.gather(before, during)

    await check(history, caller, tokens=TOKENS)


async def test_it_answers_each_of_many_who_come_at_once(server: Server, caller: Caller) -> None:
    asked = (await caller.ask("A question?")).json()
    await caller.events(asked["feed"])

    async with asyncio.timeout(WAIT_SECONDS):
        replays = await asyncio.gather(*(caller.events(asked["feed"]) for _ in range(200)))

    assert all(replay == replays[0] for replay in replays)
    assert server.threads() <= 40


@contextmanager
def locked(server: Server) -> Iterator[None]:
    """Nobody else can write the server's database until the block ends."""
    with closing(sqlite3.connect(server.data / "healthchat.sqlite3", timeout=30, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            database.execute("ROLLBACK")
