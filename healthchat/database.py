"""Database work for coroutines: a few threads with a connection each, however many feeds are open."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import connections

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
in_database = readers.run


def _call(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    for connection in connections.all(initialized_only=True):
        # `CONN_MAX_AGE` is for threads of requests, which end; this one would connect anew for each call.
        connection.close_at = None
        connection.close_if_unusable_or_obsolete()
    return function(*args, **kwargs)


def _close_connections(everyone: threading.Barrier) -> None:
    everyone.wait(CLOSE_SECONDS)
    connections.close_all()
