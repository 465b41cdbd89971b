"""The real team on workers that are killed: what a specialist has finished is not done again by another worker."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator

import pytest

from tests.faults.checker import check, stored
from tests.faults.client import Address, Caller, EventSource
from tests.faults.conftest import DEMO_PATIENT
from tests.faults.history import History
from tests.faults.test_consultations import EVERY_MILLISECONDS, QUESTION, THINK_MILLISECONDS, TOKENS, repetitions
from tests.scale.site import Site, site

pytestmark = [pytest.mark.needs("postgresql", "redis", "nginx"), pytest.mark.faults_long]

LONGEST_CONSULTATION_SECONDS = 3.0
LONGEST_SECONDS = 1_800.0


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    model = f"scripted:tokens={TOKENS},every_ms={EVERY_MILLISECONDS},think_ms={THINK_MILLISECONDS}"
    with site(tmp_path_factory.mktemp("site"), HEALTHCHAT_MODEL=model) as made:
        made.servers[0].manage("shell", "--command", DEMO_PATIENT)
        yield made


@pytest.mark.parametrize("kills", [10])
async def test_it_repeats_nothing_that_was_finished_before_a_worker_was_killed(running: Site, kills: int) -> None:
    chance = random.Random(kills)
    caller = Caller(Address.of(running.servers[0]))
    await caller.ask("Who am I?")
    history = History()
    watching = []

    async with asyncio.timeout(LONGEST_SECONDS):
        for kill in range(kills):
            for number in range(2):
                question = f"{QUESTION} ({kill}, {number})"
                asked = history.acknowledged(question, (await caller.ask(question)).json())
                source = EventSource(caller.through(running.servers[number]), asked.feed, asked.reader())
                watching.append(asyncio.ensure_future(source.watch()))
            await asyncio.sleep((kill + chance.random()) / kills * LONGEST_CONSULTATION_SECONDS)
            victim = running.workers[kill % 2]
            await asyncio.to_thread(victim.kill)
            await asyncio.to_thread(victim.start)
        await asyncio.gather(*watching)

    await check(history, caller, tokens=TOKENS)
    kept = [await stored(caller, asked) for asked in history.asked]
    assert [line for one in kept for line in repetitions(one.events)] == []
    assert sum(one.run["attempt"] > 1 for one in kept) >= kills // 3
