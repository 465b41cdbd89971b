"""Carries out runs as tasks of this process's event loop, apart from the requests that started them.

Without workers every server process does; with workers (`HEALTHCHAT_ENGINE=procrastinate`) they do, each run when the
queue says so, and a server process only ends what a person stops before it has begun.

A task has a context of its own: one that inherits a request's would lose the database with the response. Runs whose
process has died, and queued ones that nobody started, are found by the sweep.
"""

from __future__ import annotations

import asyncio
import contextvars
import importlib
import logging
import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from datetime import datetime
from typing import Literal
from uuid import UUID
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import Error as DatabaseError
from django.utils import timezone

from agents import scripted
from agents.events import AnyEvent, Done, Error, Restart, Text
from agents.languages import Words
from agents.limits import Limits
from agents.records import Patient as Nobody
from agents.records import Records
from healthchat import jobs
from healthchat.chat import allowance, log, queue, runs, worker
from healthchat.chat.hub import hub
from healthchat.chat.recorder import LostRun, Sheet, recorder
from healthchat.chat.runs import Claimed
from healthchat.database import in_database, write, write_first
from healthchat.logs import without_contents
from healthchat.metrics import RUNS
from healthchat.pubsub import pubsub
from healthchat.records.models import Patient
from healthchat.records.view import records_of

HEARTBEAT_SECONDS = runs.LEASE_SECONDS / 3
SWEEP_SECONDS = 2.0
STOP = "stop"
"""The topic under which processes tell each other which run is to stop."""
TURN_EVENTS = 64
"""After so many events of one run everybody else gets a turn, though its source may never wait for anything."""
WENT_WRONG = Words(
    "Something went wrong on our side while answering. Your question is kept; you can ask it again.",
    "Algo ha fallado por nuestra parte al responder. Su pregunta queda guardada; puede volver a hacerla.",
)

logger = logging.getLogger(__name__)


