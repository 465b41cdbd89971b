"""Database work for coroutines: a few threads with a connection each, however many feeds are open.

What writes goes through one thread. SQLite takes one writer at a time, and those who wait for it sleep, longer each
time: a process whose threads compete spends its time asleep. In one thread they take turns, and what has come in while
a transaction was under way shares the next one.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Any, NamedTuple, ParamSpec, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, IntegrityError, OperationalError, connection, connections, transaction
from django.db.models import (
    CharField,
    Field,
    IntegerField,
    Model,
    PositiveIntegerField,
    PositiveSmallIntegerField,
    TextField,
)

from healthchat.patience import READ_SECONDS, WRITE_SECONDS, patience

THREADS = 4
MOST_TOGETHER = 16
"""Pieces of work that share a trip to the writer, besides those that go first."""
CLOSE_SECONDS = 10.0
PAUSE_SECONDS = 1.0
"""For so long after PostgreSQL did not answer one piece of work, others are not begun."""
IDLE_SECONDS = 1.0
"""After so long without work a thread looks whether PostgreSQL is still there: it may have been started anew."""
TRIES = 8
"""How often a piece of work is begun again because another process was first."""

P = ParamSpec("P")
T = TypeVar("T")

Work = Callable[[], Any]


class DatabaseThreads:
    """A pool of threads that keep their connections, and can be told to close them.

    Those that do not keep them give each back to PostgreSQL's pool after use, for there are few for all.
    """

    def __init__(self, threads: int, name: str, *, seconds: float = READ_SECONDS, keep: bool = True) -> None:
        self._threads = threads
        self._name = name
        self._seconds = seconds
        """For how long they wait for a PostgreSQL that is silent."""
        self._keep = keep
        self._gone_until = 0.0
        self._pool: ThreadPoolExecutor | None = None

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function that uses the database, in one of the threads."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(
                self._threads, thread_name_prefix=self._name, initializer=patience.set, initargs=(self._seconds,)
            )
        call = partial(self._call, function, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)

    def close(self) -> None:
        """Close the threads' connections and end the threads; the next call starts new ones."""
        if self._pool is None:
            return
        everyone = threading.Barrier(self._threads)
        for _ in range(self._threads):
            self._pool.submit(_close_connections, everyone)
        self._pool.shutdown()
        self._pool = None

    def _call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        # Or else everybody who waits would find out anew, each after the other.
        if time.monotonic() < self._gone_until:
            raise OperationalError("PostgreSQL was gone a moment ago")
        try:
            return (_call if self._keep else _call_and_give_back)(function, *args, **kwargs)
        except OperationalError as error:
            if _is_gone(error):
                self._gone_until = time.monotonic() + PAUSE_SECONDS
            raise


class Trips:
    """One event loop's work for one thread: what comes in while a trip is under way goes together with the next.

    What goes first is never behind more than one trip; of the rest, `most` share one.
    """

    def __init__(
        self,
        thread: DatabaseThreads,
        carry_out: Callable[[Sequence[Work]], list[Outcome]],
        *,
        most: int = sys.maxsize,
    ) -> None:
        self._thread = thread
        self._carry_out = carry_out
        self._most = most
        self._first: list[tuple[Work, asyncio.Future[Any]]] = []
        self._waiting: list[tuple[Work, asyncio.Future[Any]]] = []
        self._task: asyncio.Task[None] | None = None

    async def run(self, work: Callable[[], T], *, first: bool = False) -> T:
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[T] = loop.create_future()
        (self._first if first else self._waiting).append((work, outcome))
        if self._task is None or self._task.done():
            self._task = loop.create_task(self._trips(), context=contextvars.Context())
        return await outcome

    async def _trips(self) -> None:
        while self._first or self._waiting:
            batch = self._first + self._waiting[: self._most]
            self._first, self._waiting = [], self._waiting[self._most :]
            outcomes = await self._thread.run(self._carry_out, [work for work, _ in batch])
            for (_, waiting), outcome in zip(batch, outcomes, strict=True):
                if waiting.done():
                    continue
                if outcome.error is None:
                    waiting.set_result(outcome.value)
                else:
                    waiting.set_exception(outcome.error)


class Outcome(NamedTuple):
    value: Any
    error: Exception | None = None


readers = DatabaseThreads(THREADS, "database", keep=False)
looker = DatabaseThreads(1, "looker")
writer = DatabaseThreads(1, "writer", seconds=WRITE_SECONDS)
in_database = readers.run
write_alone = writer.run
"""For writes that may not be begun again: each in its turn, none in a transaction of ours."""

_looks: WeakKeyDictionary[asyncio.AbstractEventLoop, Trips] = WeakKeyDictionary()
_writes: WeakKeyDictionary[asyncio.AbstractEventLoop, Trips] = WeakKeyDictionary()


