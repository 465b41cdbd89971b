"""Several server processes in one thread, over one real database, in an order that a seed decides.

Each process is an event loop with the engine, recorder, hub and endpoints that the product makes for a loop. The loops
have a clock of their own making, take turns as the seed says, and go once to the database for each call, which takes
its time and fails now and then. A process that is killed is not stepped any more: its tasks are dropped where they are.
"""

from __future__ import annotations

import asyncio
import contextvars
import json
import random
import selectors
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import OperationalError, connection, connections
from django.http import HttpResponseBase
from django.test import AsyncRequestFactory

from healthchat.asgi import FeedHandler
from healthchat.chat import worker
from healthchat.chat.engine import Engine, engine
from healthchat.chat.hub import hub
from healthchat.chat.models import Event, Message, Run
from healthchat.chat.recorder import recorder
from tests.event_stream import EventStreamParser
from tests.faults.checker import Stored, violations
from tests.faults.history import Asked, History, Seen

SLOWEST_DATABASE_SECONDS = 0.02
LONGEST_PAUSE_SECONDS = 40.0
"""Longer than a lease: who is paused so long loses its runs."""
COME_BACK_SECONDS = 0.5
TURNS_OF_CHAOS = 2_500
SECONDS_TO_END = 600.0
"""By the simulation's clock: how long all may take to come to an end once nothing fails any more."""

TOKENS = 12


class Clock:
    def __init__(self) -> None:
        self.seconds = 1_000.0
        self.ahead = timedelta()
        """By how much the time of day is wrong."""
        self._began = datetime.now(UTC)

    def now(self) -> datetime:
        return self._began + timedelta(seconds=self.seconds) + self.ahead

    def monotonic(self) -> float:
        return self.seconds

    def monotonic_ns(self) -> int:
        return int(self.seconds * 1e9)


class NoWait(selectors.SelectSelector):
    """There is nothing to wait for: no sockets, and the time is made up."""

    def select(self, timeout: float | None = None) -> list[Any]:
        return []


