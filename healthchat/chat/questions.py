"""Questions taken in: checked, stored, and queued as the run that will answer them. Plain database work.

To be called in a transaction; everything that can be refused is refused before anything is stored.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from agents.access import RULES
from agents.events import (
    AnyEvent,
    Finding,
    Gap,
    Plan,
    Receipt,
    SpecialistUpdate,
    ToolCall,
    ToolResult,
    Triage,
    Understanding,
)
from agents.triage import screen
from healthchat.chat import log, pace, queue
from healthchat.chat.choice import is_choice, model_of
from healthchat.chat.models import LONGEST_KEY, URGENT_LEVELS, Conversation, Message, Run, place_in
from healthchat.chat.runs import LEASE_SECONDS, Claimed, of, query_of
from healthchat.database import stored
from healthchat.problems import RETRY_AFTER_SECONDS
from healthchat.records.models import Patient

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ON_BUSY = ("enqueue", "reject", "interrupt", "rollback")
DERIVED_TITLE_CHARACTERS = 60
OF_SPECIALISTS = (SpecialistUpdate, ToolCall, ToolResult, Finding)


class Refused(Exception):
    """A request that cannot be carried out, with what the person is told."""

    def __init__(
        self, code: str, message: StrOrPromise, status: int, *, retry_after: int = RETRY_AFTER_SECONDS
    ) -> None:
        super().__init__(code)
        self.code = code
        self._message = message
        self.status = status
        self.retry_after = retry_after
        """In seconds, where it is worth another try."""

    @property
    def message(self) -> str:
        """What the person is told, in the language of whoever is answered now."""
        return str(self._message)


class Asked(NamedTuple):
    """A run, whether this request made it, and what the urgency screen says of the message."""

    run: Run
    new: bool
    triage: Triage
    displaced: tuple[UUID, ...] = ()
    """Unfinished runs of the conversation that are to be stopped for it."""
    claimed: Claimed | None = None
    """Set if the run was claimed as it was made."""


# Written out, because building each query anew costs more than all else together.
_UNDER_WAY = f"""
    SELECT id FROM {Run._meta.db_table} WHERE owner_id = %s AND request_digest = %s AND status IN ('queued', 'running')
    ORDER BY created DESC LIMIT 1
"""  # noqa: S608
_USUAL_PATIENT = f"""
    SELECT id FROM {Patient._meta.db_table} WHERE owner_id = %s OR is_sample ORDER BY is_sample, created DESC LIMIT 1
