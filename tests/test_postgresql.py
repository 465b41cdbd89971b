"""Connections to a PostgreSQL that falls silent: who waits gives up, and what was begun is undone."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from healthchat import postgresql
from healthchat.patience import patience
from tests.faults.proxy import Fault, Proxy, before

pytestmark = [pytest.mark.needs("postgresql"), pytest.mark.storing]

WAIT_SECONDS = 30.0
PATIENCE_SECONDS = 1.0


@pytest.fixture
async def way(postgresql_url: str) -> AsyncIterator[Proxy]:
    """The way to a PostgreSQL, which may be silent."""
    address = urlsplit(postgresql_url)
    async with before(address.hostname, address.port, lambda _: Fault()) as proxy:
        yield proxy


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1, initializer=patience.set, initargs=(PATIENCE_SECONDS,)) as one:
        yield one


def connect(url: str) -> postgresql.Connection:
    options = postgresql.options(connections=1)
    pool = options.pop("pool")
    return pool["connection_class"].connect(url, **options)


def count_once_nobody_writes(connection: psycopg.Connection[Any]) -> int:
    with connection.transaction():
        connection.execute("LOCK TABLE begun")
        return connection.execute("SELECT count(*) FROM begun").fetchone()[0]


async def call(thread: ThreadPoolExecutor, function: Any, *arguments: Any) -> Any:
    async with asyncio.timeout(WAIT_SECONDS):
        return await asyncio.get_running_loop().run_in_executor(thread, function, *arguments)


async def test_it_gives_a_silent_connection_up_and_undoes_what_was_begun(
    way: Proxy, thread: ThreadPoolExecutor, postgresql_url: str
) -> None:
    with psycopg.connect(postgresql_url, autocommit=True) as direct:
        direct.execute("DROP TABLE IF EXISTS begun")
        direct.execute("CREATE TABLE begun (number integer)")
        connection = await call(thread, connect, through(way, postgresql_url))
        await call(thread, connection.execute, "INSERT INTO begun VALUES (1)")
        way.silence()

        with pytest.raises(psycopg.OperationalError, match="does not answer"):
            await call(thread, connection.execute, "INSERT INTO begun VALUES (2)")
        with pytest.raises(psycopg.OperationalError):
            await call(thread, connection.commit)
        way.speak()

        assert connection.closed
        assert await asyncio.to_thread(count_once_nobody_writes, direct) == 0


async def test_it_waits_while_it_is_answered_little_by_little(thread: ThreadPoolExecutor, postgresql_url: str) -> None:
    address = urlsplit(postgresql_url)
    slow = Fault(slice_bytes=50, delay=lambda: PATIENCE_SECONDS / 10)
    async with before(address.hostname, address.port, lambda _: slow) as way:
        connection = await call(thread, connect, through(way, postgresql_url))
        cursor = await call(thread, connection.execute, "SELECT repeat('x', 600)")
        answer = cursor.fetchone()
        await call(thread, connection.close)

    assert answer == ("x" * 600,)


async def test_it_waits_for_ever_where_nobody_says_how_long(postgresql_url: str) -> None:
    with connect(postgresql_url) as connection:
        answer = await asyncio.to_thread(connection.execute, "SELECT pg_sleep(%s)", [2 * PATIENCE_SECONDS])

    assert answer.rowcount == 1


def test_it_looks_for_the_other_end_at_both_ends(postgresql_url: str) -> None:
    theirs = {
        "idle_in_transaction_session_timeout": "15s",
        "tcp_keepalives_idle": "5",
        "tcp_keepalives_interval": "5",
        "tcp_keepalives_count": "2",
        "tcp_user_timeout": "15000",
    }
    with connect(postgresql_url) as connection, socket.socket(fileno=os.dup(connection.fileno())) as ours:
        assert {name: connection.execute(f"SHOW {name}").fetchone()[0] for name in theirs} == theirs
        options = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT, socket.TCP_USER_TIMEOUT)
        assert [ours.getsockopt(socket.IPPROTO_TCP, option) for option in options] == [5, 5, 2, 15_000]


def through(way: Proxy, url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=f"{parts.username}@{way.host}:{way.port}").geturl()