class Loop(asyncio.SelectorEventLoop):
    """A loop that is stepped from outside and whose threads' work is done at moments that `chance` decides."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__(NoWait())
        self.chance = chance
        self._database = contextvars.Context()
        """Django keeps connections by context; this is the one that all calls of this loop share."""
        self.trouble = 0.0
        """How probably a call of the database fails."""
        self.gone = False

    def run_in_executor(self, executor: object, func: Callable[..., Any], *args: Any) -> Any:
        outcome = self.create_future()
        self.call_later(self.chance.random() * SLOWEST_DATABASE_SECONDS, self._work, outcome, executor, func, args)
        return outcome

    def _work(self, outcome: asyncio.Future[Any], executor: object, func: Callable[..., Any], args: Any) -> None:
        # In this thread: nothing is to be decided by how threads are scheduled, and it is ten times as fast.
        value, error = None, None
        try:
            value = func(*args) if executor is None else self._database.run(self._way(), func, *args)
        except Exception as raised:
            error = raised
        self.call_later(self.chance.random() * SLOWEST_DATABASE_SECONDS, _tell, outcome, value, error)

    def _way(self) -> Callable[..., Any]:
        if self.gone:
            return _fails_at(0)
        if self.chance.random() >= self.trouble:
            return _sound
        return _loses_the_answer if self.chance.random() < 0.2 else _fails_at(self.chance.randrange(12))

    @property
    def ready(self) -> bool:
        return bool(self._ready) or self.due <= self.time()  # type: ignore[attr-defined]

    @property
    def due(self) -> float:
        scheduled = self._scheduled  # type: ignore[attr-defined]
        return scheduled[0].when() if scheduled else float("inf")

    async def disconnect(self) -> None:
        """Close the connections; they can be found only while the loop runs."""
        self._database.run(connections.close_all)

    def step(self) -> None:
        self.call_soon(self.stop)
        self.run_forever()


class Process:
    """One server process."""

    def __init__(self, chance: random.Random, session: str) -> None:
        self.loop = Loop(chance)
        self.paused_until = 0.0
        self.leaving = False
        self._requests = AsyncRequestFactory()
        self._requests.cookies["sessionid"] = session
        self._handler = FeedHandler()
        self.engine: Engine | None = None
        self.spawn(self._start())

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        return self.loop.create_task(work)

    async def request(self, method: str, path: str, body: object = None, **headers: str) -> HttpResponseBase:
        content = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        request = self._requests.generic(method, path, **content, headers=headers)
        response: HttpResponseBase = await self._handler.run_get_response(request)
        return response

    async def leave(self) -> None:
        """End in good order, as on SIGTERM."""
        hub().close()
        await engine().stop()
        self.leaving = True

    def kill(self, *, known: bool) -> None:
        """End as by a power cut; where it is `known`, others see at once that the process is dead."""
        if known and self.engine is not None:
            worker._of_this_process.discard(self.engine.worker)

    def clear_up(self) -> None:
        """Free what a process that ended would have freed; nothing of it reaches the database."""
        self.loop.gone = True
        with suppress(RuntimeError):
            while tasks := asyncio.all_tasks(self.loop):
                for task in tasks:
                    task.cancel()
                self.loop.step()
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.run_until_complete(self.loop.disconnect())
        self.loop.close()

    def held(self) -> list[str]:
        """What it still has of runs that ended and of readers who left."""

        async def look() -> list[str]:
            held = {
                "runs at hand": hub().here,
                "topics": hub().topics,
                "visitors": hub().visitors,
                "waits": hub().waiting,
                "tasks of runs": engine()._tasks,
                "sheets": recorder()._sheets,
            }
            return [f"{len(things)} {what} are left in a process" for what, things in held.items() if things]

        return self.loop.run_until_complete(look())

    async def _start(self) -> None:
        self.engine = engine()
        engine().watch()


class Reader:
    """A browser that watches a run or a conversation, comes back after each cut, and reads as fast as it likes."""

    def __init__(self, seen: Seen, path: str, chance: random.Random) -> None:
        self.done = False
        self.process: Process | None = None
        self.back_at = 0.0
        self.seen = seen
        self.tasks: list[asyncio.Task[None]] = []
        self._path = path
        self._chance = chance
        self._last_event_id = ""
        self._task: asyncio.Task[None] | None = None
        self._slow = chance.choice([0.0, 0.0, 0.05, 2.0])

    @property
    def connected(self) -> bool:
        return self._task is not None and not self._task.done()

    def connect(self, process: Process) -> None:
        self.process = process
        self._task = process.spawn(self._watch(process))
        self.tasks.append(self._task)

    def cut(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def lost(self) -> None:
        self._task = None

    async def _watch(self, process: Process) -> None:
        headers = {"Last-Event-ID": self._last_event_id} if self._last_event_id else {}
        self.seen.connects += 1
        try:
            response: Any = await process.request("GET", self._path, **headers)
            if response.status_code in (204, 200):
                self.done = response.status_code == 204
                await self._read(response)
            else:
                assert response.status_code == 503, response.status_code
        finally:
            self.back_at = process.loop.time() + self._chance.random() * COME_BACK_SECONDS

    async def _read(self, response: Any) -> None:
        if self.done:
            return
        parser = EventStreamParser()
        try:
            async for chunk in response.frames:
                for event in parser.feed(chunk):
                    self._last_event_id = event.id or self._last_event_id
                    self.seen.add(event)
                if self._slow:
                    await asyncio.sleep(self._slow)
        finally:
            await response.frames.aclose()


class Simulation:
    """One seed's story: what is asked, what goes wrong, and what everybody saw."""

    def __init__(self, seed: int, owner: User, session: str, clock: Clock) -> None:
        self.chance = random.Random(seed)
        self._seed = seed
        self.clock = clock
        self.history = History()
        self.happened: list[str] = []
        self._owner = owner
        self._session = session
        self._gone: list[Process] = []
        self._readers: list[Reader] = []
        self._talks: dict[str, Reader] = {}
        """Who watches a conversation, by its id."""
        self._questions: dict[str, dict[str, object]] = {}
        """Those that are not acknowledged yet, by key."""
        self._sent: list[asyncio.Task[None]] = []
        self._left_to_ask = self.chance.randint(2, 5)
        self._number = 0
        self._processes = [Process(self.chance, session) for _ in range(self.chance.randint(1, 3))]

    def run(self) -> list[str]:
        """Carry it out to its end, and say which invariants were broken."""
        try:
            for _ in range(TURNS_OF_CHAOS):
                if self.chance.random() < 0.03:
                    self._something_happens()
                self._turn()
            self._calm_down()
            until = self.clock.seconds + SECONDS_TO_END
            while not self._over():
                if self.clock.seconds > until:
                    return [*self._unfinished(), *self.happened]
                for _ in range(200):
                    self._turn()
            return self._broken() + self._left_over()
        finally:
            for process in [*self._processes, *self._gone]:
                process.clear_up()

    def _turn(self) -> None:
        """Let one process go one step, or where all wait, the time."""
        for process in [process for process in self._processes if process.leaving]:
            self._remove(process)
        self._bring_readers_back()
        awake = [process for process in self._processes if process.paused_until <= self.clock.seconds]
        ready = [process for process in awake if process.loop.ready]
        if ready:
            self.chance.choice(ready).loop.step()
            return
        due = [process.loop.due for process in awake]
        due += [process.paused_until for process in self._processes if process not in awake]
        due += [reader.back_at for reader in self._everybody if not (reader.done or reader.connected)]
        later = [moment for moment in due if moment > self.clock.seconds]
        self.clock.seconds = min(*later, self.clock.seconds + 1.0) if later else self.clock.seconds + 1.0

    def _something_happens(self) -> None:
        kinds: list[Callable[[], None]] = [
            *[self._ask] * 6,
            *[self._ask_again] * 2,
            *[self._watch] * 4,
            *[self._cut] * 6,
            *[self._cancel] * 2,
            self._retry,
            *[self._trouble] * 3,
            self._set_the_clock,
            self._pause,
            self._kill,
            self._leave,
        ]
        happens = self.chance.choice(kinds)
        self.happened.append(f"{self.clock.seconds:.3f} {happens.__name__.strip('_')}")
        happens()

    def _ask(self) -> None:
        if not self._left_to_ask:
            return
        self._left_to_ask -= 1
        self._number += 1
        body: dict[str, object] = {"message": f"Question {self._number}?"}
        if self.history.asked and self.chance.random() < 0.5:
            body["conversation"] = self.chance.choice(self.history.asked).conversation
            body["on_busy"] = self.chance.choice(["enqueue", "interrupt", "rollback", "reject"])
        self._questions[f"{self._seed}.{self._number}"] = body
        self._ask_again()

    def _ask_again(self) -> None:
        """Send each question that is not acknowledged, by the key that it has."""
        for key, body in self._questions.items():
            self._send("/api/chat/message", body, message=str(body["message"]), key=key)

    def _send(self, path: str, body: dict[str, object] | None = None, *, message: str = "", key: str = "") -> None:
        process = self.chance.choice(self._processes)

        async def send() -> None:
            response: Any = await process.request("POST", path, body, **({"Idempotency-Key": key} if key else {}))
            assert response.status_code in (200, 201, 202, 409, 503), (path, response.status_code, response.content)
            if response.status_code in (200, 201):
                self._acknowledged(json.loads(response.content), message)
            if response.status_code != 503:
                self._questions.pop(key, None)

        self._sent.append(process.spawn(send()))

    def _acknowledged(self, started: dict[str, str], message: str) -> None:
        if all(asked.run != started["run"] for asked in self.history.asked):
            self._open(self.history.acknowledged(message, started))
        talk = started["conversation"]
        if talk not in self._talks:
            path = f"/api/conversations/{talk}/stream?after={started['run']}:0"
            self._talks[talk] = Reader(Seen(f"reader of conversation {talk}"), path, self.chance)

    def _open(self, asked: Asked) -> None:
        self._readers.append(Reader(asked.reader(), asked.feed, self.chance))

    def _watch(self) -> None:
        if self.history.asked:
            self._open(self.chance.choice(self.history.asked))

    @property
    def _everybody(self) -> list[Reader]:
        return [*self._readers, *self._talks.values()]

    def _cut(self) -> None:
        if self._readers:
            self.chance.choice(self._everybody).cut()

    def _cancel(self) -> None:
        if self.history.asked:
            self._send(f"/api/runs/{self.chance.choice(self.history.asked).run}/cancel")

    def _retry(self) -> None:
        if self.history.asked and self._left_to_ask:
            self._left_to_ask -= 1
            asked = self.chance.choice(self.history.asked)
            self._send(f"/api/runs/{asked.run}/retry", message=asked.message)

    def _trouble(self) -> None:
        self.chance.choice(self._processes).loop.trouble = self.chance.choice([0.0, 0.0, 0.05, 0.3])

    def _set_the_clock(self) -> None:
        self.clock.ahead = self.chance.choice([timedelta(hours=1), timedelta(hours=-1), timedelta(days=-1)])

    def _pause(self) -> None:
        process = self.chance.choice(self._processes)
        process.paused_until = self.clock.seconds + self.chance.random() * LONGEST_PAUSE_SECONDS

    def _kill(self) -> None:
        process = self.chance.choice(self._processes)
        process.kill(known=self.chance.random() < 0.5)
        self._remove(process)

    def _leave(self) -> None:
        process = self.chance.choice(self._processes)
        process.spawn(process.leave())

    def _remove(self, process: Process) -> None:
        """A process is no more; another takes its place."""
        self._processes.remove(process)
        self._gone.append(process)
        for reader in self._everybody:
            if reader.process is process:
                reader.lost()
        self._processes.append(Process(self.chance, self._session))

    def _bring_readers_back(self) -> None:
        for reader in self._everybody:
            if not (reader.done or reader.connected) and reader.back_at <= self.clock.seconds:
                reader.connect(self.chance.choice(self._processes))

    def _calm_down(self) -> None:
        self.happened.append(f"{self.clock.seconds:.3f} calm")
        for process in self._processes:
            process.loop.trouble = 0.0
        self._ask_again()

    def _over(self) -> bool:
        if self._questions and all(task.done() for task in self._sent[-len(self._questions) :]):
            self._ask_again()
        runs = Run.objects.filter(owner=self._owner)
        waiting = self._questions or not all(reader.done for reader in self._readers)
        if waiting or runs.exclude(status__in=Run.ENDED).exists():
            return False
        return all(len(reader.seen.events) >= len(told(talk)) for talk, reader in self._talks.items())

    def _unfinished(self) -> list[str]:
        runs = Run.objects.filter(owner=self._owner).exclude(status__in=Run.ENDED)
        return [
            *self._failed(),
            *(f"run {run.pk} does not end: {run.status}, attempt {run.attempt}, {run.worker}" for run in runs),
            *(f"{reader.seen.reader} does not come to an end" for reader in self._readers if not reader.done),
            *self._out_of_turn(),
            *(f"{body} is not answered" for body in self._questions.values()),
        ]

    def _broken(self) -> list[str]:
        broken = [problem for asked in self.history.asked for problem in violations(asked, stored(asked), TOKENS)]
        broken += self._failed()
        broken += self._out_of_turn()
        asked = {asked.run for asked in self.history.asked}
        for run in Run.objects.filter(idempotency_key__startswith=f"{self._seed}.").exclude(pk__in=asked):
            broken.append(f"run {run.pk} answers a question that nobody was told of")
        return broken

    def _out_of_turn(self) -> list[str]:
        """Who watched a conversation saw its runs one after the other, each from its first event to its last."""
        broken = []
        for talk, reader in self._talks.items():
            seen, expected = [(event.id, event.data) for event in reader.seen.events], told(talk)
            if seen != expected:
                broken.append(f"{reader.seen.reader} saw {len(seen)} events of {len(expected)}, or others")
        return broken

    def _left_over(self) -> list[str]:
        """What the processes hold once everybody has left."""
        for reader in self._everybody:
            reader.cut()
        for _ in range(400):
            self._let_all_go_on()
        return [held for process in self._processes for held in process.held()]

    def _let_all_go_on(self) -> None:
        for process in self._processes:
            process.loop.step()
        self.clock.seconds += 0.05

    def _failed(self) -> list[str]:
        tasks = self._sent + [task for reader in self._everybody for task in reader.tasks]
        errors = [task.exception() for task in tasks if task.done() and not task.cancelled()]
        return [f"a request failed: {error!r}" for error in errors if error is not None]


