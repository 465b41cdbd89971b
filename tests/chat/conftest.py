from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import AsyncClient

from tests.chat.clock import Clock

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from pytest_django import Settings

    from healthchat.chat.models import Run

WAIT_SECONDS = 20.0


@pytest.fixture(autouse=True)
def _passwords_are_stored_quickly(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def script(settings: Settings) -> Callable[..., str]:
    """Has runs that are asked from now on answered by the scripted model, with no agent in between."""

    def chosen(**options: object) -> str:
        named = {"bare": 1} | options
        settings.HEALTHCHAT_MODEL = "scripted:" + ",".join(f"{name}={value}" for name, value in named.items())
        return str(settings.HEALTHCHAT_MODEL)

    chosen(tokens=5)
    return chosen


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time of day, as this test sets it."""
    clock = Clock()
    monkeypatch.setattr("django.utils.timezone.now", clock.now)
    return clock


# What is about workers needs the settings of an installation that has some.
collect_ignore = [] if "HEALTHCHAT_ENGINE" in os.environ else ["test_tasks.py"]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "by_hand: carries runs out itself, whatever the queue of the workers says")


@pytest_asyncio.fixture
async def chat(
    request: pytest.FixtureRequest, transactional_db: None, script: Callable[..., str]
) -> AsyncIterator[None]:
    """The chat in this test's event loop; what it started ends with the test."""
    from healthchat import jobs
    from healthchat.chat.engine import become_worker, engine
    from healthchat.chat.management.commands.worker import end, take_jobs
    from healthchat.chat.recorder import recorder
    from healthchat.database import looker, readers, writer
    from healthchat.pubsub import pubsub
    from tests.chat.locks import be_patient

    # Where there are workers, the test is one of them.
    become_worker()
    by_queue = jobs.by_workers() and not request.node.get_closest_marker("by_hand")
    taking = [asyncio.ensure_future(take_jobs(jobs.QUEUES, 100))] if by_queue else []
    yield
    for task in taking:
        await end(task)
    async with asyncio.timeout(WAIT_SECONDS):
        await engine().stop()
    if (commits := recorder()._task) is not None:
        commits.cancel()
    if others := pubsub():
        await others.close()
    await writer.run(be_patient)
    writer.close()
    readers.close()
    looker.close()
    await sync_to_async(connections.close_all)()


@pytest.fixture
def alone(settings: object) -> None:
    """No other processes; where there are some, a watcher looks once more when they begin to be heard."""
    settings.REDIS_URL = ""  # type: ignore[attr-defined]


@pytest.fixture
def alices_client(alice: User) -> AsyncClient:
    return _signed_in(alice)


@pytest.fixture
def charlies_client(charlie: User) -> AsyncClient:
    return _signed_in(charlie)


@pytest.fixture
def ended() -> Callable[..., Any]:
    """Waits until a run has ended and returns it as it is stored."""

    async def until_ended(run_id: object) -> Run:
        return await _until(run_id, lambda run: run.ended)

    return until_ended


@pytest.fixture
def running() -> Callable[..., Any]:
    """Waits until a run is being carried out and something of it is stored."""

    async def until_running(run_id: object) -> Run:
        return await _until(run_id, lambda run: run.status == "running" and run.events.exists())

    return until_running


async def _until(run_id: object, condition: Callable[[Run], bool]) -> Run:
    from healthchat.chat.models import Run
    from healthchat.database import in_database

    def look() -> Run | None:
        run = Run.objects.get(id=run_id)
        return run if condition(run) else None

    async with asyncio.timeout(WAIT_SECONDS):
        while (run := await in_database(look)) is None:  # noqa: ASYNC110 - what is waited for is in the database
            await asyncio.sleep(0.01)
    return run


def _signed_in(user: User) -> AsyncClient:
    client = AsyncClient()
    client.force_login(user)
    return client
