"""An installation of several processes: PostgreSQL, Redis, servers and workers, each of which can be killed alone."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import mkdtemp
from types import MappingProxyType
from typing import NamedTuple

import psycopg
from redis import Redis as Client
from redis import RedisError

from tests import parts
from tests.faults.client import Address
from tests.faults.proxy import Fault, Proxy, before
from tests.faults.server import LOOK_SECONDS, STOP_SECONDS, Server
from tests.nginx import nginx
from tests.served import RUN, START_SECONDS, free_port, one_at_a_time, run_command

ENGINE = {"HEALTHCHAT_ENGINE": "procrastinate"}
HOST = "127.0.0.1"
USER = "healthchat"


class PostgreSQL:
    """A cluster of its own, on the loopback; what is committed is on the disk. It is empty, or a copy of another."""

    def __init__(self, *, files: Path | None = None) -> None:
        self._programs = Path(parts.require("postgresql")).parent
        self._folder = Path(mkdtemp(prefix="healthchat-postgresql-"))
        self._port = free_port()
        if os.getuid() == 0:
            shutil.chown(self._folder, "postgres")
        if files:
            copy(files, self._files)
        else:
            self._run("initdb", f"--username={USER}", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        self.start()

    @property
    def _files(self) -> Path:
        return self._folder / "data"

    @property
    def address(self) -> Address:
        return Address(HOST, self._port)

    @property
    def url(self) -> str:
        return self.url_by(self.address)

    def url_by(self, address: Address) -> str:
        """Its URL by way of what stands before it."""
        return f"postgresql://{USER}@{address.host}:{address.port}/postgres"

    def start(self) -> None:
        options = f"-p {self._port} -k {self._folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self._run("pg_ctl", f"--log={self._folder / 'log'}", "--wait", "--silent", "start", f"--options={options}")

    def stop(self, mode: str = "fast") -> None:
        self._run("pg_ctl", f"--mode={mode}", "--silent", "stop")

    def connections(self, name: str) -> int:
        """How many connections a process has that calls itself so."""
        with psycopg.connect(self.url) as connection:
            found = connection.execute("SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = %s", [name])
            return found.fetchone()[0]

    def keep(self, files: Path) -> None:
        """Stop it, and keep what is in it there."""
        self.stop()
        copy(self._files, files)
        shutil.rmtree(self._folder, ignore_errors=True)

    def remove(self) -> None:
        self.stop("immediate")
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        # PostgreSQL refuses to run as root.
        owner = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        command = [*owner, self._programs / program, f"--pgdata={self._files}", *arguments]
        subprocess.run(command, cwd=self._folder, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def copy(folder: Path, to: Path) -> None:
    """Copy a folder as it is, whoever owns what is in it."""
    subprocess.run(["cp", "--archive", folder, to], check=True)


def migrated_files() -> Path:
    """A cluster's files with the tables and nothing in them: made once, for all processes of these tests."""
    folder = RUN / "cluster"
    with one_at_a_time(folder):
        if not (folder / "data").exists():
            made = PostgreSQL()
            migrated = run_command("migrate", "--verbosity", "0", data=folder, **ENGINE, DATABASE_URL=made.url)
            assert migrated.returncode == 0, migrated.stderr
            made.keep(folder / "data")
    return folder / "data"


