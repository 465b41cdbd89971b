"""The life of a run in the database: asked, claimed, renewed, ended. Plain database work, called from threads.

Every change of state is one conditional update, so that of many who try, one succeeds.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Literal, NamedTuple
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from agents.events import AnyEvent, Outcome, Triage
from agents.query import Query, Turn
from agents.triage import screen
from healthchat.chat import log
from healthchat.chat.models import Conversation, Message, Run
from healthchat.records.models import Patient

LEASE_SECONDS = 15
"""How long a run stays with a process that shows no sign of life."""
ATTEMPTS = 3
ON_BUSY = ("enqueue", "reject", "interrupt", "rollback")
HISTORY_RUNS = 10
TITLE_CHARACTERS = 60

Lease = Literal["held", "lost", "to_be_cancelled"]
"""How a process stands to a run that it carries out."""

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


class Claimed(NamedTuple):
    """What a process needs to carry out a run that it has claimed."""

    run: Run
    query: Query
    patient: Patient | None
    past: list[AnyEvent]
    seq: int


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
) -> Asked:
    """Store a message and the queued run that will answer it.

    With `key`, the same key is the same run. With `join`, the same request joins its run while that is under way.
    `on_busy` says what is done while another run of the conversation is under way: `enqueue` waits for it (the
    default), `reject` refuses, `interrupt` stops it, `rollback` stops it and leaves it out of the conversation.

    Raises:
        Refused: the message, conversation or patient cannot be taken, the conversation is busy, or the key was used
            for another request.
    """
    message = clean_message(text)
    _check(on_busy=on_busy, key=key)
    digest = hashlib.sha256(json.dumps([message, conversation, patient, on_busy]).encode()).hexdigest()
    triage = screen(message, region=settings.HEALTHCHAT_EMERGENCY_REGION)
    try:
        with transaction.atomic():
            run = _earlier(owner, key=key, digest=digest, join=join)
            if run is not None:
                return Asked(run, False, triage)
            talk = _conversation(owner, conversation, patient=patient, title=message)
            displaced = _make_room(talk, on_busy) if conversation else ()
            run = _new_run(talk, message, triage=triage, key=key, digest=digest)
            return Asked(run, True, triage, displaced)
    except IntegrityError:
        run = _earlier(owner, key=key, digest=digest, join=join)
        if run is None:
            raise
        return Asked(run, False, triage)


def claim(run_id: UUID, *, worker: str, now: datetime) -> Claimed | None:
    """Take a run to carry it out; None if it is not to be had.

    A run is to be had when it is queued and first in its conversation, or when its lease has run out. One that is to
    be cancelled waits for no other.
    """
    run = Run.objects.filter(id=run_id).first()
    if run is None or run.ended:
        return None
    ahead = Run.objects.filter(conversation=run.conversation_id, status__in=UNFINISHED, created__lt=run.created)
    if run.cancel_requested is None and ahead.exists():
        return None
    claimed = (
        Run.objects.filter(id=run_id)
        .filter(Q(status=Run.Status.QUEUED) | Q(status=Run.Status.RUNNING, lease_until__lt=now))
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
    run = Run.objects.select_related("conversation__patient", "question").get(id=run_id)
    past = log.past(run.id)
    return Claimed(run, _query(run), run.conversation.patient, past, log.last_seq(run.id))


def renew(run_id: UUID, *, worker: str, now: datetime) -> Lease:
    """Extend the lease and say how the run stands."""
    ours = Run.objects.filter(id=run_id, worker=worker, status=Run.Status.RUNNING)
    if not ours.update(lease_until=now + timedelta(seconds=LEASE_SECONDS)):
        return "lost"
    return "held" if ours.filter(cancel_requested=None).exists() else "to_be_cancelled"


def give_back(run_id: UUID, *, worker: str, now: datetime) -> None:
    """End the lease of a run that is not finished here, so that another process goes on at once.

    The attempt does not count: nothing went wrong in it.
    """
    ours = Run.objects.filter(id=run_id, worker=worker, status=Run.Status.RUNNING, attempt__gt=0)
    ours.update(lease_until=now, attempt=F("attempt") - 1)


def end(run: Run, *, outcome: Outcome, text: str, seq: int, now: datetime, error: tuple[str, str] = ("", "")) -> None:
    """Store a run's end and the answer, inside the transaction that stores its last events.

    Raises:
        IntegrityError: the run has ended already.
    """
    answer = None
    if text:
        answer = Message.objects.create(
            conversation_id=run.conversation_id, role=Message.Role.ASSISTANT, content=text, created=now
        )
    ended = Run.objects.filter(id=run.id, status__in=UNFINISHED).update(
        status=outcome,
        answer=answer,
        finished=now,
        last_seq=seq,
        lease_until=None,
        error_code=error[0],
        reference=error[1],
    )
    if not ended:
        raise IntegrityError("the run has ended already")
    Conversation.objects.filter(id=run.conversation_id).update(updated=now)


def request_cancel(run_id: UUID, *, now: datetime) -> None:
    """Note that a run is to stop; whoever carries it out sees it at the next heartbeat."""
    Run.objects.filter(id=run_id, status__in=UNFINISHED, cancel_requested=None).update(cancel_requested=now)


def to_carry_out(*, now: datetime, most: int = 100) -> list[UUID]:
    """Queued runs, and running ones whose lease has run out, oldest first."""
    queued = Run.objects.filter(status=Run.Status.QUEUED)
    orphaned = Run.objects.filter(status=Run.Status.RUNNING, lease_until__lt=now)
    return [
        run_id for runs in (orphaned, queued) for run_id in runs.order_by("created").values_list("id", flat=True)[:most]
    ]


def next_queued(conversation: UUID) -> UUID | None:
    """The run that waits first in a conversation."""
    queued = Run.objects.filter(conversation=conversation, status=Run.Status.QUEUED)
    return queued.order_by("created").values_list("id", flat=True).first()


def of(owner: User) -> QuerySet[Run]:
    """The runs that a person may see."""
    return Run.objects.filter(owner=owner)


def _earlier(owner: User, *, key: str | None, digest: str, join: bool) -> Run | None:
    if key is not None:
        run = of(owner).filter(idempotency_key=key).first()
        if run is not None and run.request_digest != digest:
            raise Refused("key_reused", "This idempotency key was already used for another request.", 422)
        return run
    if join:
        return of(owner).filter(request_digest=digest, status__in=UNFINISHED).order_by("-created").first()
    return None


def _check(*, on_busy: str | None, key: str | None) -> None:
    if key is not None and not 0 < len(key) <= 200:
        raise Refused("invalid_key", "The idempotency key must have 1 to 200 characters.", 422)
    if on_busy is not None and on_busy not in ON_BUSY:
        raise Refused("invalid_on_busy", f"“on_busy” must be one of: {', '.join(ON_BUSY)}.", 422)


def _make_room(conversation: Conversation, on_busy: str | None) -> tuple[UUID, ...]:
    """Deal with a conversation's unfinished runs as `on_busy` says, and return those that are to be stopped."""
    busy = Run.objects.filter(conversation=conversation, status__in=UNFINISHED)
    if on_busy in (None, "enqueue") or not busy.exists():
        return ()
    if on_busy == "reject":
        raise Refused("busy", "The last question is still being answered. Please wait, or stop it first.", 409)
    displaced = tuple(busy.values_list("id", flat=True))
    if on_busy == "rollback":
        busy.update(withdrawn=True)
    return displaced


