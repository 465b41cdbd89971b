"""A server process of the project's own, and what a program that calls it needs."""

from __future__ import annotations

import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO, NamedTuple

import httpx

from tests.event_stream import EventStreamParser, ServerSentEvent

ROOT = Path(__file__).resolve().parent.parent
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
    data: Path, *, command: str = "serve", port: int | None = None, migrate: bool = True, **environment: str
) -> Iterator[Served]:
    """Run `manage.py <command>` on a free port until the block ends; `environment` goes to it, and to no other."""
    port = port or free_port()
    data.mkdir(parents=True, exist_ok=True)
    with nullcontext(environment) if "DATABASE_URL" in environment else own_database() as database:
        environment = environment | database
        if migrate and command != "demo":
            migrated = run_command("migrate", "--verbosity", "0", data=data, **environment)
            assert migrated.returncode == 0, migrated.stderr
        log = data / f"server-{port}-{secrets.token_hex(4)}.log"
        with (
            log.open("wb") as output,
            _process([command, "--port", str(port)], output, env=_environment(data, environment)) as process,
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
def own_database() -> Iterator[dict[str, str]]:
    """On PostgreSQL a database of the server's own, as the environment names it; on SQLite its folder is enough."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield {}
        return
    import psycopg

    name = f"served_{secrets.token_hex(6)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield {"DATABASE_URL": re.sub(r"/[^/]*$", f"/{name}", url)}
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def events_of(response: httpx.Response) -> Iterator[ServerSentEvent]:
    """The events of a feed as they come, until it ends."""
    parser = EventStreamParser()
    for chunk in response.iter_raw():
        yield from parser.feed(chunk)


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


def _wait_until_it_answers(served: Served) -> None:
    deadline = time.monotonic() + START_SECONDS
    with served.client() as client:
        while time.monotonic() < deadline:
            assert served.process.poll() is None, f"the server has stopped:\n{served.printed()}"
            try:
                client.get("/api/schema/")
            except httpx.TransportError:
                time.sleep(LOOK_SECONDS)
            else:
                return
    raise TimeoutError(f"the server does not answer:\n{served.printed()}")
