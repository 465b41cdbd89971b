"""Machines that vanish without a word: others go on with their runs, and when they come back they harm nothing."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import pairwise

import pytest

from tests.faults.checker import stored
from tests.faults.client import Address, Caller
from tests.faults.conftest import DEMO_PATIENT
from tests.faults.history import Asked, Seen
from tests.faults.server import Server
from tests.faults.test_consultations import EVERY_MILLISECONDS, QUESTION, THINK_MILLISECONDS, TOKENS, repetitions
from tests.scale.site import Site, Worker, site
from tests.scale.talk import WAIT_SECONDS, Talk, have_begun, have_ended, until

pytestmark = [pytest.mark.needs("postgresql", "redis", "nginx"), pytest.mark.faults_long]

MIDDLE_SECONDS = 0.5
"""For so long after the plan a consultation is in its middle."""
LONGEST_SECONDS = 1_800.0
FORGOTTEN_SECONDS = 45.0
"""After so long the queue has forgotten a worker that is silent."""
QUESTIONS = 2
FEEDS = 6
LONG_TOKENS = 160
LONG_MODEL = f"scripted:bare=1,tokens={LONG_TOKENS},every_ms=250"
LOOK_SECONDS = 0.1

Act = Callable[[], None]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    model = f"scripted:tokens={TOKENS},every_ms={EVERY_MILLISECONDS},think_ms={THINK_MILLISECONDS}"
    with site(tmp_path_factory.mktemp("site"), HEALTHCHAT_MODEL=model, HEALTHCHAT_PERSON_RUNS="0") as made:
        made.servers[0].manage("shell", "--command", DEMO_PATIENT)
        yield made


@pytest.fixture
async def talk(running: Site) -> AsyncIterator[Talk]:
    talk = Talk(Caller(Address.of(running.servers[0])))
    async with asyncio.timeout(LONGEST_SECONDS):
        await talk.caller.ask("Who am I?")
        first = await talk.ask("And who are you?")
        talk.watch(first)
        await until(partial(have_ended, [first]))
        yield talk


@pytest.mark.parametrize(("times", "away"), [(10, 0.0), (2, FORGOTTEN_SECONDS)])
async def test_it_goes_on_without_a_worker_whose_cable_is_pulled_and_with_it_again(
    running: Site, talk: Talk, times: int, away: float
) -> None:
    async with running.machine(Worker, "far") as (_, cable):
        took = [
            await outlived(talk, running.workers, vanish=cable.pull, back=cable.plug_in, away=away)
            for _ in range(times)
        ]

    await talk.check()
    print(f"all had ended {took} s after the cable was pulled")  # noqa: T201


@pytest.mark.parametrize(("times", "away"), [(10, 0.0), (2, FORGOTTEN_SECONDS)])
async def test_it_goes_on_without_a_worker_that_stands_still_and_with_it_again(
    running: Site, talk: Talk, times: int, away: float
) -> None:
    victim, other = running.workers
    took = [await outlived(talk, [other], vanish=victim.pause, back=victim.go_on, away=away) for _ in range(times)]

    await talk.check()
    print(f"all had ended {took} s after the worker stood still")  # noqa: T201


async def test_its_feeds_go_on_through_another_server_when_one_reaches_nothing(running: Site, talk: Talk) -> None:
    near = running.servers[0]
    async with running.machine(Server, "far", HEALTHCHAT_MODEL=LONG_MODEL) as (far, cable):
        with running.front(servers=[far, near]) as front:
            asked = [await talk.ask(f"Something long, {number}?", by=far) for number in range(FEEDS)]
            for one in asked:
                talk.watch(one, by=front)
            await until(partial(have_begun, asked))

            cable.pull()
            unready = await seconds_until(far, 503)
            page, page_seconds = await shown_within(talk.caller.through(front))
            await until(partial(have_ended, asked))
            cable.plug_in()
            ready = await seconds_until(far, 200)

    await talk.check()
    seen = [one.readers[0] for one in asked]
    assert page == 200
    assert any(reader.connects > 2 for reader in seen)
    pauses = sorted(longest_pause(reader) for reader in seen)
    print(  # noqa: T201
        f"unready after {unready:.1f} s, ready {ready:.1f} s after the cable was back, the longest pauses of the "
        f"feeds {[round(pause, 1) for pause in pauses]} s, a page in {page_seconds:.1f} s"
    )


async def outlived(talk: Talk, others: Sequence[Server], *, vanish: Act, back: Act, away: float) -> float:
    """Have a worker vanish in the middle of what only it carries out, and come back after others have ended that.

    Returns the seconds from when it vanished until all had ended.
    """
    number = len(talk.history.asked)
    with standing_still(others):
        asked = await asked_and_watched(talk, [f"{QUESTION} ({number + one})" for one in range(QUESTIONS)])
        await until(partial(are_planned, asked))
        await asyncio.sleep(random.random() * MIDDLE_SECONDS)
        vanish()
    began = time.monotonic()
    await until(partial(have_ended, asked))
    took = time.monotonic() - began
    before = [await stored(talk.caller, one) for one in asked]

    await asyncio.sleep(away)
    back()
    with standing_still(others):
        await until(partial(have_ended, await asked_and_watched(talk, [f"And now? ({number})"])))

    assert [await stored(talk.caller, one) for one in asked] == before
    # Another may just have ended.
    assert max(one.run["attempt"] for one in before) == 2
    assert [line for one in before for line in repetitions(one.events)] == []
    return round(took, 1)


async def asked_and_watched(talk: Talk, questions: Sequence[str]) -> list[Asked]:
    asked = [await talk.ask(question) for question in questions]
    for one in asked:
        talk.watch(one)
    return asked


@contextmanager
def standing_still(servers: Sequence[Server]) -> Iterator[None]:
    for server in servers:
        server.pause()
    try:
        yield
    finally:
        for server in servers:
            server.go_on()


def are_planned(asked: Sequence[Asked]) -> bool:
    return all(any('"plan"' in event.data for event in one.readers[0].events) for one in asked)


async def seconds_until(server: Server, status: int) -> float:
    """How long it takes until a server says so of itself."""
    caller = Caller(Address.of(server))
    began = time.monotonic()
    async with asyncio.timeout(WAIT_SECONDS):
        while (await caller.call("GET", "/readyz")).status != status:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_SECONDS)
    return time.monotonic() - began


async def shown_within(caller: Caller) -> tuple[int, float]:
    """The status of the page, and how long it takes."""
    began = time.monotonic()
    return (await caller.call("GET", "/")).status, time.monotonic() - began


def longest_pause(seen: Seen) -> float:
    """The seconds for which a reader saw nothing happen."""
    return max(after - before for before, after in pairwise(seen.arrived)) / 1e9
