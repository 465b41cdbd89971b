"""Another process's hold on the event log, taken by a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from healthchat.chat.models import Event

WAIT_SECONDS = 20.0


@contextmanager
def log_locked() -> Iterator[threading.Event]:
    """Nobody can write the event log until the block ends, or the event that it is given is set."""
    locked, release = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                if connection.vendor == "postgresql":
                    with connection.cursor() as cursor:
                        cursor.execute(f"LOCK TABLE {Event._meta.db_table} IN EXCLUSIVE MODE")
                locked.set()
                release.wait(WAIT_SECONDS)
        finally:
            connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        assert locked.wait(WAIT_SECONDS)
        yield release
    finally:
        release.set()
        thread.join(WAIT_SECONDS)


def hurry() -> None:
    """Have this thread's connection give up on a lock at once."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 20" if connection.vendor == "postgresql" else "PRAGMA busy_timeout = 20")


def be_patient() -> None:
    """Undo `hurry`: PostgreSQL's pool gives the connection to others."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
