"""Measures the feed beside two that store nothing, and prints the table of `docs/performance.md`.

    .venv/bin/python docs/performance/measure.py PEERS [--rounds 3] [--only connecting,replay]

PEERS is a folder with a load client `sseload` (one JSON line of figures for a number of event streams) and, in
`servers/`, the peers: `seed_app.py` (FastAPI with sse-starlette, `/seed` and `/agent`) and `raw.py` (bare ASGI), with
a `.venv` that runs them. Server and client have a core each; rounds are interleaved, so that what else the machine
does hits all alike; of each figure the median is taken. The product is measured through its own front door, with
sessions, middleware and the SQLite log, each stream a question of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
TICKS = os.sysconf("SC_CLK_TCK")
ASK = "/api/chat/stream?message=bench+@@@@@@"
BARE = "scripted:tokens=100,every_ms=50,bare=1"
FULL = "scripted:tokens=100,every_ms=50"
PACED = "k=100&pace=50"
MAKE_VISITOR = """
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
user = User.objects.create_user("bench")
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.save()
print(session.session_key)
"""


class Server(NamedTuple):
    name: str
    path: str
    model: str = ""


class Work(NamedTuple):
    """A load, who bears it, and which figures of it are compared."""

    load: list[str]
    servers: list[Server]
    prepare: str = ""
    """What the product's address needs first: a `run` that has ended, or a `hanging run` that never does."""


def paced(streams: int, ramp: int, seconds: int) -> list[str]:
    return ["-n", str(streams), "-r", str(ramp), "-d", str(seconds)]


def peers(query: str, *names: str) -> list[Server]:
    paths = {"seed": "/seed?", "agent": "/agent?", "raw": "/?"}
    return [Server(name, paths[name] + query) for name in names]


WORKS = {
    "paced 500": Work(paced(500, 400, 14), [Server("product", ASK, BARE), *peers(PACED, "seed", "raw")]),
    "paced 100 through the agents": Work(paced(100, 100, 12), [Server("product", ASK, FULL), *peers(PACED, "agent")]),
    "paced 300 through the agents": Work(paced(300, 300, 14), [Server("product", ASK, FULL), *peers(PACED, "agent")]),
    "paced 1000": Work(paced(1000, 700, 18), [Server("product", ASK, BARE), *peers(PACED, "seed")]),
    "replay": Work(
        ["-n", "100", "-T", "1000"],
        [Server("product", "/api/runs/{run}/stream", "scripted:tokens=199,every_ms=5,bare=1"), *peers("k=200", "seed")],
        prepare="run",
    ),
    "one ready answer": Work(
        ["-n", "1", "-T", "30"],
        [Server("product", ASK, "scripted:tokens=200,bare=1"), *peers("k=200", "seed")],
    ),
    "idle": Work(
        ["-n", "5000", "-r", "1000", "--hold", "-d", "13"],
        [
            Server("product", "/api/runs/{run}/stream", "scripted:tokens=100,hang_at=1,bare=1"),
            *peers("hb=15", "seed"),
        ],
        prepare="hanging run",
    ),
    "connecting": Work(
        ["-n", "50", "-T", "2000"],
        [Server("product", ASK, "scripted:tokens=3,bare=1"), *peers("k=3", "seed", "raw")],
    ),
    "connecting again": Work(
        ["-n", "50", "-T", "2000"],
        [Server("product", "/api/runs/{run}/stream", "scripted:tokens=3,bare=1"), *peers("k=3", "seed", "raw")],
        prepare="run",
    ),
}


class Running(NamedTuple):
    process: subprocess.Popen[bytes]
    port: int
    cookie: str = ""


