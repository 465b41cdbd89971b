"""The life of a run in the database: asked, claimed, renewed, ended. Plain database work, called from threads.

Every change of state is one conditional update, so that of many who try, one succeeds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Literal, NamedTuple
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, connection
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from agents.events import (
    AnyEvent,
    Finding,
    Gap,
    Outcome,
    Plan,
    SpecialistUpdate,
    ToolCall,
    ToolResult,
    Triage,
    Understanding,
)
from agents.query import Query, Turn
from agents.triage import screen
from healthchat.chat import log
from healthchat.chat.models import Conversation, Event, Message, Run, place_in
from healthchat.chat.worker import is_dead
from healthchat.database import insert, new_id, prepared, stored
from healthchat.records.models import Patient

LEASE_SECONDS = 15
"""How long a run stays with a process that shows no sign of life; counted by whoever waits for one, see `claim`."""
ATTEMPTS = 3
ON_BUSY = ("enqueue", "reject", "interrupt", "rollback")
HISTORY_RUNS = 10
TITLE_CHARACTERS = 60

Lease = Literal["held", "to_be_cancelled"]
"""How a process stands to a run that it carries out."""

# The way of every message; written out, because building each query anew costs more than all else together.
_RUNS, _TALKS, _PATIENTS = Run._meta.db_table, Conversation._meta.db_table, Patient._meta.db_table
_UNDER_WAY = f"""
    SELECT id FROM {_RUNS} WHERE owner_id = %s AND request_digest = %s AND status IN ('queued', 'running')
    ORDER BY created DESC LIMIT 1
"""  # noqa: S608
_USUAL_PATIENT = f"""
    SELECT id FROM {_PATIENTS} WHERE owner_id = %s OR is_sample ORDER BY is_sample, created DESC LIMIT 1
"""  # noqa: S608
_END = f"""
    UPDATE {_RUNS} SET status = %s, answer_id = %s, finished = %s, last_seq = %s, error_code = %s, reference = %s,
    lease_until = NULL WHERE id = %s AND status IN ('queued', 'running')
"""  # noqa: S608
_TOUCH = f"UPDATE {_TALKS} SET updated = %s WHERE id = %s"  # noqa: S608
_NEXT = f"""
    SELECT id FROM {_RUNS} WHERE conversation_id = %s AND status = 'queued' ORDER BY number LIMIT 1
"""  # noqa: S608

_HAS_TALK = f"SELECT 1 FROM {_TALKS} WHERE id = %s AND owner_id = %s"  # noqa: S608
_PROGRESS = f"""
    SELECT r.conversation_id, r.status, r.last_seq,
    (SELECT MAX(e.seq) FROM {Event._meta.db_table} e WHERE e.run_id = r.id)
    FROM {_RUNS} r WHERE r.id = %s AND r.owner_id = %s
"""  # noqa: S608

OF_SPECIALISTS = (SpecialistUpdate, ToolCall, ToolResult, Finding)
UNFINISHED = (Run.Status.QUEUED, Run.Status.RUNNING)


class Refused(Exception):
    """A request that cannot be carried out, with what the person is told."""

    def __init__(self, code: str, message: str, status: int) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.status = status


class Asked(NamedTuple):
    """A run, whether this request made it, and what the urgency screen says of the message."""

    run: Run
    new: bool
    triage: Triage
    displaced: tuple[UUID, ...] = ()
    """Unfinished runs of the conversation that are to be stopped for it."""
    claimed: Claimed | None = None
    """Set if the run was claimed as it was made."""


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


def progress(owner: User, run_id: UUID) -> Progress | None:
    """How far a person's run has come; None if they have no such run."""
    with connection.cursor() as cursor:
        cursor.execute(_PROGRESS, [prepared(Run, "id", run_id), owner.pk])
        row = cursor.fetchone()
    if row is None:
        return None
    conversation, status, last_seq, newest = row
    ended = status in Run.ENDED
    return Progress(run_id, UUID(str(conversation)), ended, last_seq if ended else newest or 0)


def clean_message(text: object) -> str:
    """The message as it is stored.

    Raises:
        Refused: it is no text, empty, or too long.
    """
    if not isinstance(text, str):
        raise Refused("invalid_message", "Please send your question as text in the field “message”.", 422)
    cleaned = log.UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text).strip()
    if not cleaned:
        raise Refused("empty_message", "Please write a question first.", 422)
    if len(cleaned.encode()) > settings.HEALTHCHAT_MESSAGE_BYTES:
        raise Refused(
            "message_too_long",
            f"That message is too long. Please keep it under {settings.HEALTHCHAT_MESSAGE_BYTES // 1000} kB.",
            413,
        )
    return cleaned


