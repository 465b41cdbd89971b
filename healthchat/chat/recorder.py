"""Takes the events of all runs of this process, commits them together, and only then hands them to the feeds.

1. Take everything that waits, from all runs.
2. Join neighbouring pieces of one text, number the events of each run, encode each once.
3. Commit them in one transaction, together with the ends of runs.
4. Publish them, then begin again.

There is no timer: an event alone goes at once; a thousand that came while the last commit was under way go together.
Under load, when commits would follow on each other anyway, the recorder lingers for more to share one.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import time
from collections.abc import Callable, Iterator
from uuid import UUID
from weakref import WeakKeyDictionary

import msgspec
from django.conf import settings
from django.db import DataError, IntegrityError
from django.db import Error as DatabaseError

from agents.events import AnyEvent, Done, Text
from healthchat.chat import log
from healthchat.chat.hub import hub
from healthchat.database import write_first
from healthchat.metrics import COMMITS, EVENTS

BUSY_EVENTS = 8
"""A commit of at least so many events means load: the next one lingers."""
LINGER_SECONDS = 0.05
"""At most. A worker, which has no feeds to serve, lingers no longer than the last commit took."""
RETRY_SECONDS = 0.5
MOST_WAITING = 20_000
"""Events that may wait for the database; above it, those who record wait too."""

logger = logging.getLogger(__name__)


class LostRun(Exception):
    """Another process carries out this run now."""


class Sheet:
    """The recorder's page for one run that is being carried out here."""

    def __init__(self, run: UUID, seq: int) -> None:
        self.run = run
        self.seq = seq
        self.lost = False
        self.waiting: list[AnyEvent] = []
        self.on_end: Callable[[int], None] | None = None
        """Called with the last number in the transaction that stores the run's end."""
        self.unstored = 0
        """How many events wait or are being committed."""
        self.stored: asyncio.Future[None] | None = None
        """Resolved when none is left."""


class Recorder:
    """One event loop's recorder."""

    def __init__(self) -> None:
        self._sheets: dict[UUID, Sheet] = {}
        self._waiting = 0
        self._work = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._task: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """How many events wait to be stored."""
        return self._waiting

    async def record(self, sheet: Sheet, event: AnyEvent) -> None:
        """Have an event stored and sent. Returns before it is.

        Raises:
            LostRun: another process carries out the run; nothing more is stored.
        """
        self._add(sheet, event)
        if not self._room.is_set():
            await self._room.wait()

    async def finish(self, sheet: Sheet, *events: AnyEvent, on_end: Callable[[int], None]) -> None:
        """Store a run's last events and its end in one transaction. Returns when that is done.

        Raises:
            LostRun: another process carries out the run; nothing more is stored.
        """
        sheet.on_end = on_end
        for event in events:
            self._add(sheet, event)
        await self.flush(sheet)

    async def flush(self, sheet: Sheet) -> None:
        """Return when all that was recorded of a run is stored.

        Raises:
            LostRun: another process carries out the run; nothing more is stored.
        """
        if not sheet.unstored:
            return
        if sheet.stored is None:
            sheet.stored = asyncio.get_running_loop().create_future()
        await asyncio.shield(sheet.stored)

    def _add(self, sheet: Sheet, event: AnyEvent) -> None:
        if sheet.lost:
            raise LostRun
        if not sheet.waiting:
            self._sheets[sheet.run] = sheet
        sheet.waiting.append(event)
        sheet.unstored += 1
        self._waiting += 1
        if self._waiting >= MOST_WAITING:
            self._room.clear()
        self._work.set()
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._commits(), context=contextvars.Context())

    async def _commits(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            batch = [Page(sheet) for sheet in self._sheets.values()]
            self._sheets = {}
            self._waiting = 0
            began = time.monotonic()
            await self._store(batch)
            self._room.set()
            if sum(len(page.events) for page in batch) >= BUSY_EVENTS:
                await asyncio.sleep(_linger_seconds(took=time.monotonic() - began))

    async def _store(self, batch: list[Page]) -> None:
        while True:
            try:
                with COMMITS.time():
                    await write_first(_commit, batch)
            except (IntegrityError, DataError):
                await self._store_one_by_one(batch)
            except DatabaseError as error:
                logger.warning("the event log cannot be written, trying again: %s", type(error).__name__)
                hub().stuck = True
                for page in batch:
                    hub().publish(page.sheet.run)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            else:
                hub().stuck = False
                EVENTS.inc(sum(len(page.events) for page in batch))
                for page in batch:
                    page.publish()
            return

    async def _store_one_by_one(self, batch: list[Page]) -> None:
        if len(batch) > 1:
            for page in batch:
                await self._store([page])
            return
        logger.warning(
            "run %s can no longer be recorded here; most likely it is carried out elsewhere", batch[0].sheet.run
        )
        batch[0].lose()


class Page:
    """What one commit stores of one run."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        events, sheet.waiting = sheet.waiting, []
        self.taken = len(events)
        self.events = [log.recorded(sheet.run, seq, event) for seq, event in enumerate(merged(events), sheet.seq + 1)]
        sheet.seq += len(self.events)

    def publish(self) -> None:
        hub().publish(self.sheet.run, [event.sent() for event in self.events])
        self.sheet.unstored -= self.taken
        if not self.sheet.unstored:
            self._resolve(None)

    def lose(self) -> None:
        self.sheet.lost = True
        self.sheet.unstored = 0
        self._resolve(LostRun())

    def _resolve(self, error: LostRun | None) -> None:
        stored, self.sheet.stored = self.sheet.stored, None
        if stored is None or stored.done():
            return
        if error is None:
            stored.set_result(None)
        else:
            stored.set_exception(error)


def merged(events: list[AnyEvent]) -> Iterator[AnyEvent]:
    """The events, with neighbouring pieces of one part's text joined into one."""
    pieces: list[Text] = []
    for event in events:
        if isinstance(event, Text) and (not pieces or pieces[0].part == event.part):
            pieces.append(event)
            continue
        yield from _joined(pieces)
        pieces = [event] if isinstance(event, Text) else []
        if not pieces:
            yield event
    yield from _joined(pieces)


def _joined(pieces: list[Text]) -> Iterator[Text]:
    if len(pieces) > 1:
        yield msgspec.structs.replace(pieces[0], content="".join(piece.content for piece in pieces))
    else:
        yield from pieces


def _linger_seconds(*, took: float) -> float:
    return min(LINGER_SECONDS, took) if settings.BY_WORKERS else LINGER_SECONDS


def _commit(batch: list[Page]) -> None:
    log.append([event for page in batch for event in page.events])
    for page in batch:
        if page.sheet.on_end is not None and _ends(page):
            page.sheet.on_end(page.events[-1].seq)


def _ends(page: Page) -> bool:
    return bool(page.events) and page.events[-1].type == Done.__struct_config__.tag


_recorders: WeakKeyDictionary[asyncio.AbstractEventLoop, Recorder] = WeakKeyDictionary()


def recorder() -> Recorder:
    """The running loop's recorder."""
    loop = asyncio.get_running_loop()
    if loop not in _recorders:
        _recorders[loop] = Recorder()
    return _recorders[loop]
