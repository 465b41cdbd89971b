"""A backup is taken while people ask, watch and import; restored elsewhere, it is as if everything went on from there.

The commands are those of docs/deploy.md. Who watched comes back to the same address and may have seen more than the
backup has.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import psycopg
import pytest

from tests import parts
from tests.deployment import commands
from tests.event_stream import ServerSentEvent
from tests.faults.checker import check
from tests.faults.client import Address, Caller, CutError, EventSource, RefusedError
from tests.faults.history import Asked, History
from tests.faults.server import Server
from tests.records.importers.samples import apple, steps
from tests.scale.person import address, new_patient, somebody
from tests.scale.site import PostgreSQL, Site, site
from tests.served import LOOK_SECONDS, ROOT, SQLITE_FILE, migrated_file

pytestmark = pytest.mark.faults_long

TOKENS = 80
MODEL = f"scripted:bare=1,tokens={TOKENS},every_ms=25"
PEOPLE = 3
PAUSE_SECONDS = 0.3
BEFORE_SECONDS = 2.0
AFTER_SECONDS = 0.5
"""How long everything goes on after the backup was taken; a run takes longer, so readers of some come back."""
END_SECONDS = 120.0
LONGEST_SECONDS = 600.0
CAME_IN = "</strong> new record came in"
GONE = "This file is no longer here. Please send it again."

HALF = apple(steps(10, "2025-01-01 08:00:00 +0100", "2025-01-01 08:10:00 +0100"))
WHOLE = apple(
    steps(10, "2025-01-02 08:00:00 +0100", "2025-01-02 08:10:00 +0100"), *["<!--" + "x" * 1000 + "-->"] * 12_000
)
PIECE_BYTES = 4 << 20


class Installation(NamedTuple):
    """Servers to ask, and what is done to them."""

    servers: list[Server]
    back_up: Callable[[], Awaitable[None]]
    kill: Callable[[], Awaitable[None]]
    restore: Callable[[], Awaitable[None]]
    """Start it elsewhere, at the same addresses, from the backup."""


class Load:
    """People who ask one question after the other, each watched by somebody who comes back after every cut."""

    def __init__(self, servers: list[Server]) -> None:
        self.histories = [History() for _ in range(PEOPLE)]
        self.callers = [Caller(Address.of(servers[number % len(servers)])) for number in range(PEOPLE)]
        self._servers = servers
        self._asking: list[asyncio.Task[None]] = []
        self._watching: dict[str, asyncio.Task[None]] = {}
        self._asleep: dict[str, list[ServerSentEvent]] = {}

    async def begin(self) -> None:
        for caller in self.callers:
            await caller.ask("Who am I?")
        self._asking = [asyncio.create_task(self._ask(number)) for number in range(PEOPLE)]

    async def end(self) -> None:
        for task in self._asking:
            task.cancel()
        await asyncio.gather(*self._asking, return_exceptions=True)

    def shown(self) -> dict[str, list[ServerSentEvent]]:
        """What each reader has seen so far, by run."""
        return {one.run: list(one.readers[0].events) for one in self.asked}

    @property
    def asked(self) -> list[Asked]:
        return [one for history in self.histories for one in history.asked]

    def let_go(self, before: dict[str, list[ServerSentEvent]]) -> None:
        """Have somebody beside each reader fall asleep, who has seen as much and comes back when all is over.

        Who has seen the end since the backup has left, and does not learn that there is going to be another.
        """
        self._asleep = self.shown()
        for one in self.asked:
            if one.readers[0].ended and before.get(one.run, [])[-1:] != one.readers[0].events[-1:]:
                one.readers.clear()

    async def forget_lost(self) -> list[Asked]:
        """Leave out the questions of which nothing is known any more, as who watches them is told."""
        lost = []
        for history, caller in zip(self.histories, self.callers, strict=True):
            for asked in list(history.asked):
                if (await caller.call("GET", f"/api/runs/{asked.run}/")).status == 404:
                    history.asked.remove(asked)
                    lost.append(asked)
        ended = await asyncio.gather(*(self._watching.pop(one.run) for one in lost), return_exceptions=True)
        assert all(error is None or isinstance(error, RefusedError) for error in ended)
        return lost

    async def check(self) -> None:
        """Watch everything to its end, and once more from the start; what is seen is what is stored."""
        await asyncio.gather(*self._watching.values())
        for history, caller in zip(self.histories, self.callers, strict=True):
            for asked in history.asked:
                await self._wake(asked, caller)
                await EventSource(caller, asked.feed, asked.reader()).watch_to_the_end()
            await check(history, caller, tokens=TOKENS)

    async def ask_again(self) -> None:
        """Everybody is still who they were, and is answered."""
        for history, caller in zip(self.histories, self.callers, strict=True):
            question = "And after that?"
            answer = await caller.ask(question, conversation=history.asked[0].conversation)
            assert answer.status == 201
            self._watch(history.acknowledged(question, answer.json()), caller)

    async def _ask(self, person: int) -> None:
        history, caller = self.histories[person], self.callers[person]
        for number in range(1_000):
            question = f"Question {number} of person {person}?"
            # Every third waits for the one before it.
            into = {"conversation": history.asked[-1].conversation} if number % 3 == 2 else {}
            with suppress(CutError, OSError):
                answer = await caller.ask(question, **into)
                self._watch(history.acknowledged(question, answer.json()), caller)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _wake(self, asked: Asked, caller: Caller) -> None:
        if remembered := self._asleep.get(asked.run):
            late = asked.reader()
            late.events = list(remembered)
            await EventSource(caller, asked.feed, late, after=remembered[-1].id).watch()

    def _watch(self, asked: Asked, caller: Caller) -> None:
        another = self._servers[len(self._watching) % len(self._servers)]
        source = EventSource(caller.through(another), asked.feed, asked.reader(), bears=(502, 503), pause=PAUSE_SECONDS)
        self._watching[asked.run] = asyncio.create_task(source.watch())


class Import:
    """Somebody who sends a file in pieces."""

    def __init__(self, server: Server, person: httpx.Client, patient: str, content: bytes) -> None:
        self._server, self._person, self._content = server, person, content
        self._begun = self._post(f"{patient}/uploads", json={"name": "export.xml", "size": len(content)})

    @property
    def page(self) -> str:
        return str(self._begun["page"])

    def send(self, begin: int, end: int) -> dict[str, Any]:
        piece = self._content[begin:end]
        headers = {"Content-Type": "application/octet-stream"}
        return self._post(f"{self._begun['pieces']}?at={begin}", content=piece, headers=headers)

    def send_all(self) -> None:
        for begin in range(0, len(self._content), PIECE_BYTES):
            self.send(begin, begin + PIECE_BYTES)

    def report(self) -> str:
        """What its page says in the end; where it offers to read the file again, that was done."""
        deadline = time.monotonic() + END_SECONDS
        while "<upload-progress" in (page := self._person.get(self.page).text):
            assert time.monotonic() < deadline, page
            if "Read it again" in page:
                self._person.post(f"{self.page}/answer", headers=self._token())
            time.sleep(LOOK_SECONDS)
        return page

    def _post(self, path: str, *, headers: dict[str, str] | None = None, **body: Any) -> dict[str, Any]:
        answer = self._person.post(path, headers=self._token() | (headers or {}), **body)
        assert answer.is_success, answer.text
        return dict(answer.json())

    def _token(self) -> dict[str, str]:
        return {"X-CSRFToken": self._person.cookies["csrftoken"], "Referer": address(self._server)}


def carry_out(documented: str, **environment: str) -> None:
    """Do what docs/deploy.md says, with these tests' Python."""
    programs = f"{Path(parts.find('postgresql') or '').parent}:{os.environ['PATH']}"
    environment = os.environ | {"PATH": programs} | environment
    done = subprocess.run(
        ["sh", "-euc", documented.replace(".venv/bin/python", sys.executable)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@asynccontextmanager
async def on_one_machine(folder: Path) -> AsyncIterator[Installation]:
    before, after, backup = folder / "before", folder / "after", folder / "backup"
    take, put_back, *_ = commands("Backup and restore")

    def settings(data: Path) -> dict[str, str]:
        url = f"sqlite:///{data / SQLITE_FILE}"
        return {"HEALTHCHAT_DATA": str(data), "DATABASE_URL": url, "HEALTHCHAT_ENGINE": "inline"}

    def made(data: Path) -> Server:
        data.mkdir()
        return Server(data, settings(data) | {"HEALTHCHAT_MODEL": MODEL})

    first, second = made(before), made(after)
    second.port = first.port
    shutil.copy(migrated_file(), before / SQLITE_FILE)

    async def back_up() -> None:
        await asyncio.to_thread(carry_out, take, BACKUP=str(backup), **settings(before))

    async def kill() -> None:
        await asyncio.to_thread(first.kill)

    async def restore() -> None:
        await asyncio.to_thread(carry_out, put_back, BACKUP=str(backup), **settings(after))
        await asyncio.to_thread(second.start)

    try:
        await asyncio.to_thread(first.start)
        yield Installation([first], back_up, kill, restore)
    finally:
        for server in (first, second):
            server.stop()


@asynccontextmanager
async def on_many_machines(folder: Path) -> AsyncIterator[Installation]:
    backup = folder / "healthchat.dump"
    *_, dump, put_back = commands("Backup and restore")
    environment = {"HEALTHCHAT_MODEL": MODEL, "HEALTHCHAT_PERSON_RUNS": "0", "SECRET_KEY": secrets.token_hex(16)}
    with ExitStack() as stack:
        first = stack.enter_context(site(folder / "before", **environment))
        postgresql = PostgreSQL()
        stack.callback(postgresql.remove)
        second = Site(folder / "after", postgresql, first.redis, environment)
        second.folder.mkdir()
        for before, after in zip(first.servers, second.servers, strict=True):
            after.port = before.port
        stack.callback(second.stop)

        async def back_up() -> None:
            await asyncio.to_thread(carry_out, dump, BACKUP=str(backup), DATABASE_URL=first.postgresql.url)

        async def kill() -> None:
            for process in (*first.servers, *first.workers):
                process.kill()

        async def restore() -> None:
            settings = environment | {"HEALTHCHAT_ENGINE": "procrastinate", "DATABASE_URL": postgresql.url}
            settings |= {"HEALTHCHAT_DATA": str(second.folder), "REDIS_URL": first.redis.url}
            await asyncio.to_thread(carry_out, put_back, BACKUP=str(backup), **settings)
            await asyncio.to_thread(second.start)

        yield Installation(first.servers, back_up, kill, restore)
        await asyncio.to_thread(no_job_is_left, postgresql)


def no_job_is_left(postgresql: PostgreSQL) -> None:
    deadline = time.monotonic() + END_SECONDS
    with psycopg.connect(postgresql.url, autocommit=True) as connection:
        left = "SELECT queue_name, status FROM procrastinate_jobs WHERE queue_name <> 'upkeep'"
        while jobs := connection.execute(left).fetchall():
            assert time.monotonic() < deadline, jobs
            time.sleep(LOOK_SECONDS)


@pytest.mark.parametrize("backup", range(5))
@pytest.mark.parametrize(
    "installation",
    [on_one_machine, pytest.param(on_many_machines, marks=pytest.mark.needs("postgresql", "redis"))],
    ids=["one machine", "many machines"],
)
async def test_it_goes_on_from_a_backup_that_was_taken_under_load(
    tmp_path: Path, installation: Callable[[Path], AbstractAsyncContextManager[Installation]], backup: int
) -> None:
    async with installation(tmp_path) as installed, asyncio.timeout(LONGEST_SECONDS):
        server = installed.servers[0]
        with somebody(server) as person:
            patient = await asyncio.to_thread(new_patient, person)
            half, whole = (Import(server, person, patient, content) for content in (HALF, WHOLE))
            half.send(0, len(HALF) // 2)
            load = Load(installed.servers)
            await load.begin()
            await asyncio.sleep(BEFORE_SECONDS)
            await asyncio.to_thread(whole.send_all)
            before = load.shown()
            await installed.back_up()
            await asyncio.sleep(AFTER_SECONDS)
            await load.end()
            await installed.kill()
            load.let_go(before)

            await installed.restore()
            lost = await load.forget_lost()
            await load.ask_again()
            await load.check()

            assert lost
            assert not before.keys() & {one.run for one in lost}
            assert any(seen.beginnings for one in load.asked for seen in one.readers)
            for one in load.asked:
                shown = before.get(one.run, [])
                assert one.readers[-1].events[: len(shown)] == shown
            half.send(len(HALF) // 2, len(HALF))
            for report in [await asyncio.to_thread(one.report) for one in (half, whole)]:
                assert (CAME_IN in report) != (GONE in report)
