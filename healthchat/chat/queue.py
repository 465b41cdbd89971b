"""Which runs are carried out next, and by whom: handed to the workers' queue, or left to the process that asks.

Nobody keeps others waiting: of one person only so many runs are carried out at once, and in the workers' queue
somebody's first question goes before another's second. Plain database work, in the transaction of whoever hands out.
"""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection

from healthchat import jobs
from healthchat.chat.models import Run
from healthchat.database import prepared

ANSWER = "answer"
"""The workers' task that carries out a run."""

_RUNS = Run._meta.db_table
_FIRST = f"""
    NOT EXISTS (SELECT 1 FROM {_RUNS} a WHERE a.conversation_id = r.conversation_id AND a.number < r.number
    AND a.status IN ('queued', 'running'))
"""  # noqa: S608
_NEXT_OF_CONVERSATION = f"""
    SELECT id FROM {_RUNS} WHERE conversation_id = %s AND status = 'queued' ORDER BY number LIMIT 1
"""  # noqa: S608
_NEXT_OF_PERSON = f"""
    SELECT r.id FROM {_RUNS} r WHERE r.owner_id = %s AND r.status = 'queued' AND {_FIRST} ORDER BY r.created LIMIT 1
"""  # noqa: S608
_COUNTS = f"""
    SELECT COUNT(*) FILTER (WHERE status = 'running'), COUNT(*) FILTER (WHERE status = 'queued')
    FROM {_RUNS} WHERE owner_id = %s AND status IN ('queued', 'running')
"""  # noqa: S608
_FORGOTTEN = f"""
    SELECT r.id, r.owner_id, r.status = 'queued' AND r.cancel_requested IS NULL FROM {_RUNS} r
    WHERE (r.status = 'queued' AND (r.cancel_requested IS NOT NULL OR {_FIRST})
    OR r.status = 'running' AND r.lease_until IS NULL)
    AND NOT EXISTS (SELECT 1 FROM {jobs.JOBS_TABLE} j WHERE j.queueing_lock = 'run:' || r.id AND j.status = 'todo')
    ORDER BY r.created LIMIT %s
"""  # noqa: S608


class Unfinished(NamedTuple):
    """How many runs of a person are being carried out, and how many wait."""

    running: int
    waiting: int

    @property
    def has_room(self) -> bool:
        """Whether one more may be carried out. Two processes that ask at once may both be told so."""
        return not settings.HEALTHCHAT_PERSON_RUNS or self.running < settings.HEALTHCHAT_PERSON_RUNS

    @property
    def may_wait(self) -> bool:
        """Whether one more may be stored."""
        return not settings.HEALTHCHAT_PERSON_WAITING or self.waiting < settings.HEALTHCHAT_PERSON_WAITING


def unfinished_of(owner: int) -> Unfinished:
    """A person's unfinished runs; not counted where nothing is limited."""
    if not (settings.HEALTHCHAT_PERSON_RUNS or settings.HEALTHCHAT_PERSON_WAITING):
        return Unfinished(0, 0)
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, [owner])
        return Unfinished(*cursor.fetchone())


def hand_out_next(run: Run) -> UUID | None:
    """Have the run carried out that is next now that this one has ended; return it where that is left to the caller."""
    following = _next_after(run)
    if following is None or not jobs.by_workers():
        return following
    hand_out(following)
    return None


def _next_after(run: Run) -> UUID | None:
    """The next of its conversation, or else of its owner."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_OF_CONVERSATION, [prepared(Run, "conversation", run.conversation_id)])
        row = cursor.fetchone()
        if row is None and settings.HEALTHCHAT_PERSON_RUNS:
            cursor.execute(_NEXT_OF_PERSON, [run.owner_id])
            row = cursor.fetchone()
    return UUID(str(row[0])) if row else None


def hand_out(run: UUID, *, ahead: int = 0, new: bool = False) -> None:
    """Have the workers carry out a run, if there are any; `ahead` is how many others its owner has.

    Only a `new` run is known not to be in their queue.
    """
    if not jobs.by_workers():
        return
    give = jobs.hand_out if new else jobs.hand_out_once
    give(ANSWER, queue=jobs.ANSWERS, key=f"run:{run}", priority=-ahead, run=str(run))


def hand_out_forgotten(*, most: int = 100) -> None:
    """Hand the workers what their queue should hold and does not: given back, left by the dead, held up by a limit."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGOTTEN, [most])
        forgotten = cursor.fetchall()
    room: dict[int, Unfinished] = {}
    for run, owner, begins in forgotten:
        counts = room.get(owner) or unfinished_of(owner)
        if not begins or counts.has_room:
            hand_out(run)
        room[owner] = counts._replace(running=counts.running + begins)
