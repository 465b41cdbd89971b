"""What whoever runs the server may do to a run: stop it, have it answered anew, close one that hangs."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

from django.db import transaction

from agents.events import Done, Error
from agents.languages import Words
from healthchat.chat import log, questions, runs
from healthchat.chat.models import Run

CLOSED = Words(
    "Whoever runs this server has closed this answer, because it did not come to an end. You can ask again.",
    "Quien administra este servidor ha cerrado esta respuesta, porque no llegaba a su fin. Puede volver a preguntar.",
)


def stop(run: Run, *, now: datetime) -> bool:
    """Ask whoever carries the run out to stop it; say whether there was anything to stop."""
    if run.ended:
        return False
    runs.request_cancel(run.pk, now=now)
    return True


def answer_anew(run: Run) -> UUID | None:
    """Queue a run that answers the same question; None for one that is under way."""
    if not run.ended:
        return None
    with transaction.atomic():
        return questions.retry(run.owner, run.pk).pk


def close_as_failed(run: Run, *, now: datetime) -> bool:
    """End a run here and now, whoever carries it out; that process finds its next number taken and lets go of it."""
    with transaction.atomic():
        run = Run.objects.select_for_update().get(pk=run.pk)
        if run.ended:
            return False
        seq = log.last_seq(run.pk)
        reference = secrets.token_hex(4)
        told = CLOSED.answering(run.question.content)
        error = Error(code="closed_by_staff", message=told, reference=reference, timestamp=now)
        done = Done(status="failed", timestamp=now)
        log.append([log.recorded(run.pk, seq + 1, error), log.recorded(run.pk, seq + 2, done)])
        runs.end(run, outcome="failed", text="", seq=seq + 2, now=now, error=("closed_by_staff", reference))
    return True