@contextmanager
def served(server: Server, folder: Path) -> Iterator[Running]:
    """The server, on the first core."""
    port = free_port()
    with tempfile.TemporaryDirectory() as data:
        env, cookie = dict(os.environ), ""
        if server.name == "product":
            env |= {"HEALTHCHAT_DATA": data, "HEALTHCHAT_MODEL": server.model}
            env |= {"HEALTHCHAT_ASK_RATE": "0", "HEALTHCHAT_PERSON_FEEDS": "0"}
            manage = [sys.executable, str(ROOT / "manage.py")]
            subprocess.run([*manage, "migrate", "-v0"], env=env, check=True)
            shell = subprocess.run(
                [*manage, "shell", "-v0", "-c", MAKE_VISITOR], env=env, check=True, stdout=-1, text=True
            )
            cookie = f"sessionid={shell.stdout.split()[-1]}"
            command, where = [*manage, "serve", "--port", str(port)], ROOT
        else:
            application = "raw:app" if server.name == "raw" else "seed_app:app"
            uvicorn = [str(folder / ".venv/bin/uvicorn"), "--loop", "uvloop", "--http", "httptools", "--no-access-log"]
            command = [*uvicorn, "--log-level", "error", "--backlog", "4096", "--port", str(port), application]
            where = folder / "servers"
        process = subprocess.Popen(
            ["taskset", "-c", "0", *command], cwd=where, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            wait_until_served(process, port)
            yield Running(process, port, cookie)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return int(opened.getsockname()[1])


def wait_until_served(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(400):
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            if process.poll() is not None:
                raise SystemExit(f"a server ended with {process.returncode}") from None
            time.sleep(0.05)
        else:
            return
    raise SystemExit("a server did not start")


def load(running: Running, folder: Path, path: str, options: list[str]) -> dict[str, Any]:
    """What the load client saw, from the second core."""
    command = ["taskset", "-c", "1", str(folder / "sseload"), "-p", str(running.port), "-u", path, *options]
    if running.cookie:
        command += ["-c", running.cookie]
    seen = subprocess.run(command, check=True, capture_output=True, text=True, timeout=180)
    return dict(json.loads(seen.stdout))


def asked(running: Running, name: str, *, to_its_end: bool) -> dict[str, str]:
    """The run and the conversation of one question."""
    request = f"GET {ASK.replace('@@@@@@', name)} HTTP/1.0\r\nHost: localhost\r\nCookie: {running.cookie}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", running.port), 30) as connection:
        connection.sendall(request.encode())
        pieces = iter(lambda: connection.recv(65536), b"")
        answer = (b"".join(pieces) if to_its_end else next(pieces) + next(pieces)).decode()
    opening = next(line for line in answer.splitlines() if line.startswith("data: "))
    return dict(json.loads(opening.removeprefix("data: ")))


def cpu_seconds(process: subprocess.Popen[bytes]) -> float:
    fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_kilobytes(process: subprocess.Popen[bytes]) -> int:
    rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))


def measured(work: Work, server: Server, folder: Path) -> dict[str, float]:
    with served(server, folder) as running:
        path = server.path
        if server.name == "product":
            warm, again = ASK.replace("bench", "warm"), {}
            if work.prepare:
                again = asked(running, "once", to_its_end=work.prepare == "run")
            path = path.format(**again)
        else:
            warm = path.replace("hb=15", "k=50").replace("pace=50", "pace=0")
        load(running, folder, warm, ["-n", "10", "-T", "40", "-d", "3" if work.prepare == "hanging run" else "20"])
        time.sleep(1)
        before, memory = cpu_seconds(running.process), memory_kilobytes(running.process)
        watched = Watched(running.process)
        if "--hold" in work.load:
            watched.start()
        seen = load(running, folder, path, work.load)
        used = cpu_seconds(running.process) - before
        watched.stop()
    tokens = max(seen["lat_n"], 1)
    streams = max(seen["ok"] or seen["streaming"], 1)
    return {
        "streams": streams,
        "tokens": seen["lat_n"],
        "us a token": used * 1e6 / tokens,
        "us a stream": used * 1e6 / streams,
        "events a CPU-second": seen["events"] / max(used, 0.01),
        "delivery p50 ms": seen["lat_p50"],
        "delivery p99 ms": seen["lat_p99"],
        "first event p50 ms": seen["ttfe_p50"],
        "first event p99 ms": seen["ttfe_p99"],
        "stream p50 ms": seen["stream_p50"],
        "kB a feed": max(watched.most - memory, 0) / streams,
        "threads": watched.threads,
        "errors": sum(seen[kind] for kind in ("refused", "conn_err", "http_err", "reset", "truncated", "gaps", "dups")),
    }


class Watched:
    """The most memory and threads that a process is seen to have."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        from threading import Event, Thread

        self._process = process
        self._ended = Event()
        self._thread = Thread(target=self._watch)
        self.most = 0
        self.threads = 0

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        if self._thread.ident:
            self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(1):
            self.most = max(self.most, memory_kilobytes(self._process))
            self.threads = max(self.threads, len(list(Path(f"/proc/{self._process.pid}/task").iterdir())))


def table(figures: dict[tuple[str, str], list[dict[str, float]]]) -> Iterator[str]:
    names = list(next(iter(figures.values()))[0])
    yield "| load | server | " + " | ".join(names) + " |"
    yield "|---|---|" + "---|" * len(names)
    for (work, server), rounds in figures.items():
        medians = [statistics.median(figure[name] for figure in rounds) for name in names]
        yield f"| {work} | {server} | " + " | ".join(f"{median:.4g}" for median in medians) + " |"


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("peers", type=Path)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--only", default=",".join(WORKS))
    chosen = arguments.parse_args()
    figures: dict[tuple[str, str], list[dict[str, float]]] = {}
    for _ in range(chosen.rounds):
        for name in chosen.only.split(","):
            for server in WORKS[name].servers:
                figure = measured(WORKS[name], server, chosen.peers.resolve())
                figures.setdefault((name, server.name), []).append(figure)
                print(name, server.name, {key: round(value, 2) for key, value in figure.items()}, file=sys.stderr)
    print("\n".join(table(figures)))


if __name__ == "__main__":
    main()