def _conversation(owner: User, conversation: str | None, *, patient: str | None, title: str) -> Conversation:
    about = _patient(owner, patient)
    if conversation is None:
        return Conversation.objects.create(owner=owner, patient=about or _usual_patient(owner), title=_title(title))
    unknown = "unknown_conversation", "There is no such conversation."
    found = Conversation.objects.filter(owner=owner, id=_uuid(conversation, *unknown)).first()
    if found is None:
        raise Refused(*unknown, 404)
    if about is not None and found.patient_id != about.pk:
        raise Refused("other_patient", "This conversation is about another person's records.", 409)
    return found


def _patient(owner: User, patient: str | None) -> Patient | None:
    if patient is None:
        return None
    unknown = "unknown_patient", "There are no such records."
    found = Patient.objects.visible_to(owner).filter(id=_uuid(patient, *unknown)).first()
    if found is None:
        raise Refused(*unknown, 404)
    return found


def _usual_patient(owner: User) -> Patient | None:
    """The person's own newest records, or else the sample's."""
    return Patient.objects.visible_to(owner).order_by("is_sample", "-created").first()


def _new_run(conversation: Conversation, message: str, *, triage: Triage, key: str | None, digest: str) -> Run:
    question = Message.objects.create(conversation=conversation, role=Message.Role.USER, content=message)
    Conversation.objects.filter(id=conversation.id).update(updated=question.created)
    return Run.objects.create(
        conversation=conversation,
        owner_id=conversation.owner_id,
        question=question,
        model=settings.HEALTHCHAT_MODEL,
        triage=triage.level,
        idempotency_key=key,
        request_digest=digest,
    )


def _query(run: Run) -> Query:
    earlier = Run.objects.filter(conversation=run.conversation_id, created__lt=run.created, withdrawn=False)
    earlier = earlier.order_by("-created")
    pairs = earlier.values_list("question__content", "answer__content")[:HISTORY_RUNS]
    turns: list[Turn] = []
    for question, answer in reversed(pairs):
        turns.append(Turn(role="user", text=question))
        if answer:
            turns.append(Turn(role="assistant", text=answer))
    return Query(
        text=run.question.content,
        now=run.question.created,
        history=tuple(turns),
        region=settings.HEALTHCHAT_EMERGENCY_REGION,  # type: ignore[arg-type]
    )


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
