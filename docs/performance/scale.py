"""Measures an installation of several processes on this machine, and prints the tables of `docs/scale.md`.

    .venv/bin/python docs/performance/scale.py [--only delivery,throughput]

PostgreSQL, Redis, two servers, nginx and up to four workers share the machine with the load. What is printed of CPU is
what the processes used, whatever else went on; times are as good as the machine is idle.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("TESTS_RUN", tempfile.mkdtemp(prefix="healthchat-scale-"))

from tests.faults.client import Address, Caller  # noqa: E402 - the path comes first
from tests.faults.server import Server  # noqa: E402
from tests.scale.site import Site, Worker, site  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")
STAMP = re.compile(rb"m=(\d+) ")
DONE = b"event: done"
QUESTION = "What was my last HbA1c, and has it changed?"
RUNS = 200
SETTLING_NANOSECONDS = 2 * 10**9
DEMO = """
from django.utils import timezone
from healthchat.records.demo import ensure_demo_patient
ensure_demo_patient(timezone.localdate())
"""


class Delivered(NamedTuple):
    """Milliseconds from when a token was due in a worker to when it came out of the socket."""

    milliseconds: list[float]
    ended: int

    def __str__(self) -> str:
        cuts = statistics.quantiles(self.milliseconds, n=1_000)
        return f"p50 {cuts[499]:.1f} ms, p99 {cuts[989]:.1f} ms, {len(self.milliseconds):,} tokens, {self.ended} ends"


async def watch(caller: Caller, path: str, seen: list[float]) -> bool:
    async with caller.open("GET", path, Accept="text/event-stream") as opened:
        # What was written before anybody watched is not late.
        began = time.monotonic_ns() + SETTLING_NANOSECONDS
        async for piece in opened.pieces():
            now = time.monotonic_ns()
            seen.extend((now - stamp) / 1e6 for stamp in map(int, STAMP.findall(piece)) if stamp > began)
            if DONE in piece:
                return True
    return False


async def delivery(front: Address, *, runs: int, feeds: int) -> Delivered:
    """Ask `runs` questions and watch them by `feeds` feeds, evenly."""
    caller = Caller(front)
    await caller.ask("Who am I?")
    seen: list[float] = []
    asked = [(await caller.ask(f"Question {number}?")).json()["run"] for number in range(runs)]
    watched = [watch(caller, f"/api/runs/{asked[number % runs]}/stream", seen) for number in range(feeds)]
    ended = await asyncio.gather(*watched)
    return Delivered(seen, sum(ended))


async def throughput(front: Address, *, runs: int) -> float:
    """Seconds from the first question to the last end."""
    caller = Caller(front)
    await caller.ask("Who am I?")
    began = time.monotonic()
    asked = [(await caller.ask(f"{QUESTION} ({number})")).json()["run"] for number in range(runs)]
    await asyncio.gather(*(watch(caller, f"/api/runs/{run}/stream", []) for run in asked[-10:]))
    while True:
        page = (await caller.call("GET", f"/api/runs/{asked[-1]}/")).json()
        if page["finished"]:
            break
        await asyncio.sleep(0.05)
    for run in asked:
        while not (await caller.call("GET", f"/api/runs/{run}/")).json()["finished"]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return time.monotonic() - began


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a process and its children have used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICKS


def cpu_of_postgresql() -> float:
    """Of all its processes; those that ended meanwhile are left out."""
    total = 0.0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
            if command.startswith(b"postgres") or b"/postgres\0" in command:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                total += sum(map(int, fields[11:13])) / TICKS
        except OSError:
            continue
    return total


class Cost(NamedTuple):
    servers: float
    workers: float
    database: float
    redis: float

    def __sub__(self, other: Cost) -> Cost:  # type: ignore[override]
        return Cost(*(mine - theirs for mine, theirs in zip(self, other, strict=True)))


def cost(made: Site, workers: Sequence[Server]) -> Cost:
    return Cost(
        sum(cpu_of(server.pid) for server in made.servers),
        sum(cpu_of(worker.pid) for worker in workers),
        cpu_of_postgresql(),
        cpu_of(made.redis.pid),
    )


@contextmanager
def installed(model: str) -> Iterator[tuple[Site, Address]]:
    with tempfile.TemporaryDirectory() as folder:
        limits = {"HEALTHCHAT_PERSON_RUNS": "0", "HEALTHCHAT_PERSON_WAITING": "0", "HEALTHCHAT_PROCESS_RUNS": "500"}
        limits |= {"HEALTHCHAT_ASK_RATE": "0", "HEALTHCHAT_PERSON_FEEDS": "0"}
        with site(Path(folder), HEALTHCHAT_MODEL=model, **limits) as made, made.front() as front:
            yield made, front


def measure_delivery() -> None:
    print("| runs | feeds | tokens a second and run | due in the worker to out of nginx |")
    print("|---|---|---|---|")
    for runs, feeds, every in ((10, 200, 250), (20, 200, 50), (200, 200, 250), (200, 200, 50)):
        with installed(f"scripted:bare=1,tokens={10_000 // every},every_ms={every}") as (_, front):
            print(f"| {runs} | {feeds} | {1000 // every} | {asyncio.run(delivery(front, runs=runs, feeds=feeds))} |")


def measure_throughput() -> None:
    print("| workers | runs/s | CPU a run: servers | workers | PostgreSQL | Redis |")
    print("|---|---|---|---|---|---|")
    with installed("rules") as (made, front):
        made.servers[0].manage("shell", "--command", DEMO)
        made.workers[1].stop()
        for count in (1, 2, 4):
            with more_workers(made, count) as workers:
                asyncio.run(throughput(front, runs=10))
                before = cost(made, workers)
                seconds = asyncio.run(throughput(front, runs=RUNS))
                used = cost(made, workers) - before
            shown = " | ".join(f"{one * 1000 / RUNS:.0f} ms" for one in used)
            print(f"| {count} | {RUNS / seconds:.1f} | {shown} |")


@contextmanager
def more_workers(made: Site, count: int) -> Iterator[list[Server]]:
    first, *_ = made.workers
    others = [made.process(Worker, f"worker-{number}") for number in range(1, count)]
    for worker in others:
        worker.start()
    try:
        yield [first, *others]
    finally:
        for worker in others:
            worker.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="delivery,throughput")
    chosen = parser.parse_args().only.split(",")
    if "delivery" in chosen:
        measure_delivery()
    if "throughput" in chosen:
        measure_throughput()
