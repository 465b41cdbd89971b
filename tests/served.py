"""A server process of the project's own, and what a program that calls it needs."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import IO, Any, NamedTuple

import httpx

from tests.event_stream import EventStreamParser, ServerSentEvent

ROOT = Path(__file__).resolve().parent.parent
RUN = Path(os.environ["TESTS_RUN"])
"""The folder of all processes of these tests together."""
SQLITE_FILE = "healthchat.sqlite3"
START_SECONDS = 90
STOP_SECONDS = 30
ANSWER_SECONDS = 60
LOOK_SECONDS = 0.1


class Served(NamedTuple):
    url: str
    data: Path
    log: Path
    process: subprocess.Popen[bytes]

    def client(self, **headers: str) -> httpx.Client:
        """A new visitor, with cookies of its own."""
        return httpx.Client(base_url=self.url, headers=headers, timeout=ANSWER_SECONDS, trust_env=False)

    def printed(self) -> str:
        return self.log.read_text()


@contextmanager
def serve(
    data: Path, *, command: str = "serve", port: int | None = None, empty: bool = False, **environment: str
) -> Iterator[Served]:
    """Run `manage.py <command>` on a free port until the block ends; `environment` goes to it, and to no other.

    Without a `DATABASE_URL` it has a database of its own, as `own_database` makes it.
    """
    port = port or free_port()
    data.mkdir(parents=True, exist_ok=True)
    with nullcontext({}) if "DATABASE_URL" in environment else own_database(data, empty=empty) as database:
        environment = environment | database
        log = data / f"server-{port}-{secrets.token_hex(4)}.log"
        with (
            log.open("wb") as output,
            _process([command, "--port", str(port)], output, env=_environment(data, environment)) as process,
            _worker(output, env=_environment(data, environment)),
        ):
            served = Served(f"http://127.0.0.1:{port}", data, log, process)
            _wait_until_it_answers(served)
            yield served


def run_command(*arguments: str, data: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `manage.py <arguments>` to its end."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=_environment(data, environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def own_database(data: Path, *, empty: bool = False) -> Iterator[dict[str, str]]:
    """A database of a server's own, with its tables unless it is to be `empty`, as the environment names it.

    That is a file in `data` on SQLite, where one that is there already stays as it is.
    """
    data.mkdir(parents=True, exist_ok=True)
    url = os.environ.get("DATABASE_URL", "")
    if url.startswith("postgres"):
        with _own_postgresql(url, template="template1" if empty else migrated_postgresql(url)) as own:
            yield {"DATABASE_URL": own}
        return
    file = data / SQLITE_FILE
    if not empty and not file.exists():
        shutil.copy(migrated_file(), file)
    yield {}


def migrated_file() -> Path:
    """An SQLite file with the tables and nothing in them: made once, for all processes of these tests."""
    folder = RUN / "migrated"
    file = folder / SQLITE_FILE
    with one_at_a_time(folder):
        if not file.exists():
            making = folder / "making.sqlite3"
            _migrate(folder, f"sqlite:///{making}")
            making.rename(file)
    return file


def migrated_postgresql(url: str) -> str:
    """The name of a database with the tables and nothing in them: made once, for all processes of these tests."""
    name = "migrated"
    with one_at_a_time(RUN / name), _connected(url) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute("CREATE DATABASE making")
            _migrate(RUN / name, _named(url, "making"))
            connection.execute(f"ALTER DATABASE making RENAME TO {name}")
    return name


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Keep the other processes of these tests out of a folder until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def events_of(response: httpx.Response) -> Iterator[ServerSentEvent]:
    """The events of a feed as they come, until it ends."""
    parser = EventStreamParser()
    for chunk in response.iter_raw():
        yield from parser.feed(chunk)


@contextmanager
def _own_postgresql(url: str, *, template: str) -> Iterator[str]:
    """The URL of a new database, a copy of another, that is gone after the block."""
    name = f"served_{secrets.token_hex(6)}"
    with _connected(url) as connection:
        # Of one database only one copy can be made at a time.
        with one_at_a_time(RUN / "copying"):
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield _named(url, name)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _connected(url: str) -> Any:
    import psycopg

    return psycopg.connect(url, autocommit=True)


def _named(url: str, name: str) -> str:
    return re.sub(r"/[^/]*$", f"/{name}", url)


def _migrate(data: Path, url: str) -> None:
    migrated = run_command("migrate", "--verbosity", "0", data=data, DATABASE_URL=url)
    assert migrated.returncode == 0, migrated.stderr


def _environment(data: Path, given: dict[str, str]) -> dict[str, str]:
    return os.environ | {"HEALTHCHAT_DATA": str(data)} | given


@contextmanager
def _process(arguments: list[str], output: IO[bytes], *, env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _worker(output: IO[bytes], *, env: dict[str, str]) -> AbstractContextManager[object]:
    """A worker beside the server, where the tests are about an installation with workers."""
    return _process(["worker"], output, env=env) if env.get("HEALTHCHAT_ENGINE") == "procrastinate" else nullcontext()


def _wait_until_it_answers(served: Served) -> None:
    deadline = time.monotonic() + START_SECONDS
    with served.client() as client:
        while time.monotonic() < deadline:
            assert served.process.poll() is None, f"the server has stopped:\n{served.printed()}"
            try:
                client.get("/healthz")
            except httpx.TransportError:
                time.sleep(LOOK_SECONDS)
            else:
                return
    raise TimeoutError(f"the server does not answer:\n{served.printed()}")