def told(conversation: str) -> list[tuple[str, str]]:
    """All that happened in a conversation, run after run."""
    events = Event.objects.filter(run__conversation=conversation).order_by("run__number", "seq")
    return [(f"{run}:{seq}", data) for run, seq, data in events.values_list("run_id", "seq", "data")]


def stored(asked: Asked) -> Stored:
    """What the database has of a run, in the form in which the API tells it."""
    run = Run.objects.get(pk=asked.run)
    told = {
        "status": run.status,
        "question": str(run.question_id),
        "answer": str(run.answer_id),
        "reference": run.reference,
        "finished": run.finished,
    }
    rows = Event.objects.filter(run=run).order_by("seq")
    events = [{"id": f"{run.pk}:{row.seq}", "event": row.name, "data": json.loads(row.data)} for row in rows]
    messages = Message.objects.filter(conversation=run.conversation_id)
    return Stored(told, events, {str(message.pk): {"content": message.content} for message in messages})


def _tell(outcome: asyncio.Future[Any], value: object, error: Exception | None) -> None:
    if outcome.done():
        return
    if error is None:
        outcome.set_result(value)
    else:
        outcome.set_exception(error)


def _sound(function: Callable[..., Any], *args: Any) -> Any:
    return function(*args)


def _fails_at(statement: int) -> Callable[..., Any]:
    """Have the n-th statement of a call fail; what it did before is rolled back."""

    def faulty(function: Callable[..., Any], *args: Any) -> Any:
        left = statement

        def execute(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
            nonlocal left
            left -= 1
            if left == -1:
                raise OperationalError("simulated")
            return execute(sql, params, many, context)

        with connection.execute_wrapper(execute):
            return function(*args)

    return faulty


def _loses_the_answer(function: Callable[..., Any], *args: Any) -> Any:
    """Have the first commit of a call succeed and its answer be lost, as when the network to the database is cut."""
    connection.ensure_connection()
    commit = connection._commit
    left = 1

    def and_cut() -> None:
        nonlocal left
        commit()
        left -= 1
        if left == 0:
            raise OperationalError("simulated")

    connection._commit = and_cut  # type: ignore[method-assign]
    try:
        return function(*args)
    finally:
        del connection._commit
