"""The life of a run in the database: claimed, renewed, given back, ended. Plain database work, called from threads.

Every change of state is one conditional update, so that of many who try, one succeeds.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Literal, NamedTuple
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, connection
from django.db.models import F, Q, QuerySet

from agents.events import AnyEvent, Outcome
from agents.query import Query, Turn
from healthchat.chat import log, queue
from healthchat.chat.models import Conversation, Event, Message, Run
from healthchat.chat.worker import is_dead
from healthchat.database import insert, new_id, prepared

LEASE_SECONDS = 15
"""How long a run stays with a process that shows no sign of life; counted by whoever waits for one, see `claim`."""
ATTEMPTS = 3
HISTORY_RUNS = 10

Lease = Literal["held", "to_be_cancelled"]
"""How a process stands to a run that it carries out."""

# The way of every message; written out, because building each query anew costs more than all else together.
_RUNS, _TALKS = Run._meta.db_table, Conversation._meta.db_table
_END = f"""
    UPDATE {_RUNS} SET status = %s, answer_id = %s, finished = %s, last_seq = %s, error_code = %s, reference = %s,
    lease_until = NULL WHERE id = %s AND status IN ('queued', 'running')
"""  # noqa: S608
_TOUCH = f"UPDATE {_TALKS} SET updated = %s WHERE id = %s"  # noqa: S608
_HAS_TALK = f"SELECT 1 FROM {_TALKS} WHERE id = %s AND owner_id = %s"  # noqa: S608
_PROGRESS = f"""
    SELECT r.conversation_id, r.status, r.last_seq, r.folded,
    (SELECT MAX(e.seq) FROM {Event._meta.db_table} e WHERE e.run_id = r.id)
    FROM {_RUNS} r WHERE r.id = %s AND r.owner_id = %s
"""  # noqa: S608


class Claimed(NamedTuple):
    """What a process needs to carry out a run that it has claimed."""

    run: Run
    query: Query
    patient: UUID | None
    past: list[AnyEvent]
    seq: int


def has_conversation(owner: User, conversation: UUID) -> bool:
    """Whether a person has that conversation."""
    with connection.cursor() as cursor:
        cursor.execute(_HAS_TALK, [prepared(Conversation, "id", conversation), owner.pk])
        return cursor.fetchone() is not None


class Progress(NamedTuple):
    """How far a run has come."""

    id: UUID
    conversation_id: UUID
    ended: bool
    last_seq: int
    """The number of its last event so far; 0 where there is none."""
    folded: bool = False

    def knows(self, seq: int) -> bool:
        """Whether a feed can go on after this number; not where its event was joined with others since."""
        if seq > self.last_seq:
            return False
        return not (self.folded and seq) or Event.objects.filter(run=self.id, seq=seq).exists()


def progress(owner: User, run_id: UUID) -> Progress | None:
    """How far a person's run has come; None if they have no such run."""
    with connection.cursor() as cursor:
        cursor.execute(_PROGRESS, [prepared(Run, "id", run_id), owner.pk])
        row = cursor.fetchone()
    if row is None:
        return None
    conversation, status, last_seq, folded, newest = row
    ended = status in Run.ENDED
    return Progress(run_id, UUID(str(conversation)), ended, last_seq if ended else newest or 0, bool(folded))


def claim(run_id: UUID, *, worker: str, now: datetime, silent: datetime | None = None) -> Claimed | None:
    """Take a run to carry it out; None if it is not to be had.

    A run is to be had when it is queued and first in its conversation, or when it was given back. One that is held by
    another process is to be had by who has seen that its lease, `silent`, was not renewed for as long as one lasts:
    clocks differ and jump, so no process judges another's lease by the time that is written in it. One that is to be
    cancelled waits for no other.
    """
    run = Run.objects.filter(id=run_id).first()
    if run is None or run.ended:
        return None
    if run.cancel_requested is None and not _is_next(run):
        return None
    to_be_had = Q(lease_until=None) if silent is None else Q(lease_until=None) | Q(lease_until=silent)
    claimed = (
        Run.objects.filter(id=run_id)
        .filter(Q(status=Run.Status.QUEUED) | Q(status=Run.Status.RUNNING) & to_be_had)
        .update(
            status=Run.Status.RUNNING,
            worker=worker,
            lease_until=now + timedelta(seconds=LEASE_SECONDS),
            attempt=F("attempt") + 1,
            started=run.started or now,
        )
    )
    if not claimed:
        return None
    run = Run.objects.select_related("conversation", "question").get(id=run_id)
    past = log.past(run.id)
    return Claimed(run, query_of(run), run.conversation.patient_id, past, log.last_seq(run.id))


def _is_next(run: Run) -> bool:
    """Whether nothing has to end before this run is carried out."""
    if Run.objects.unfinished().filter(conversation=run.conversation_id, number__lt=run.number).exists():
        return False
    return run.status == Run.Status.RUNNING or queue.unfinished_of(run.owner_id).has_room


