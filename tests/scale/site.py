"""An installation of several processes: PostgreSQL, Redis, servers and workers, each of which can be killed alone."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import mkdtemp

import psycopg
from redis import Redis as Client
from redis import RedisError

from tests import parts
from tests.faults.client import Address
from tests.faults.server import LOOK_SECONDS, STOP_SECONDS, Server
from tests.nginx import nginx
from tests.served import START_SECONDS, free_port

USER = "healthchat"


class PostgreSQL:
    """A cluster of its own, on the loopback; what is committed is on the disk."""

    def __init__(self) -> None:
        self._programs = Path(parts.require("postgresql")).parent
        self._folder = Path(mkdtemp(prefix="healthchat-postgresql-"))
        self._port = free_port()
        if os.getuid() == 0:
            shutil.chown(self._folder, "postgres")
        self._run("initdb", f"--username={USER}", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        self.start()

    @property
    def url(self) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self._port}/postgres"

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

    def remove(self) -> None:
        self.stop("immediate")
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        # PostgreSQL refuses to run as root.
        owner = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        command = [*owner, self._programs / program, f"--pgdata={self._folder / 'data'}", *arguments]
        subprocess.run(command, cwd=self._folder, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


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
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._port}/0"

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


class Site:
    """Two servers and two workers; `front` is what people reach."""

    host = "127.0.0.1"

    def __init__(self, folder: Path, postgresql: PostgreSQL, redis: Redis, environment: dict[str, str]) -> None:
        self.postgresql = postgresql
        self.redis = redis
        self.port = free_port()
        self.folder = folder
        self._environment = {"HEALTHCHAT_ENGINE": "procrastinate", "REDIS_URL": redis.url} | environment
        self.servers = [self.process(Server, f"server-{number}") for number in range(2)]
        self.workers = [self.process(Worker, f"worker-{number}") for number in range(2)]

    def start(self) -> None:
        self.servers[0].manage("migrate", "--verbosity", "0")
        with ThreadPoolExecutor() as together:
            list(together.map(Server.start, [*self.servers, *self.workers]))

    def stop(self) -> None:
        with ThreadPoolExecutor() as together:
            list(together.map(Server.stop, [*self.servers, *self.workers]))

    def process(self, kind: type[Server], name: str) -> Server:
        """One more server or worker, which is not started yet and has its own name with PostgreSQL."""
        database = f"{self.postgresql.url}?application_name={name}"
        process = kind(self.folder, self._environment | {"DATABASE_URL": database})
        process.log = self.folder / f"{name}.log"
        return process

    @contextmanager
    def front(self) -> Iterator[Address]:
        """nginx before both servers, without TLS."""
        upstream = " ".join(
            f"server {server.host}:{server.port} max_fails=1 fail_timeout=1s;" for server in self.servers
        )
        changes = {
            "server 127.0.0.1:8000;": upstream,
            "listen 443 ssl http2;": f"listen {self.host}:{self.port};",
            "listen 80;": f"listen {self.host}:{free_port()};",
            "ssl_certificate /etc/letsencrypt/live/chat.example.org/fullchain.pem;": "",
            "ssl_certificate_key /etc/letsencrypt/live/chat.example.org/privkey.pem;": "",
        }
        with nginx(self.folder, port=self.port, changes=changes):
            yield Address(self.host, self.port)


@contextmanager
def site(folder: Path, **environment: str) -> Iterator[Site]:
    """An installation of its own, until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        postgresql = PostgreSQL()
        stack.callback(postgresql.remove)
        redis = Redis()
        stack.callback(redis.stop)
        made = Site(folder, postgresql, redis, environment)
        stack.callback(made.stop)
        made.start()
        yield made
