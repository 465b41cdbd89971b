"""The database as it is set up at run time, and the threads that use it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import psycopg
import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, OperationalError, ProgrammingError, connection, transaction

from healthchat.chat.models import Conversation
from healthchat.database import (
    MOST_TOGETHER,
    PAUSE_SECONDS,
    THREADS,
    DatabaseThreads,
    in_database,
    look,
    write,
    write_first,
)
from tests.chat.locks import WAIT_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)

only_on_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="is about SQLite")


@pytest.fixture
def threads() -> Iterator[DatabaseThreads]:
    threads = DatabaseThreads(2, "tests")
    yield threads
    threads.close()


def asked(question: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]


@only_on_sqlite
@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("busy_timeout", 20_000), ("synchronous", 1), ("foreign_keys", 1)],
)
async def test_it_sets_sqlite_up_in_each_thread(threads: DatabaseThreads, pragma: str, value: object) -> None:
    assert await threads.run(asked, f"PRAGMA {pragma}") == value


@only_on_sqlite
def test_it_takes_the_write_lock_when_a_transaction_begins() -> None:
    holds, refused = threading.Event(), []

    def write_elsewhere() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA busy_timeout = 1")
            holds.wait(WAIT_SECONDS)
            with transaction.atomic():
                pass
        except OperationalError as error:
            refused.append(str(error))
        finally:
            connection.close()

    thread = threading.Thread(target=write_elsewhere)
    thread.start()
    with transaction.atomic():
        holds.set()
        thread.join(WAIT_SECONDS)

    assert refused == ["database is locked"]


async def test_it_keeps_a_threads_connection(threads: DatabaseThreads) -> None:
    def connected() -> tuple[int, object]:
        connection.ensure_connection()
        return threading.get_ident(), connection.connection

    seen: dict[int, object] = {}
    for _ in range(20):
        thread, raw = await threads.run(connected)
        assert seen.setdefault(thread, raw) is raw


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="a file does not break off")
async def test_it_connects_anew_after_a_connection_broke() -> None:
    def breaks() -> None:
        connection.ensure_connection()
        connection.connection.close()
        connection.errors_occurred = True

    one = DatabaseThreads(1, "one")
    await one.run(breaks)

    assert await one.run(asked, "SELECT 7") == 7
    one.close()


async def test_it_closes_every_connection_and_can_be_used_again() -> None:
    one = DatabaseThreads(1, "one")
    assert await one.run(asked, "SELECT 1") == 1
    one.close()
    one.close()

    assert await one.run(asked, "SELECT 2") == 2
    one.close()


async def test_it_raises_what_the_function_raises(threads: DatabaseThreads) -> None:
    with pytest.raises(Conversation.DoesNotExist):
        await threads.run(Conversation.objects.get)


async def test_it_uses_no_more_threads_than_it_says() -> None:
    threads = DatabaseThreads(THREADS, "counted")
    for _ in range(50):
        await threads.run(asked, "SELECT 1")

    named = [thread for thread in threading.enumerate() if thread.name.startswith("counted")]
    threads.close()

    assert 1 <= len(named) <= THREADS
    assert not any(thread.is_alive() for thread in named)


class TestWriting:
    async def test_it_commits_what_waits_together(self) -> None:
        begun = []

        def work(number: int) -> tuple[int, bool]:
            begun.append(number)
            return number, connection.in_atomic_block

        results = await asyncio.gather(*(write(work, number) for number in range(5)))

        assert results == [(number, True) for number in range(5)]
        assert begun == list(range(5))

    async def test_it_lets_one_failure_harm_nobody_else(self) -> None:
        def name(text: str) -> None:
            User.objects.create_user(text)
            if text == "wrong":
                raise LookupError(text)

        outcomes = await asyncio.gather(
            *(write(name, text) for text in ("first", "wrong", "last")), return_exceptions=True
        )

        assert [type(outcome) for outcome in outcomes] == [type(None), LookupError, type(None)]
        assert set(await in_database(lambda: list(User.objects.values_list("username", flat=True)))) == {
            "first",
            "last",
        }

    async def test_it_tries_once_more_what_another_was_first_with(self) -> None:
        calls = []

        def second_time_lucky() -> str:
            calls.append(1)
            if len(calls) == 1:
                raise IntegrityError
            return "stored"

        assert await write(second_time_lucky) == "stored"

    async def test_what_people_watch_goes_ahead_of_a_crowd(self) -> None:
        done: list[str] = []
        crowd = [asyncio.ensure_future(write(done.append, "asks")) for _ in range(3 * MOST_TOGETHER)]
        await asyncio.sleep(0)

        await write_first(done.append, "watched")
        await asyncio.gather(*crowd)

        assert done.index("watched") <= 2 * MOST_TOGETHER
        assert len(done) == 3 * MOST_TOGETHER + 1


async def test_looks_that_come_together_share_a_trip() -> None:
    def where() -> int:
        together.wait(0.01)
        return threading.get_ident()

    together = threading.Event()
    assert len(set(await asyncio.gather(*(look(where) for _ in range(20))))) == 1


async def test_a_look_that_fails_spoils_no_other() -> None:
    outcomes = await asyncio.gather(
        look(asked, "SELECT 1"), look(asked, "SELECT nothing"), look(asked, "SELECT 2"), return_exceptions=True
    )

    assert outcomes[0] == 1
    assert isinstance(outcomes[1], OperationalError | ProgrammingError)
    assert outcomes[2] == 2


async def test_it_does_not_have_each_look_find_out_that_postgresql_is_gone() -> None:
    began = []

    def gone(number: int) -> None:
        began.append(number)
        raise OperationalError from psycopg.OperationalError("the connection is lost")

    outcomes = await asyncio.gather(*(look(gone, number) for number in range(5)), return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [OperationalError] * 5
    assert began == [0]


async def test_it_begins_nothing_right_after_postgresql_was_gone(threads: DatabaseThreads) -> None:
    def gone() -> None:
        raise OperationalError from psycopg.OperationalError("the connection is lost")

    def refused() -> None:
        raise OperationalError from psycopg.errors.DeadlockDetected("this one alone")

    with pytest.raises(OperationalError):
        await threads.run(refused)
    assert await threads.run(asked, "SELECT 1") == 1
    with pytest.raises(OperationalError):
        await threads.run(gone)
    with pytest.raises(OperationalError, match="a moment ago"):
        await threads.run(asked, "SELECT 1")
    await asyncio.sleep(PAUSE_SECONDS)

    assert await threads.run(asked, "SELECT 1") == 1


async def test_a_look_may_be_given_up_and_the_others_go_on() -> None:
    given_up = asyncio.create_task(look(asked, "SELECT 1"))
    kept = asyncio.create_task(look(asked, "SELECT 2"))
    await asyncio.sleep(0)
    given_up.cancel()

    assert await kept == 2
    assert await look(asked, "SELECT 3") == 3
