"""What is put right where the database came back from a backup, before anything runs on it."""

from __future__ import annotations

import random
from datetime import datetime

from django.db import connection, transaction

from agents.events import Restart
from healthchat import jobs
from healthchat.chat import log
from healthchat.chat.models import Run
from healthchat.records import slices, uploads
from healthchat.records.models import Source

JUMP_EVENTS = (1_000_000, 100_000_000)
"""How far beyond the backup the numbers of a run go on: no run gets so long, and no two restores are likely to meet."""


def put_right(*, now: datetime) -> int:
    """Let go of what was under way in the backup, so that it goes on here; return how many runs that were.

    What was under way then went on elsewhere: people have seen events of these runs that are not in the backup, under
    the numbers that would come next. So their numbers go on far from there, and a cursor in between is known for what
    it is (`Progress.knows`): its feed begins anew.
    """
    with transaction.atomic():
        unfinished = list(Run.objects.unfinished().select_for_update())
        for run in unfinished:
            _let_go(run, now=now)
        _forget_workers()
        slices.remove(Source.everything.exclude(pending=None))
        uploads.resume()
    return len(unfinished)


def _let_go(run: Run, *, now: datetime) -> None:
    seq = log.last_seq(run.pk) + random.randint(*JUMP_EVENTS)  # noqa: S311 - nobody gains by guessing it
    log.append([log.recorded(run.id, seq, Restart(reason="restored", timestamp=now))])
    run.folded = True
    run.lease_until = None
    # As where a process gives a run back, nothing went wrong in this attempt.
    run.attempt = max(0, run.attempt - 1)
    run.save(update_fields=["folded", "lease_until", "attempt"])


def _forget_workers() -> None:
    """Forget who does which job; what is to be done is found by what is stored."""
    if not jobs.by_workers():
        return
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {jobs.JOBS_TABLE} WHERE status = 'doing'")  # noqa: S608
        cursor.execute(f"DELETE FROM {jobs.WORKERS_TABLE}")  # noqa: S608
