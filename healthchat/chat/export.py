"""A conversation to keep: as JSON with all that was recorded, and as Markdown to read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, JsonResponse

from healthchat.chat.models import Conversation, Event, Run
from healthchat.chat.turn import Turn, turns_of

FORMS = ("json", "markdown")


def exported(conversation: Conversation, form: str) -> HttpResponse:
    """A conversation as a file to keep, in one of `FORMS`."""
    if form == "json":
        headers = {"Content-Disposition": 'attachment; filename="conversation.json"'}
        return JsonResponse(as_json(conversation), headers=headers)
    headers = {"Content-Disposition": 'attachment; filename="conversation.md"'}
    return HttpResponse(as_markdown(conversation), content_type="text/markdown; charset=utf-8", headers=headers)


def as_json(conversation: Conversation) -> dict[str, Any]:
    """`{"conversation", "runs"}`, each run with its question, its answer and its events in order."""
    found = _runs(conversation)
    events: dict[Any, list[Any]] = {run.pk: [] for run in found}
    rows = Event.objects.filter(run__in=found).order_by("run", "seq").values_list("run_id", "name", "data")
    for run_id, name, data in rows.iterator():
        events[run_id].append({"event": name, "data": json.loads(data)})
    return {
        "conversation": {
            "id": str(conversation.pk),
            "title": conversation.title,
            "patient": conversation.patient.name if conversation.patient else None,
            "model": conversation.model,
            "created": conversation.created.isoformat(),
            "updated": conversation.updated.isoformat(),
        },
        "runs": [_run(run) | {"events": events[run.pk]} for run in found],
    }


def as_markdown(conversation: Conversation) -> str:
    """Questions and answers in order, with the sources and gaps of each."""
    lines = [f"# {conversation.title or 'Conversation'}", ""]
    if conversation.patient:
        lines += [f"About the records of {conversation.patient.name}.", ""]
    for turn in turns_of(_runs(conversation)):
        lines += _turn(turn)
    return "\n".join(lines)


def _runs(conversation: Conversation) -> list[Run]:
    found = Run.objects.filter(conversation=conversation).order_by("number")
    return list(found.select_related("conversation", "question", "answer", "feedback"))


def _run(run: Run) -> dict[str, Any]:
    feedback = getattr(run, "feedback", None)
    return {
        "id": str(run.pk),
        "question": run.question.content,
        "asked": run.created.isoformat(),
        "answer": run.answer.content if run.answer else None,
        "finished": run.finished.isoformat() if run.finished else None,
        "status": run.status,
        "model": run.model,
        "triage": run.triage,
        "retry_of": str(run.retry_of_id) if run.retry_of_id else None,
        "withdrawn": run.withdrawn,
        "feedback": {"rating": feedback.rating, "note": feedback.note} if feedback else None,
    }


def _turn(turn: Turn) -> Iterator[str]:
    run = turn.run
    yield f"## {run.created:%Y-%m-%d %H:%M} UTC"
    yield ""
    yield from (f"> {line}".rstrip() for line in run.question.content.splitlines())
    yield ""
    yield run.answer.content if run.answer else f"({run.get_status_display()})"
    yield ""
    for title, items in (
        ("Sources", [_source(source.number, source.label, source.source) for source in turn.sources]),
        ("Not covered", [f"- {gap.words}" for gap in turn.gaps]),
    ):
        if items:
            yield f"{title}:"
            yield ""
            yield from items
            yield ""


def _source(number: int, label: str, source: str) -> str:
    more = f" ({source})" if source and source != label else ""
    return f"{number}. {label}{more}"