class Redis:
    """A Redis that keeps nothing."""

    def __init__(self) -> None:
        self._program = parts.require("redis")
        self._port = free_port()
        self.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def address(self) -> Address:
        return Address(HOST, self._port)

    @property
    def url(self) -> str:
        return self.url_by(self.address)

    def url_by(self, address: Address) -> str:
        """Its URL by way of what stands before it."""
        return f"redis://{address.host}:{address.port}/0"

    def start(self) -> None:
        command = [self._program, "--port", str(self._port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS
        with Client.from_url(self.url) as client:
            while time.monotonic() < deadline:
                try:
                    client.ping()
                except RedisError:
                    time.sleep(LOOK_SECONDS)
                else:
                    return
        raise TimeoutError("Redis does not answer")

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(STOP_SECONDS)


class Worker(Server):
    """A real `manage.py worker`."""

    def program(self) -> list[str]:
        return ["manage.py", "worker"]

    def start(self) -> None:
        # A log for each process: what the last one said is not what this one says.
        self.log = self.log.with_name(f"worker-{secrets.token_hex(4)}.log")
        super().start()

    def wait_until_it_listens(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        while "works on" not in self.printed():
            assert self._process.poll() is None, self.printed()
            assert time.monotonic() < deadline, self.printed()
            time.sleep(LOOK_SECONDS)


class Cable(NamedTuple):
    """A machine's only way to PostgreSQL and Redis."""

    postgresql: Proxy
    redis: Proxy

    def pull(self) -> None:
        self.postgresql.silence()
        self.redis.silence()

    def plug_in(self) -> None:
        self.postgresql.speak()
        self.redis.speak()


class Site:
    """Two servers and two workers; `front` is what people reach."""

    host = HOST

    def __init__(self, folder: Path, postgresql: PostgreSQL, redis: Redis, environment: dict[str, str]) -> None:
        self.postgresql = postgresql
        self.redis = redis
        self.folder = folder
        self._environment = ENGINE | environment
        self.servers = [self.process(Server, f"server-{number}") for number in range(2)]
        self.workers = [self.process(Worker, f"worker-{number}") for number in range(2)]

    def start(self) -> None:
        with ThreadPoolExecutor() as together:
            list(together.map(Server.start, [*self.servers, *self.workers]))

    def stop(self) -> None:
        with ThreadPoolExecutor() as together:
            list(together.map(Server.stop, [*self.servers, *self.workers]))

    def process(self, kind: type[Server], name: str, *, by: Cable | None = None, **environment: str) -> Server:
        """One more server or worker, which is not started yet and has its own name with PostgreSQL."""
        database, redis = by or (self.postgresql.address, self.redis.address)
        ways = {
            "DATABASE_URL": f"{self.postgresql.url_by(Address.of(database))}?application_name={name}",
            "REDIS_URL": self.redis.url_by(Address.of(redis)),
        }
        process = kind(self.folder, self._environment | ways | environment)
        process.log = self.folder / f"{name}.log"
        return process

    @asynccontextmanager
    async def machine(self, kind: type[Server], name: str, **environment: str) -> AsyncIterator[tuple[Server, Cable]]:
        """A server or a worker as if on a machine of its own, until the block ends."""
        async with (
            before(*self.postgresql.address, lambda _: Fault()) as postgresql,
            before(*self.redis.address, lambda _: Fault()) as redis,
        ):
            cable = Cable(postgresql, redis)
            process = self.process(kind, name, by=cable, **environment)
            await asyncio.to_thread(process.start)
            try:
                yield process, cable
            finally:
                await asyncio.to_thread(process.kill)

    @contextmanager
    def front(
        self, *, servers: Sequence[Server] = (), changes: Mapping[str, str] = MappingProxyType({})
    ) -> Iterator[Address]:
        """nginx before the servers, without TLS."""
        port = free_port()
        folder = self.folder / f"nginx-{port}"
        folder.mkdir()
        upstream = " ".join(
            f"server {server.host}:{server.port} max_fails=1 fail_timeout=1s;" for server in servers or self.servers
        )
        own = {
            "server 127.0.0.1:8000;": upstream,
            "listen 443 ssl http2;": f"listen {self.host}:{port};",
            "listen 80;": f"listen unix:{folder}/plain.sock;",
            "ssl_certificate /etc/letsencrypt/live/chat.example.org/fullchain.pem;": "",
            "ssl_certificate_key /etc/letsencrypt/live/chat.example.org/privkey.pem;": "",
        }
        with nginx(folder, port=port, changes=own | dict(changes)):
            yield Address(self.host, port)


@contextmanager
def site(folder: Path, **environment: str) -> Iterator[Site]:
    """An installation of its own, until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        postgresql = PostgreSQL(files=migrated_files())
        stack.callback(postgresql.remove)
        redis = Redis()
        stack.callback(redis.stop)
        made = Site(folder, postgresql, redis, environment)
        stack.callback(made.stop)
        made.start()
        yield made
