"""Two servers and two workers: what one stores the other shows, whoever is killed, restarted or gone for a while."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Iterator
from functools import partial

import pytest

from tests.faults.checker import stored
from tests.faults.client import Address, Caller
from tests.records.importers.samples import apple, steps
from tests.scale.lateness import after_return, back_after
from tests.scale.person import new_patient, send, shown, somebody
from tests.scale.site import Site, site
from tests.scale.talk import Talk, have_begun, have_ended, until

pytestmark = pytest.mark.needs("postgresql", "redis", "nginx")

TOKENS = 60
EVERY_MILLISECONDS = 30
GONE_SECONDS = 2.0
LONG_GONE_SECONDS = 45.0
"""Longer than any pool waits for a connection."""
LONGEST_SECONDS = 1_800.0
FEEDS = 200
LARGE_FILE = apple(
    steps(10, "2025-01-01 08:00:00 +0100", "2025-01-01 08:10:00 +0100"), *["<!--" + "x" * 1000 + "-->"] * 3_000
)
MOST_CONNECTIONS = 8


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    model = f"scripted:bare=1,tokens={TOKENS},every_ms={EVERY_MILLISECONDS}"
    with site(tmp_path_factory.mktemp("site"), HEALTHCHAT_MODEL=model, HEALTHCHAT_PERSON_RUNS="0") as made:
        yield made


@pytest.fixture(scope="module")
def front(running: Site) -> Iterator[Address]:
    with running.front() as address:
        yield address


@pytest.fixture
async def talk(front: Address) -> AsyncIterator[Talk]:
    caller = Caller(front)
    await caller.ask("Who am I?")
    async with asyncio.timeout(LONGEST_SECONDS):
        yield Talk(caller, tokens=TOKENS)


async def test_it_shows_through_one_server_what_was_asked_through_another(running: Site, talk: Talk) -> None:
    for number in range(4):
        asked = await talk.ask(f"Question {number}?", by=running.servers[number % 2])
        for server in running.servers:
            talk.watch(asked, by=server)

    await talk.check()


async def test_it_stops_a_run_that_another_process_carries_out(running: Site, talk: Talk) -> None:
    asked = await talk.ask("Something long?", by=running.servers[0])
    talk.watch(asked, by=running.servers[0])
    await until(partial(have_begun, [asked]))

    answer = await talk.caller.through(running.servers[1]).call("POST", f"/api/runs/{asked.run}/cancel")

    assert answer.status == 202
    await talk.check()
    assert (await stored(talk.caller, asked)).run["status"] == "cancelled"


@pytest.mark.parametrize("kills", [2, pytest.param(60, marks=pytest.mark.faults_long)])
async def test_it_goes_on_elsewhere_when_a_worker_is_killed(running: Site, talk: Talk, kills: int) -> None:
    chance = random.Random(kills)
    took = []
    for kill in range(kills):
        asked = await talk.watched(4, f" of kill {kill}")
        await asyncio.sleep(chance.random() * TOKENS * EVERY_MILLISECONDS / 2_000)
        victim = running.workers[kill % 2]
        await asyncio.to_thread(victim.kill)
        began = time.monotonic()
        await until(partial(have_ended, asked))
        took.append(time.monotonic() - began)
        await asyncio.to_thread(victim.start)

    await talk.check()
    runs = [(await stored(talk.caller, one)).run for one in talk.history.asked]
    assert any(run["attempt"] > 1 for run in runs)
    assert {run["status"] for run in runs} == {"complete"}
    print(f"all had ended {[round(one, 1) for one in took]} s after the kill")  # noqa: T201


async def test_it_hands_its_runs_on_when_a_worker_is_stopped(running: Site, talk: Talk) -> None:
    asked = await talk.watched(6)
    await until(partial(have_begun, asked))

    await asyncio.to_thread(running.workers[0].stop)
    await until(partial(have_ended, asked))
    await asyncio.to_thread(running.workers[0].start)

    await talk.check()
    assert {(await stored(talk.caller, one)).run["attempt"] for one in asked} == {1}


async def test_its_feeds_come_back_through_the_other_server_when_one_is_killed(running: Site, talk: Talk) -> None:
    asked = await talk.watched(6)
    await until(partial(have_begun, asked))

    killed = time.monotonic_ns()
    await asyncio.to_thread(running.servers[0].kill)
    await talk.check()
    await asyncio.to_thread(running.servers[0].start)

    cut = [one.readers[0] for one in asked if one.readers[0].cuts]
    print(f"the next event after the kill: {[round(back_after(seen, killed), 2) for seen in cut]} s")  # noqa: T201
    assert cut
    assert {(await stored(talk.caller, one)).run["attempt"] for one in asked} == {1}


@pytest.mark.parametrize("restarts", [1, pytest.param(30, marks=pytest.mark.faults_long)])
async def test_it_loses_nothing_while_redis_is_gone(running: Site, talk: Talk, restarts: int) -> None:
    for restart in range(restarts):
        asked = await talk.watched(3, f" of restart {restart}")
        await until(partial(have_begun, asked))
        await asyncio.to_thread(running.redis.stop)
        later = await talk.ask(f"Asked while it is gone, {restart}?")
        talk.watch(later)
        await asyncio.sleep(GONE_SECONDS)
        await asyncio.to_thread(running.redis.start)
        back = time.monotonic_ns()
        asked += [later, *await talk.watched(2, f" after restart {restart}")]
        await until(partial(have_ended, asked))
        print(f"Redis: {after_return([one.readers[0] for one in asked], back)}")  # noqa: T201

    await talk.check()
    assert all(not one.readers[0].cuts for one in talk.history.asked)


@pytest.mark.parametrize(
    ("restarts", "gone"),
    [
        (1, GONE_SECONDS),
        pytest.param(30, GONE_SECONDS, marks=pytest.mark.faults_long),
        pytest.param(1, LONG_GONE_SECONDS, marks=pytest.mark.faults_long),
    ],
)
async def test_it_loses_nothing_while_postgresql_is_gone(running: Site, talk: Talk, restarts: int, gone: float) -> None:
    for restart in range(restarts):
        asked = await talk.watched(3, f" of restart {restart}")
        await until(partial(have_begun, asked))
        await asyncio.to_thread(running.postgresql.stop, ("fast", "immediate")[restart % 2])
        asking = asyncio.ensure_future(talk.ask(f"Asked while it is gone, {restart}?"))
        await asyncio.sleep(gone)
        await asyncio.to_thread(running.postgresql.start)
        back = time.monotonic_ns()
        later = await asking
        talk.watch(later)
        asked += [later, *await talk.watched(2, f" after restart {restart}")]
        await until(partial(have_ended, asked))
        print(f"PostgreSQL: {after_return([one.readers[0] for one in asked], back)}")  # noqa: T201

    await talk.check()


@pytest.mark.parametrize(("keys", "at_once"), [(50, 8), pytest.param(1_000, 16, marks=pytest.mark.faults_long)])
async def test_it_starts_one_run_for_one_key_through_both_servers(
    running: Site, talk: Talk, keys: int, at_once: int
) -> None:
    for key in range(keys):
        question = f"Question {key}?"
        callers = [talk.caller.through(running.servers[number % 2]) for number in range(at_once)]
        answers = await asyncio.gather(*(caller.ask(question, key=f"key {key}") for caller in callers))
        assert sorted(answer.status for answer in answers) == [200] * (at_once - 1) + [201]
        assert len({answer.json()["run"] for answer in answers}) == 1
        talk.history.acknowledged(question, answers[0].json())

    await talk.check()


async def test_it_has_a_worker_read_a_large_file_as_soon_as_there_is_one(running: Site) -> None:
    with somebody(running.servers[0]) as person:
        records = new_patient(person)
        for worker in running.workers:
            await asyncio.to_thread(worker.stop)
        upload = send(person, f"{records}/import", file=LARGE_FILE)
        for worker in running.workers:
            await asyncio.to_thread(worker.start)

        assert "</strong> new record came in" in shown(running.servers[1], person, upload)


async def test_it_needs_few_connections_however_many_feeds_are_open(running: Site, talk: Talk) -> None:
    asked = [await talk.ask(f"Question {number}?") for number in range(FEEDS // 10)]
    for one in asked:
        for _ in range(10):
            talk.watch(one, by=running.servers[0])
    counted = []
    while not all(seen.ended for one in asked for seen in one.readers):
        counted.append(await asyncio.to_thread(running.postgresql.connections, "server-0"))
        await asyncio.sleep(0.2)

    await talk.check()
    assert 0 < max(counted) <= MOST_CONNECTIONS