class Engine:
    """One event loop's engine."""

    def __init__(self, *, takes_runs: bool = True) -> None:
        self.worker = worker.new_name()
        self._takes_runs = takes_runs
        """Whether runs are begun here at all."""
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        self._stopped_by_person: set[UUID] = set()
        self._lost: set[UUID] = set()
        self._missing: set[UUID] = set()
        self._seen: dict[UUID, tuple[datetime, float]] = {}
        """Leases of runs that are not carried out here, and since when by this loop's clock they are as they are."""
        self._watches: list[asyncio.Task[None]] = []
        self._stopping = False

    def start(self, run_id: UUID, claimed: Claimed | None = None, *, silent: datetime | None = None) -> None:
        """Begin to carry out a run, if it is to be had or was claimed already; return at once."""
        if claimed or (self._takes_runs and self._has_room):
            self._begin(run_id, claimed, silent)

    async def carry_out(self, run_id: UUID) -> None:
        """Carry out a run, if it is to be had; return when it has ended or is not carried out here any more.

        Who stops waiting does not stop it.
        """
        self._begin(run_id)
        if task := self._tasks.get(run_id):
            await asyncio.wait([task])

    @property
    def claims_as(self) -> str | None:
        """The name under which a question is claimed as it is stored; None while none is to be."""
        return self.worker if self._takes_runs and self._has_room and not jobs.by_workers() else None

    def watch(self) -> None:
        """See to it that leases are renewed and left-over runs found from now on."""
        if self._watches:
            return
        self._watches = [_task(self._heartbeats())]
        if self._takes_runs:
            self._watches.append(_task(self._sweeps()))
        if others := pubsub():
            others.listen(STOP, self._told_to_stop)

    async def cancel(self, run_id: UUID) -> None:
        """Stop a run, wherever it is carried out."""
        await write(runs.request_cancel, run_id, now=timezone.now())
        if run_id in self._tasks:
            self._stop_here(run_id)
            return
        if others := pubsub():
            others.say(STOP, run_id.bytes)
        self._begin(run_id)

    async def stop(self) -> None:
        """Stop all work here, for good, and give the leases back."""
        self._stopping = True
        tasks = [*self._watches, *self._tasks.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def _has_room(self) -> bool:
        return len(self._tasks) < int(settings.HEALTHCHAT_PROCESS_RUNS)

    def _begin(self, run_id: UUID, claimed: Claimed | None = None, silent: datetime | None = None) -> None:
        if self._stopping:
            return
        self.watch()
        if run_id not in self._tasks:
            self._tasks[run_id] = _task(self._carry_out(run_id, claimed, silent))

    def _stop_here(self, run_id: UUID) -> None:
        self._stopped_by_person.add(run_id)
        if run_id in hub().here:
            self._tasks[run_id].cancel()

    def _told_to_stop(self, data: bytes | None) -> None:
        if data is not None and (run_id := UUID(bytes=data)) in self._tasks:
            self._stop_here(run_id)

    async def _sweeps(self) -> None:
        while True:
            try:
                await in_database(runs.release_of_the_dead)
                leases = await in_database(runs.leases, carried_out=frozenset(self._tasks))
                silent = self._silent(leases)
                if jobs.by_workers():
                    for run_id, lease in silent:
                        await write(runs.release, run_id, lease)
                    await write(queue.hand_out_forgotten)
                else:
                    for run_id in await in_database(runs.to_carry_out):
                        self.start(run_id)
                    for run_id, lease in silent:
                        self.start(run_id, silent=lease)
            except DatabaseError as error:
                logger.warning("left-over runs cannot be looked for: %s", type(error).__name__)
            await asyncio.sleep(SWEEP_SECONDS)

    def _silent(self, leases: dict[UUID, datetime]) -> list[tuple[UUID, datetime]]:
        """The runs whose lease was not renewed for as long as one lasts, however the clocks were set meanwhile."""
        now = asyncio.get_running_loop().time()
        seen, self._seen = self._seen, {}
        silent = []
        for run_id, lease in leases.items():
            known, since = seen.get(run_id, (None, now))
            self._seen[run_id] = lease, since if known == lease else now
            if now - self._seen[run_id][1] >= runs.LEASE_SECONDS:
                silent.append((run_id, lease))
        return silent

    async def _carry_out(self, run_id: UUID, claimed: Claimed | None, silent: datetime | None) -> None:
        following = None
        try:
            claimed = claimed or await self._claim(run_id, silent)
            if claimed is None:
                return
            hub().opened(run_id, claimed.seq)
            following = await self._answer(claimed)
        except LostRun:
            pass
        except DatabaseError as error:
            logger.warning("run %s is left for later: %s", run_id, type(error).__name__)
        finally:
            hub().closed(run_id)
            self._tasks.pop(run_id, None)
            self._stopped_by_person.discard(run_id)
            self._lost.discard(run_id)
        if following is not None:
            self.start(following)

    async def _claim(self, run_id: UUID, silent: datetime | None) -> Claimed | None:
        """Claim a run; if told to stop meanwhile, give back what the database thread has claimed by then."""
        claiming = asyncio.ensure_future(write(self._claim_now, run_id, silent))
        try:
            return await asyncio.shield(claiming)
        except asyncio.CancelledError:
            if await claiming is not None:
                await write(runs.give_back, run_id, worker=self.worker)
            raise

    def _claim_now(self, run_id: UUID, silent: datetime | None) -> Claimed | None:
        # Its turn with the database may come later than now, and only after another run has ended.
        return runs.claim(run_id, worker=self.worker, now=timezone.now(), silent=silent)

    async def _answer(self, claimed: Claimed) -> UUID | None:
        """Carry out a run that was claimed, to its end; return the run that waits for it."""
        run = claimed.run
        sheet = Sheet(run.id, claimed.seq)
        hub().publish(run.conversation_id)
        written: list[AnyEvent] = list(claimed.past)
        current = asyncio.current_task()
        assert current is not None
        try:
            done = await self._consult(claimed, sheet, written)
        except asyncio.CancelledError:
            if run.id in self._lost:
                current.uncancel()
                raise LostRun from None
            if run.id not in self._stopped_by_person:
                await asyncio.shield(self._give_back(sheet))
                raise
            current.uncancel()
            done = Done(status="cancelled")
        except LostRun:
            raise
        except Exception as error:
            return await self._fail(claimed, sheet, written, error)
        return await self._finish(claimed, sheet, written, done)

    async def _consult(self, claimed: Claimed, sheet: Sheet, written: list[AnyEvent]) -> Done:
        run, record = claimed.run, recorder().record
        if run.cancel_requested is not None or run.id in self._stopped_by_person:
            return Done(status="cancelled")
        if run.attempt > runs.ATTEMPTS:
            raise TooManyAttempts
        if claimed.past:
            reason: Literal["resumed", "retried"] = "resumed" if run.attempt > 1 else "retried"
            restart = Restart(reason=reason, part=None, attempt=run.attempt)
            written.append(restart)
            await record(sheet, restart)
        events = await _consultation(claimed)
        try:
            async for event in events:
                if isinstance(event, Done):
                    return event
                if isinstance(event, Text):
                    event = log.storable(event)
                written.append(event)
                await record(sheet, event)
                if not len(written) % TURN_EVENTS:
                    await asyncio.sleep(0)
        finally:
            await events.aclose()
        raise EndedWithoutDone

    async def _give_back(self, sheet: Sheet) -> None:
        """Let another process go on with a run, after what was recorded of it here is stored."""
        with suppress(LostRun):
            await recorder().flush(sheet)
            await write(runs.give_back, sheet.run, worker=self.worker)

    async def _heartbeats(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            carried_out = set(hub().here)
            if not carried_out:
                continue
            try:
                leases = await write_first(runs.renew, carried_out, worker=self.worker, now=timezone.now())
            except DatabaseError as error:
                logger.warning("leases cannot be renewed: %s", type(error).__name__)
                continue
            # One that ended just now has no lease either, so a run counts as lost the second time.
            missing = carried_out - leases.keys()
            for run_id in missing & self._missing & hub().here.keys():
                self._lost.add(run_id)
                self._tasks[run_id].cancel()
            self._missing = missing
            for run_id in carried_out & hub().here.keys():
                if leases.get(run_id) == "to_be_cancelled" and run_id not in self._stopped_by_person:
                    self._stop_here(run_id)

    async def _fail(self, claimed: Claimed, sheet: Sheet, written: list[AnyEvent], error: Exception) -> UUID | None:
        reference = secrets.token_hex(4)
        logger.error("run %s failed, reference %s: %s", claimed.run.id, reference, without_contents(error))
        told = Error(
            code="too_many_attempts" if isinstance(error, TooManyAttempts) else "internal_error",
            message=WENT_WRONG.answering(claimed.query.text),
            reference=reference,
        )
        return await self._finish(claimed, sheet, written, told, Done(status="failed"))

    async def _finish(self, claimed: Claimed, sheet: Sheet, written: list[AnyEvent], *events: AnyEvent) -> UUID | None:
        done = events[-1]
        assert isinstance(done, Done)
        error = next(((event.code, event.reference) for event in events if isinstance(event, Error)), ("", ""))
        text = log.answer_text(event for event in written if isinstance(event, Text | Restart))

        following = None

        def on_end(seq: int) -> None:
            nonlocal following
            following = runs.end(claimed.run, outcome=done.status, text=text, seq=seq, now=timezone.now(), error=error)

        try:
            await recorder().finish(sheet, *events, on_end=on_end)
            RUNS.labels(done.status).inc()
        except asyncio.CancelledError:
            # It is the recorder's by now, and will be stored.
            await recorder().flush(sheet)
            if self._stopping:
                raise
        finally:
            hub().publish(claimed.run.conversation_id)
        return following


class TooManyAttempts(Exception):
    """The process died each time this run was carried out."""


class EndedWithoutDone(Exception):
    """`process_query` ended, but its last event was not `Done`."""


_engines: WeakKeyDictionary[asyncio.AbstractEventLoop, Engine] = WeakKeyDictionary()


def engine() -> Engine:
    """The running loop's engine."""
    loop = asyncio.get_running_loop()
    if loop not in _engines:
        _engines[loop] = Engine(takes_runs=not jobs.by_workers())
    return _engines[loop]


def become_worker() -> Engine:
    """Have the running loop's engine carry out what it is given by the queue."""
    _engines[asyncio.get_running_loop()] = Engine()
    return engine()


def _task(coroutine: object) -> asyncio.Task[None]:
    return asyncio.get_running_loop().create_task(coroutine, context=contextvars.Context())  # type: ignore[arg-type]


_imported: dict[str, Callable[..., AsyncGenerator[AnyEvent, None]]] = {}


async def _consultation(claimed: Claimed) -> AsyncGenerator[AnyEvent, None]:
    if scripted.is_bare(claimed.run.model):
        return scripted.bare(claimed.run.model)
    process_query = _imported.get("process_query")
    if process_query is None:
        # Takes about two seconds, so not here in the loop.
        consultation = await asyncio.to_thread(importlib.import_module, "agents.consultation")
        process_query = _imported["process_query"] = consultation.process_query
    records, limits = await in_database(_needed, claimed)
    events: AsyncGenerator[AnyEvent, None] = process_query(
        claimed.query,
        records=records,
        model=claimed.run.model,
        past=claimed.past,
        access=allowance.access(),
        limits=limits,
        fall_back=True,
    )
    return events


def _needed(claimed: Claimed) -> tuple[Records, Limits]:
    return _records(claimed.patient), allowance.limits_for(claimed.run, now=timezone.now())


def _records(patient: UUID | None) -> Records:
    found = Patient.objects.filter(id=patient).first() if patient else None
    return records_of(found) if found else Records(Nobody())
