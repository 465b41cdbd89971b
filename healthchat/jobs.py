"""Work that is handed to worker processes, through Procrastinate's queue in the same PostgreSQL.

A job is stored in the transaction of whoever hands it out, so it is there if and only if what it is about is.
"""

from __future__ import annotations

from contextlib import suppress

from django.conf import settings
from django.db import connection, transaction

ANSWERS, IMPORTS, UPKEEP = "answers", "imports", "upkeep"
QUEUES = (ANSWERS, IMPORTS, UPKEEP)
JOBS_TABLE = "procrastinate_jobs"
WORKERS_TABLE = "procrastinate_workers"


def by_workers() -> bool:
    """Whether there are workers; without them each server process does its own work."""
    return bool(settings.BY_WORKERS)


def hand_out(task: str, *, queue: str, key: str, priority: int = 0, **arguments: str | int) -> None:
    """Have a worker call a task. Of what waits in a queue, the highest priority goes first, then the oldest.

    Raises:
        AlreadyEnqueued: a job of the same key waits already; the transaction can only be rolled back.
    """
    from procrastinate.contrib.django import app

    app.configure_task(task, queue=queue, queueing_lock=key, priority=priority).defer(**arguments)


def hand_out_once(task: str, *, queue: str, key: str, priority: int = 0, **arguments: str) -> None:
    """As `hand_out`, unless a job of the same key waits already."""
    from procrastinate.exceptions import AlreadyEnqueued

    with suppress(AlreadyEnqueued), transaction.atomic():
        hand_out(task, queue=queue, key=key, priority=priority, **arguments)


def depths() -> dict[tuple[str, str], int]:
    """How many jobs are in each queue, by what becomes of them: `todo` or `doing`."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT queue_name, status::text, COUNT(*) FROM {JOBS_TABLE} "  # noqa: S608
            "WHERE status IN ('todo', 'doing') GROUP BY 1, 2"
        )
        return {(queue, status): count for queue, status, count in cursor.fetchall()}
