"""Database work for coroutines: a few threads with a connection each, however many feeds are open.

What writes goes through one thread. SQLite takes one writer at a time, and those who wait for it sleep, longer each
time: a process whose threads compete spends its time asleep. In one thread they take turns.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Any, ParamSpec, TypeVar

from django.db import connection, connections
from django.db.models import Field, Model

THREADS = 4
CLOSE_SECONDS = 10.0

P = ParamSpec("P")
T = TypeVar("T")


class DatabaseThreads:
    """A pool of threads that keep their connections, and can be told to close them."""

    def __init__(self, threads: int, name: str) -> None:
        self._threads = threads
        self._name = name
        self._pool: ThreadPoolExecutor | None = None

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function that uses the database, in one of the threads."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix=self._name)
        return await asyncio.get_running_loop().run_in_executor(self._pool, partial(_call, function, *args, **kwargs))

    def close(self) -> None:
        """Close the threads' connections and end the threads; the next call starts new ones."""
        if self._pool is None:
            return
        everyone = threading.Barrier(self._threads)
        for _ in range(self._threads):
            self._pool.submit(_close_connections, everyone)
        self._pool.shutdown()
        self._pool = None


readers = DatabaseThreads(THREADS, "database")
writer = DatabaseThreads(1, "writer")
in_database = readers.run
write = writer.run


def insert(*instances: Model) -> None:
    """Store new rows whose keys are known, as `save(force_insert=True)` would, without building each query anew."""
    with connection.cursor() as cursor:
        for instance in instances:
            statement, fields = _insertion(type(instance))
            cursor.execute(statement, [f.get_db_prep_save(f.pre_save(instance, True), connection) for f in fields])
            instance._state.adding = False


def prepared(model: type[Model], field: str, value: object) -> Any:
    """A value as the database takes it for a field."""
    return model._meta.get_field(field).get_db_prep_value(value, connection)  # type: ignore[union-attr]


@cache
def _insertion(model: type[Model]) -> tuple[str, tuple[Field[Any, Any], ...]]:
    fields = tuple(model._meta.concrete_fields)
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    marks = ", ".join("%s" for _ in fields)
    return f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({columns}) VALUES ({marks})", fields  # noqa: S608


def _call(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    for opened in connections.all(initialized_only=True):
        # `CONN_MAX_AGE` is for threads of requests, which end; this one would connect anew for each call.
        opened.close_at = None
        opened.close_if_unusable_or_obsolete()
    return function(*args, **kwargs)


def _close_connections(everyone: threading.Barrier) -> None:
    everyone.wait(CLOSE_SECONDS)
    connections.close_all()