"""  # noqa: S608


def clean_message(text: object) -> str:
    """The message as it is stored.

    Raises:
        Refused: it is no text, empty, or too long.
    """
    if not isinstance(text, str):
        raise Refused("invalid_message", "Please send your question as text in the field “message”.", 422)
    cleaned = log.UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text).strip()
    if not cleaned:
        raise Refused("empty_message", _("Please write a question first."), 422)
    if len(cleaned.encode()) > settings.HEALTHCHAT_MESSAGE_BYTES:
        raise Refused(
            "message_too_long",
            format_lazy(
                _("That message is too long. Please keep it under {kilobytes} kB."),
                kilobytes=settings.HEALTHCHAT_MESSAGE_BYTES // 1000,
            ),
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
    model: str | None = None,
) -> Asked:
    """Store a message and the queued run that will answer it; `worker` claims it at once if nothing is ahead of it.

    With `key`, the same key is the same run. With `join`, the same request joins its run while that is under way.
    `on_busy` says what is done while another run of the conversation is under way: `enqueue` waits for it (the
    default), `reject` refuses, `interrupt` stops it, `rollback` stops it and leaves it out of the conversation.
    `replaces` names the run whose question this one words anew; both are kept, the earlier is left out of what follows.
    `model` answers in the conversation from now on.

    Raises:
        Refused: the message, conversation, patient or model cannot be taken, the conversation is busy, or the key was
            used for another request.
        IntegrityError: another process stored the same key at the same time; asked again, that run is returned.
    """
    message = clean_message(text)
    _check(on_busy=on_busy, key=key)
    said: list[object] = [message, conversation, patient, on_busy, *([replaces] if replaces else [])]
    said += [{"model": model}] if model else []
    digest = hashlib.sha256(json.dumps(said).encode()).hexdigest()
    triage = screen(message, region=settings.HEALTHCHAT_EMERGENCY_REGION)
    run = _earlier(owner, key=key, digest=digest, join=join)
    if run is not None:
        return Asked(run, False, triage)
    unfinished = queue.unfinished_of(owner.pk)
    if not unfinished.may_wait:
        told = _("Too many of your questions are waiting. Please let some be answered first.")
        raise Refused("too_many_waiting", told, 429)
    if triage.level not in URGENT_LEVELS:
        _keep_pace(owner)
    earlier = _replaced(owner, replaces, conversation) if replaces is not None else None
    if earlier is not None:
        conversation = str(earlier.conversation_id)
    talk = _conversation(owner, conversation, patient=patient, title=message, model=model)
    if earlier is not None:
        Run.objects.filter(question=earlier.question_id).update(withdrawn=True)
    displaced, free = _make_room(talk, on_busy) if conversation else ((), True)
    if earlier is not None and not earlier.ended:
        displaced = tuple(dict.fromkeys((*displaced, earlier.pk)))
    original = earlier.question_id if earlier else None
    begins = free and unfinished.has_room
    run = _new_run(
        talk,
        message,
        number=place_in(talk.pk) if conversation else 1,
        triage=triage,
        key=key,
        digest=digest,
        worker=worker if begins else None,
        replaces=original,
    )
    if begins:
        queue.hand_out(run.pk, ahead=sum(unfinished), new=True)
    claimed = Claimed(run, query_of(run, first=conversation is None), talk.patient_id, [], 0)
    return Asked(run, True, triage, displaced, claimed if run.worker else None)


def retry(owner: User, run_id: UUID, *, specialist: str | None = None, model: str | None = None) -> Run:
    """Queue a new run that answers a run's question anew; both are kept.

    What was found then stands and is not asked for again. With `specialist`, one that failed is asked again; without,
    a run that failed or was stopped goes on from where it ended, one in which the rules took the place of a model from
    there, and any other that was complete begins afresh. `model` answers this once.

    Raises:
        Refused: no such run or model, it is still under way, or that specialist did not fail in it.
    """
    run = of(owner).filter(id=run_id).select_related("conversation", "question").first()
    if run is None:
        raise Refused("unknown_run", _("There is no such run."), 404)
    if not run.ended:
        raise Refused("busy", _("This question is still being answered. Please wait, or stop it first."), 409)
    past = log.past(run.id)
    if specialist is not None and not any(isinstance(event, Gap) and event.specialist == specialist for event in past):
        raise Refused("nothing_to_retry", _("That specialist did not fail here; there is nothing to ask again."), 422)
    _keep_pace(owner)
    again = Run(
        conversation=run.conversation,
        owner_id=run.owner_id,
        question=run.question,
        model=checked_model(model or "") or model_of(run.conversation),
        triage=run.triage,
        retry_of=run,
        number=place_in(run.conversation_id),
        created=timezone.now(),
    )
    stored(again)
    if specialist is None and run.status == Run.Status.COMPLETE:
        past = _until_rules_stood_in(past) if again.model == run.model else []
    kept = [event for event in past if _stands(event, specialist)]
    log.append([log.recorded(again.id, seq, event) for seq, event in enumerate(kept, 1)])
    queue.hand_out(again.id, new=True)
    return again


def checked_model(name: str) -> str:
    """The name of a model that may be chosen; nothing stands for the one that the server is set to.

    Raises:
        Refused: it is none.
    """
    if name and not is_choice(name):
        raise Refused("unknown_model", _("That model is not set up here. Please choose one of those that are."), 422)
    return name


def _until_rules_stood_in(past: list[AnyEvent]) -> list[AnyEvent]:
    """What a model had done of a run before the rules took its place; nothing where they did not."""
    stood_in = next((n for n, event in enumerate(past) if isinstance(event, Gap) and event.specialist is None), None)
    wrote = next((event.written_by for event in past if isinstance(event, Receipt)), None)
    if stood_in is None or wrote != RULES:
        return []
    before = past[:stood_in]
    found = {event.specialist for event in before if isinstance(event, Finding)}
    return [event for event in before if not isinstance(event, OF_SPECIALISTS) or event.specialist in found]


def _stands(event: AnyEvent, retried: str | None) -> bool:
    """Whether what happened in an earlier run still holds for one that answers anew."""
    if isinstance(event, Triage | Understanding | Plan):
        return True
    return isinstance(event, OF_SPECIALISTS) and event.specialist != retried


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
    if key is not None and not 0 < len(key) <= LONGEST_KEY:
        raise Refused("invalid_key", f"The idempotency key must have 1 to {LONGEST_KEY} characters.", 422)
    if on_busy is not None and on_busy not in ON_BUSY:
        raise Refused("invalid_on_busy", f"“on_busy” must be one of: {', '.join(ON_BUSY)}.", 422)


def _keep_pace(owner: User) -> None:
    seconds = pace.seconds_to_wait(owner.pk)
    if seconds:
        told = _("You have asked very many questions in a short time. Please wait a while, then ask again.")
        raise Refused("too_many_questions", told, 429, retry_after=seconds)


def _make_room(conversation: Conversation, on_busy: str | None) -> tuple[tuple[UUID, ...], bool]:
    """Deal with a conversation's unfinished runs as `on_busy` says.

    Returns those that are to be stopped, and whether there are none.
    """
    busy = Run.objects.unfinished().filter(conversation=conversation)
    if not busy.exists():
        return (), True
    if on_busy in (None, "enqueue"):
        return (), False
    if on_busy == "reject":
        raise Refused("busy", _("The last question is still being answered. Please wait, or stop it first."), 409)
    displaced = tuple(busy.values_list("id", flat=True))
    if on_busy == "rollback":
        busy.update(withdrawn=True)
    return displaced, False


def _conversation(
    owner: User, conversation: str | None, *, patient: str | None, title: str, model: str | None
) -> Conversation:
    about = _patient(owner, patient)
    chosen = checked_model(model or "")
    if conversation is None:
        place = {"owner": owner, "patient_id": about.pk if about else _usual_patient(owner)}
        now = timezone.now()
        return stored(Conversation(**place, title=_title(title), created=now, updated=now, model=chosen))
    unknown = "unknown_conversation", _("There is no such conversation.")
    found = Conversation.objects.filter(owner=owner, id=_uuid(conversation, *unknown)).first()
    if found is None:
        raise Refused(*unknown, 404)
    if about is not None and found.patient_id != about.pk:
        raise Refused("other_patient", _("This conversation is about another person’s records."), 409)
    if chosen:
        found.change(model=chosen)
    return found


def _replaced(owner: User, run_id: str, conversation: str | None) -> Run:
    """The run whose question is worded anew, in that conversation."""
    unknown = "unknown_run", _("There is no such run.")
    found = of(owner).filter(id=_uuid(run_id, *unknown)).first()
    if found is None or conversation not in (None, str(found.conversation_id)):
        raise Refused(*unknown, 404)
    return found


def _patient(owner: User, patient: str | None) -> Patient | None:
    if patient is None:
        return None
    unknown = "unknown_patient", _("There are no such records.")
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
        model=model_of(conversation),
        triage=triage.level,
        idempotency_key=key,
        request_digest=digest,
    )
    if worker is not None:
        run.status, run.worker, run.attempt = Run.Status.RUNNING, worker, 1
        run.started = now
        run.lease_until = now + timedelta(seconds=LEASE_SECONDS)
    return stored(run)


def _title(message: str) -> str:
    first_line = message.split("\n", 1)[0].strip()
    if len(first_line) <= DERIVED_TITLE_CHARACTERS:
        return first_line
    return first_line[:DERIVED_TITLE_CHARACTERS].rsplit(" ", 1)[0] + "…"


def _uuid(text: str, code: str, message: StrOrPromise) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refused(code, message, 404) from None
