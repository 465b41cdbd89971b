"""A disk that takes nothing more while runs are live: questions are refused, and all that was taken is kept."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.faults.checker import check, stored
from tests.faults.client import Address, Caller, EventSource
from tests.faults.history import Asked, History, Seen
from tests.faults.server import Server, serving
from tests.served import SQLITE_FILE, migrated_file

pytestmark = [
    pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="is about SQLite"),
    pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's way to fill a disk"),
]

TOKENS = 60
RUNS_AT_ONCE = 3
DISK_MEGABYTES = 16
FULL_SECONDS = 2.0
WAIT_SECONDS = 120.0


class Disk(NamedTuple):
    server: Server
    full: Callable[[], AbstractContextManager[None]]
    """For as long as this block lasts, nothing can be written."""


@pytest.fixture(scope="module", params=["a file system that is full", "a limit that no file may pass"])
def disk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Disk]:
    data, folder = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("disk")
    if request.param == "a file system that is full":
        with mounted(folder), served(data, folder) as server:
            yield Disk(server, lambda: filled(folder))
    else:
        with served(data, folder) as server:
            yield Disk(server, lambda: limited(server.pid))


@pytest.mark.parametrize("times", [1, pytest.param(10, marks=pytest.mark.faults_long)])
async def test_it_keeps_what_it_took_and_refuses_the_rest_while_the_disk_is_full(disk: Disk, times: int) -> None:
    server, full = disk
    caller = Caller(Address.of(server))
    await caller.ask("Who am I?")
    history = History()

    for time in range(times):
        watching = [await ask(caller, history, f"Before {time}-{number}?") for number in range(RUNS_AT_ONCE)]
        live = history.asked[-RUNS_AT_ONCE:]
        async with asyncio.timeout(WAIT_SECONDS):
            while not all(len(asked.readers[0].events) > 3 for asked in live):  # noqa: ASYNC110
                await asyncio.sleep(0.01)

        with full():
            await is_refused(caller, history, f"During {time}?")
            await asyncio.sleep(FULL_SECONDS)
            await is_refused(caller, history, f"During {time}, later?")
            await shows_what_it_has(caller, live[0])
            late = [watch(caller, asked) for asked in live]

        for question in (f"During {time}?", f"During {time}, later?"):
            again = await caller.ask(question, key=question)
            assert again.status == 201, "a refused question was stored all the same"
            history.acknowledged(question, again.json())
        async with asyncio.timeout(WAIT_SECONDS):
            await asyncio.gather(*watching, *late)

    await check(history, caller, tokens=TOKENS)
    runs = [(await stored(caller, asked)).run for asked in history.asked]
    assert {run["status"] for run in runs} == {"complete"}
    assert "?" not in server.printed()
    assert "Traceback" not in server.printed()


async def test_it_says_so_to_newcomers_and_on_every_other_way_too(disk: Disk) -> None:
    server, full = disk
    caller, newcomer = Caller(Address.of(server)), Caller(Address.of(server))
    conversation = (await caller.ask("Who am I?")).json()["conversation"]
    token = "a" * 32
    with_token = Caller(caller.address, f"{caller.cookie}; csrftoken={token}")
    of_form = {"X-CSRFToken": token}

    with full():
        answers = [await newcomer.ask(f"Question {number}?") for number in range(20)]
        renamed = await with_token.call("PATCH", f"/api/conversations/{conversation}/", {"title": "Another"}, **of_form)
        signed_out = await with_token.call("POST", "/logout/", {}, **of_form)
    after = await newcomer.ask("And now?")

    assert answers[-1].status == 503
    assert {answer.status for answer in answers} <= {201, 503}
    assert (renamed.status, renamed.json()["code"]) == (503, "storage_unavailable")
    assert int(renamed.headers["retry-after"]) > 0
    assert signed_out.status == 503
    assert b"<h1>" in signed_out.body
    assert after.status == 201


async def is_refused(caller: Caller, history: History, question: str) -> None:
    """Ask until what is left of the disk is used up; what was taken until then counts."""
    for number in range(100):
        answer = await caller.ask(question, key=question)
        if answer.status != 201:
            break
        history.acknowledged(question, answer.json())
        question = f"{question}{number}"
    assert answer.status == 503, answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json()["code"] == "storage_unavailable"
    assert "disk" not in answer.json()["detail"]


async def shows_what_it_has(caller: Caller, asked: Asked) -> None:
    assert (await caller.call("GET", f"/api/runs/{asked.run}/")).json()["status"] == "running"
    assert (await caller.call("GET", f"/api/runs/{asked.run}/events")).json()["events"]


async def ask(caller: Caller, history: History, question: str) -> asyncio.Task[None]:
    answer = await caller.ask(question)
    assert answer.status == 201
    return watch(caller, history.acknowledged(question, answer.json()))


def watch(caller: Caller, asked: Asked) -> asyncio.Task[None]:
    seen: Seen = asked.reader()
    return asyncio.create_task(EventSource(caller, asked.feed, seen).watch())


@contextmanager
def served(data: Path, folder: Path) -> Iterator[Server]:
    """A server whose database lies in `folder`, and nothing else of it."""
    database = folder / SQLITE_FILE
    shutil.copy(migrated_file(), database)
    model = f"scripted:bare=1,tokens={TOKENS},every_ms=50"
    url = f"sqlite:///{database}"
    with serving(data / "server", HEALTHCHAT_MODEL=model, DATABASE_URL=url) as server:
        yield server


@contextmanager
def mounted(folder: Path) -> Iterator[None]:
    """A small file system of its own."""
    size = f"size={DISK_MEGABYTES}m"
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], check=False, capture_output=True)
    if made.returncode:
        pytest.skip("this user may not mount a file system")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def filled(folder: Path) -> Iterator[None]:
    """The file system takes not one byte more until the block ends."""
    ballast = folder / "ballast"
    try:
        with ballast.open("wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                pass
        yield
    finally:
        ballast.unlink()


@contextmanager
def limited(pid: int) -> Iterator[None]:
    """The process can write to no file until the block ends."""
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