def ask(
    owner: User,
    text: object,
    *,
    conversation: str | None = None,
    patient: str | None = None,
    on_busy: str | None = None,
    key: str | None = None,
    join: bool = False,
    worker: str | None = None,
    replaces: str | None = None,
) -> Asked:
    """Store a message and the queued run that will answer it; `worker` claims it at once if nothing is ahead of it.

    With `key`, the same key is the same run. With `join`, the same request joins its run while that is under way.
    `on_busy` says what is done while another run of the conversation is under way: `enqueue` waits for it (the
    default), `reject` refuses, `interrupt` stops it, `rollback` stops it and leaves it out of the conversation.
    `replaces` names the run whose question this one words anew; both are kept, the earlier is left out of what follows.

    To be called in a transaction.

    Raises:
        Refused: the message, conversation or patient cannot be taken, the conversation is busy, or the key was used
            for another request.
        IntegrityError: another process stored the same key at the same time; asked again, that run is returned.
    """
    message = clean_message(text)
    _check(on_busy=on_busy, key=key)
    said = [message, conversation, patient, on_busy, *([replaces] if replaces else [])]
    digest = hashlib.sha256(json.dumps(said).encode()).hexdigest()
    triage = screen(message, region=settings.HEALTHCHAT_EMERGENCY_REGION)
    run = _earlier(owner, key=key, digest=digest, join=join)
    if run is not None:
        return Asked(run, False, triage)
    earlier = _replaced(owner, replaces, conversation) if replaces is not None else None
    if earlier is not None:
        conversation = str(earlier.conversation_id)
    talk = _conversation(owner, conversation, patient=patient, title=message)
    if earlier is not None:
        Run.objects.filter(question=earlier.question_id).update(withdrawn=True)
    displaced, free = _make_room(talk, on_busy) if conversation else ((), True)
    if earlier is not None and not earlier.ended:
        displaced = tuple(dict.fromkeys((*displaced, earlier.pk)))
    original = earlier.question_id if earlier else None
    run = _new_run(
        talk,
        message,
        number=place_in(talk.pk) if conversation else 1,
        triage=triage,
        key=key,
        digest=digest,
        worker=worker if free else None,
        replaces=original,
    )
    claimed = Claimed(run, _query(run, first=conversation is None), talk.patient_id, [], 0)
    return Asked(run, True, triage, displaced, claimed if run.worker else None)


def retry(owner: User, run_id: UUID, *, specialist: str | None = None) -> Run:
    """Queue a new run that answers a run's question anew; both are kept.

    What was found then stands and is not asked for again. With `specialist`, one that failed is asked again; without,
    a run that failed or was stopped goes on from where it ended, and one that was complete begins afresh. To be called
    in a transaction.

    Raises:
        Refused: no such run, it is still under way, or that specialist did not fail in it.
    """
    run = of(owner).filter(id=run_id).select_related("conversation", "question").first()
    if run is None:
        raise Refused("unknown_run", "There is no such run.", 404)
    if not run.ended:
        raise Refused("busy", "This question is still being answered. Please wait, or stop it first.", 409)
    past = log.past(run.id)
    if specialist is not None and not any(isinstance(event, Gap) and event.specialist == specialist for event in past):
        raise Refused("nothing_to_retry", "That specialist did not fail here; there is nothing to ask again.", 422)
    again = Run(
        conversation=run.conversation,
        owner_id=run.owner_id,
        question=run.question,
        model=settings.HEALTHCHAT_MODEL,
        triage=run.triage,
        retry_of=run,
        number=place_in(run.conversation_id),
        created=timezone.now(),
    )
    stored(again)
    fresh = specialist is None and run.status == Run.Status.COMPLETE
    kept = [] if fresh else [event for event in past if _stands(event, specialist)]
    log.append([log.recorded(again.id, seq, event) for seq, event in enumerate(kept, 1)])
    return again


def _stands(event: AnyEvent, retried: str | None) -> bool:
    """Whether what happened in an earlier run still holds for one that answers anew."""
    if isinstance(event, Triage | Understanding | Plan):
        return True
    return isinstance(event, OF_SPECIALISTS) and event.specialist != retried


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
    ahead = Run.objects.filter(conversation=run.conversation_id, status__in=UNFINISHED, number__lt=run.number)
    if run.cancel_requested is None and ahead.exists():
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
    return Claimed(run, _query(run), run.conversation.patient_id, past, log.last_seq(run.id))


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
    ours.update(lease_until=None, attempt=F("attempt") - 1)


def end(
    run: Run, *, outcome: Outcome, text: str, seq: int, now: datetime, error: tuple[str, str] = ("", "")
) -> UUID | None:
    """Store a run's end and the answer, inside the transaction that stores its last events; return who is next.

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
    return next_queued(run.conversation_id)


def request_cancel(run_id: UUID, *, now: datetime) -> None:
    """Note that a run is to stop; whoever carries it out sees it at the next heartbeat."""
    Run.objects.filter(id=run_id, status__in=UNFINISHED, cancel_requested=None).update(cancel_requested=now)


def release_of_the_dead() -> None:
    """End the leases of processes of this machine that were killed, so that nobody waits for them to run out."""
    held = Run.objects.filter(status=Run.Status.RUNNING, lease_until__isnull=False)
    dead = [name for name in held.order_by().values_list("worker", flat=True).distinct() if is_dead(name)]
    if dead:
        held.filter(worker__in=dead).update(lease_until=None)


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


def next_queued(conversation: UUID) -> UUID | None:
    """The run that waits first in a conversation."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [prepared(Run, "conversation", conversation)])
        row = cursor.fetchone()
    return UUID(str(row[0])) if row else None