async def look(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function that reads a few rows by their keys, as every request does; others go to `in_database`.

    A trip to a thread costs more than such a look, so those that come together share one.
    """
    loop = asyncio.get_running_loop()
    looks = _looks.get(loop) or _looks.setdefault(loop, Trips(looker, _each))
    return await looks.run(partial(function, *args, **kwargs))


async def write(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function that writes, in a transaction that it may share; return once that is committed.

    The function may be called again from the start if something else fails in its transaction, so all it changes must
    be in the database.
    """
    return await _writes_here().run(partial(function, *args, **kwargs))


async def write_first(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """As `write`, ahead of all that waits there: for what people are watching already."""
    return await _writes_here().run(partial(function, *args, **kwargs), first=True)


def carried_out(works: Sequence[Work]) -> list[Outcome]:
    """Carry out all in one transaction; if one of them fails, each in its own."""
    if len(works) > 1:
        try:
            with transaction.atomic():
                return [Outcome(work()) for work in works]
        except OperationalError as error:
            return [Outcome(None, error)] * len(works)
        except Exception:  # noqa: S110 - whose it was comes out below
            pass
    return [_carried_out_alone(work) for work in works]


def insert(table: type[Model], /, **values: object) -> None:
    """Store a new row, without building an instance or a query for it; what is not given has the field's default."""
    database = connections[DEFAULT_DB_ALIAS]
    statement, fields = _insertion(table)
    row: list[Any] = []
    for field, plain in fields:
        value = values[field.attname] if field.attname in values else field.get_default()
        as_it_is = plain and type(value) in _STORED_AS_IT_IS
        row.append(value if as_it_is else field.get_db_prep_save(value, database))
    with database.cursor() as cursor:
        cursor.execute(statement, row)


def stored(instance: T) -> T:
    """Store a new instance whose key is known, as `insert` does, and return it."""
    assert isinstance(instance, Model)
    insert(type(instance), **instance.__dict__)
    instance._state.adding = False
    return instance


def prepared(model: type[Model], field: str, value: object) -> Any:
    """A value as the database takes it for a field."""
    return model._meta.get_field(field).get_db_prep_value(value, connections[DEFAULT_DB_ALIAS])  # type: ignore[union-attr]


def new_id() -> UUID:
    """A random key (UUID 4), with one call of the system for many of them."""
    local = _random.__dict__
    bits: bytes = local.get("bits", b"")
    if not bits:
        bits = os.urandom(16 * 256)
    local["bits"] = bits[16:]
    return UUID(bytes=bits[:16], version=4)


_random = threading.local()
_used = threading.local()
_PLAIN_FIELDS = frozenset({CharField, TextField, IntegerField, PositiveIntegerField, PositiveSmallIntegerField})
_STORED_AS_IT_IS = frozenset({str, int, type(None)})


@cache
def _insertion(model: type[Model]) -> tuple[str, tuple[tuple[Field[Any, Any], bool], ...]]:
    """The statement, and the fields, each with whether it stores text and numbers as they are."""
    fields = tuple(model._meta.concrete_fields)
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    marks = ", ".join("%s" for _ in fields)
    statement = f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({columns}) VALUES ({marks})"  # noqa: S608
    return statement, tuple((field, type(field) in _PLAIN_FIELDS) for field in fields)


def _writes_here() -> Trips:
    loop = asyncio.get_running_loop()
    return _writes.get(loop) or _writes.setdefault(loop, Trips(writer, carried_out, most=MOST_TOGETHER))


def _each(works: Sequence[Work]) -> list[Outcome]:
    """Carry out one after the other; where the database is gone for one, it is for those behind it."""
    outcomes: list[Outcome] = []
    for work in works:
        outcomes.append(_outcome(work))
        if _is_gone(outcomes[-1].error):
            break
    return outcomes + outcomes[-1:] * (len(works) - len(outcomes))


def _outcome(work: Work) -> Outcome:
    try:
        return Outcome(work())
    except Exception as error:
        return Outcome(None, error)


def _carried_out_alone(work: Work, *, again: int = TRIES) -> Outcome:
    try:
        with transaction.atomic():
            return Outcome(work())
    except IntegrityError as error:
        # Another process may have been first; seen from after it, the work may well succeed.
        return _carried_out_alone(work, again=again - 1) if again else Outcome(None, error)
    except Exception as error:
        return Outcome(None, error)


def _is_gone(error: Exception | None) -> bool:
    """Whether PostgreSQL did not answer; what it says itself has a code."""
    return isinstance(error, OperationalError) and getattr(error.__cause__, "sqlstate", "") is None


def _call(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    idle = time.monotonic() - getattr(_used, "at", 0.0)
    for opened in connections.all(initialized_only=True):
        # `CONN_MAX_AGE` is for threads of requests, which end; this one would connect anew for each call.
        opened.close_at = None
        opened.close_if_unusable_or_obsolete()
        if idle > IDLE_SECONDS and opened.vendor == "postgresql" and opened.connection and not opened.is_usable():
            opened.close()
    try:
        return function(*args, **kwargs)
    finally:
        _used.at = time.monotonic()


def _call_and_give_back(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return _call(function, *args, **kwargs)
    finally:
        if connection.vendor == "postgresql":
            connection.close()


def _close_connections(everyone: threading.Barrier) -> None:
    everyone.wait(CLOSE_SECONDS)
    connections.close_all()