def renew(run_ids: Collection[UUID], *, worker: str, now: datetime) -> dict[UUID, Lease]:
    """Extend the leases of runs that a worker carries out, and say which of them it holds."""
    held = Run.objects.filter(id__in=run_ids, worker=worker, status=Run.Status.RUNNING)
    held.update(lease_until=now + timedelta(seconds=LEASE_SECONDS))
    rows = held.values_list("id", "cancel_requested")
    return {run_id: "to_be_cancelled" if cancel_requested else "held" for run_id, cancel_requested in rows}


def give_back(run_id: UUID, *, worker: str) -> None:
    """End the lease of a run that is not finished here, so that another process goes on at once.

    The attempt does not count: nothing went wrong in it.
    """
    ours = Run.objects.filter(id=run_id, worker=worker, status=Run.Status.RUNNING, attempt__gt=0)
    if ours.update(lease_until=None, attempt=F("attempt") - 1):
        queue.hand_out(run_id)


def end(
    run: Run, *, outcome: Outcome, text: str, seq: int, now: datetime, error: tuple[str, str] = ("", "")
) -> UUID | None:
    """Store a run's end and the answer, inside the transaction that stores its last events.

    Returns the run that comes next, if it is left to the caller to carry it out.

    Raises:
        IntegrityError: the run has ended already.
    """
    answer = None
    if text:
        answer = new_id()
        place = {"conversation_id": run.conversation_id, "number": 2 * run.number}
        insert(Message, id=answer, **place, role="assistant", content=text, created=now)
    run_id, conversation = prepared(Run, "id", run.id), prepared(Run, "conversation", run.conversation_id)
    at = prepared(Run, "finished", now)
    with connection.cursor() as cursor:
        cursor.execute(_END, [outcome, prepared(Run, "answer", answer), at, seq, *error, run_id])
        if not cursor.rowcount:
            raise IntegrityError("the run has ended already")
        cursor.execute(_TOUCH, [at, conversation])
    return queue.hand_out_next(run)


def request_cancel(run_id: UUID, *, now: datetime) -> None:
    """Note that a run is to stop; whoever carries it out sees it at the next heartbeat."""
    Run.objects.unfinished().filter(id=run_id, cancel_requested=None).update(cancel_requested=now)


def release_of_the_dead() -> None:
    """End the leases of processes of this machine that were killed, so that nobody waits for them to run out."""
    held = Run.objects.filter(status=Run.Status.RUNNING, lease_until__isnull=False)
    dead = [name for name in held.order_by().values_list("worker", flat=True).distinct() if is_dead(name)]
    if dead:
        held.filter(worker__in=dead).update(lease_until=None)


def release(run_id: UUID, lease: datetime) -> None:
    """End a lease that was not renewed for as long as one lasts."""
    Run.objects.filter(id=run_id, status=Run.Status.RUNNING, lease_until=lease).update(lease_until=None)


def to_carry_out(*, most: int = 100) -> list[UUID]:
    """Running runs that were given back, and queued ones, oldest first."""
    given_back = Run.objects.filter(status=Run.Status.RUNNING, lease_until=None)
    queued = Run.objects.filter(status=Run.Status.QUEUED)
    return [
        run_id
        for runs in (given_back, queued)
        for run_id in runs.order_by("created").values_list("id", flat=True)[:most]
    ]


def leases(*, carried_out: Collection[UUID] = ()) -> dict[UUID, datetime]:
    """The leases of all runs that the asking process does not carry out, whoever holds them.

    It may hold one itself and not know: where a claim was stored, but the database's answer was lost.
    """
    held = Run.objects.filter(status=Run.Status.RUNNING, lease_until__isnull=False)
    rows = held.values_list("id", "lease_until")
    return {run_id: lease for run_id, lease in rows if lease is not None and run_id not in carried_out}


def of(owner: User) -> QuerySet[Run]:
    """The runs that a person may see."""
    return Run.objects.filter(owner=owner)


def query_of(run: Run, *, first: bool = False) -> Query:
    """What a run is to answer; `first` where nothing was said before it in its conversation."""
    return Query(
        text=run.question.content,
        now=run.question.created,
        history=() if first else _history(run),
        region=settings.HEALTHCHAT_EMERGENCY_REGION,  # type: ignore[arg-type]
    )


def _history(run: Run) -> tuple[Turn, ...]:
    earlier = Run.objects.filter(conversation=run.conversation_id, number__lt=run.number, withdrawn=False)
    earlier = earlier.order_by("-number")
    pairs = earlier.values_list("question__content", "answer__content")[:HISTORY_RUNS]
    turns: list[Turn] = []
    for question, answer in reversed(pairs):
        turns.append(Turn(role="user", text=question))
        if answer:
            turns.append(Turn(role="assistant", text=answer))
    return tuple(turns)