def of(owner: User) -> QuerySet[Run]:
    """The runs that a person may see."""
    return Run.objects.filter(owner=owner)


def _earlier(owner: User, *, key: str | None, digest: str, join: bool) -> Run | None:
    if key is not None:
        run = of(owner).filter(idempotency_key=key).first()
        if run is not None and run.request_digest != digest:
            raise Refused("key_reused", "This idempotency key was already used for another request.", 422)
        return run
    if not join:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_UNDER_WAY, [owner.pk, digest])
        row = cursor.fetchone()
    return Run.objects.get(id=str(row[0])) if row else None


def _check(*, on_busy: str | None, key: str | None) -> None:
    if key is not None and not 0 < len(key) <= 200:
        raise Refused("invalid_key", "The idempotency key must have 1 to 200 characters.", 422)
    if on_busy is not None and on_busy not in ON_BUSY:
        raise Refused("invalid_on_busy", f"“on_busy” must be one of: {', '.join(ON_BUSY)}.", 422)


def _make_room(conversation: Conversation, on_busy: str | None) -> tuple[tuple[UUID, ...], bool]:
    """Deal with a conversation's unfinished runs as `on_busy` says.

    Returns those that are to be stopped, and whether there are none.
    """
    busy = Run.objects.filter(conversation=conversation, status__in=UNFINISHED)
    if not busy.exists():
        return (), True
    if on_busy in (None, "enqueue"):
        return (), False
    if on_busy == "reject":
        raise Refused("busy", "The last question is still being answered. Please wait, or stop it first.", 409)
    displaced = tuple(busy.values_list("id", flat=True))
    if on_busy == "rollback":
        busy.update(withdrawn=True)
    return displaced, False


def _conversation(owner: User, conversation: str | None, *, patient: str | None, title: str) -> Conversation:
    about = _patient(owner, patient)
    if conversation is None:
        now = timezone.now()
        about_id = about.pk if about else _usual_patient(owner)
        return stored(Conversation(owner=owner, patient_id=about_id, title=_title(title), created=now, updated=now))
    unknown = "unknown_conversation", "There is no such conversation."
    found = Conversation.objects.filter(owner=owner, id=_uuid(conversation, *unknown)).first()
    if found is None:
        raise Refused(*unknown, 404)
    if about is not None and found.patient_id != about.pk:
        raise Refused("other_patient", "This conversation is about another person's records.", 409)
    return found


def _replaced(owner: User, run_id: str, conversation: str | None) -> Run:
    """The run whose question is worded anew, in that conversation."""
    unknown = "unknown_run", "There is no such run."
    found = of(owner).filter(id=_uuid(run_id, *unknown)).first()
    if found is None or conversation not in (None, str(found.conversation_id)):
        raise Refused(*unknown, 404)
    return found


def _patient(owner: User, patient: str | None) -> Patient | None:
    if patient is None:
        return None
    unknown = "unknown_patient", "There are no such records."
    found = Patient.objects.visible_to(owner).filter(id=_uuid(patient, *unknown)).first()
    if found is None:
        raise Refused(*unknown, 404)
    return found


def _usual_patient(owner: User) -> UUID | None:
    """The person's own newest records, or else the sample's."""
    with connection.cursor() as cursor:
        cursor.execute(_USUAL_PATIENT, [owner.pk])
        row = cursor.fetchone()
    return UUID(str(row[0])) if row else None


def _new_run(
    conversation: Conversation,
    message: str,
    *,
    number: int,
    triage: Triage,
    key: str | None,
    digest: str,
    worker: str | None,
    replaces: UUID | None = None,
) -> Run:
    now = timezone.now()
    place = {"conversation_id": conversation.pk, "number": 2 * number - 1}
    question = Message(**place, role=Message.Role.USER, content=message, created=now)
    question.replaces_id = replaces
    stored(question)
    run = Run(
        conversation_id=conversation.pk,
        owner_id=conversation.owner_id,
        question=question,
        number=number,
        created=now,
        model=settings.HEALTHCHAT_MODEL,
        triage=triage.level,
        idempotency_key=key,
        request_digest=digest,
    )
    if worker is not None:
        run.status, run.worker, run.attempt = Run.Status.RUNNING, worker, 1
        run.started = now
        run.lease_until = now + timedelta(seconds=LEASE_SECONDS)
    return stored(run)


def _query(run: Run, *, first: bool = False) -> Query:
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


def _title(message: str) -> str:
    first_line = message.split("\n", 1)[0].strip()
    if len(first_line) <= TITLE_CHARACTERS:
        return first_line
    return first_line[:TITLE_CHARACTERS].rsplit(" ", 1)[0] + "…"


def _uuid(text: str, code: str, message: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refused(code, message, 404) from None
