"""The chat's endpoints: ask, watch, stop. Async to the ground; what touches the database goes through its threads."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from healthchat.accounts.guests import person_for
from healthchat.chat import log, runs, sse
from healthchat.chat.engine import engine
from healthchat.chat.feed import conversation_feed, run_feed
from healthchat.chat.models import Conversation, Run
from healthchat.chat.runs import Asked, Refused
from healthchat.chat.sse import Cursor
from healthchat.database import in_database
from healthchat.security import from_another_site

MESSAGE_FIELDS = {"message", "conversation", "patient"}
EVENT_STREAM = "text/event-stream"

View = Callable[..., Awaitable[HttpResponse]]


def endpoint(view: View) -> View:
    """Refuse calls from other sites, and answer a `Refused` with its sentence.

    The guard by Fetch metadata takes the place of a CSRF token, so that the guide's clients work as they are.
    """

    @wraps(view)
    async def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            if from_another_site(request):
                raise Refused("cross_site", "This address cannot be called from another website.", 403)
            return await view(request, *args, **kwargs)
        except Refused as refused:
            return refusal(refused)

    return csrf_exempt(guarded)


def refusal(refused: Refused) -> JsonResponse:
    return JsonResponse({"error": {"code": refused.code, "message": refused.message}}, status=refused.status)


@endpoint
@require_POST
async def message(request: HttpRequest) -> HttpResponse:
    """Store a message and start its run; answer with the run's address, or with the feed itself if that is accepted."""
    body = _body(request)
    asked = await in_database(
        _ask,
        request,
        body.get("message"),
        conversation=body.get("conversation"),
        patient=body.get("patient"),
        key=request.headers.get("Idempotency-Key"),
    )
    engine().start(asked.run.id)
    if EVENT_STREAM in request.headers.get("Accept", ""):
        return sse.Response(run_feed(asked.run))
    return JsonResponse(_started(asked), status=201 if asked.new else 200)


@endpoint
@require_GET
async def stream(request: HttpRequest) -> HttpResponse:
    """Start a run and watch it, by one address; on a reconnect, go on watching that run and start nothing."""
    text = request.headers.get("Last-Event-ID") or request.GET.get("after")
    if text:
        cursor = Cursor.parse(text)
        person = await in_database(_person, request)
        run = await _run(person, cursor.run) if cursor else None
        if run is None:
            raise Refused("unknown_cursor", "There is no such run; please ask again.", 404)
        return await _watch(run, text)
    if not settings.HEALTHCHAT_QUERY_IN_URL:
        raise Refused(
            "query_in_url_off", "Questions in the address are switched off here; please send them by POST.", 403
        )
    asked = await in_database(
        _ask,
        request,
        request.GET.get("message"),
        conversation=request.GET.get("conversation"),
        patient=request.GET.get("patient"),
        key=request.GET.get("key"),
        join=True,
    )
    engine().start(asked.run.id)
    return sse.Response(run_feed(asked.run))


@endpoint
@require_GET
async def run_stream(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Watch one run: from the cursor on, then live. 204 once it has ended and nothing is left."""
    run = await _own_run(request, run_id)
    return await _watch(run, request.headers.get("Last-Event-ID") or request.GET.get("after"))


@endpoint
@require_GET
async def conversation_stream(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Watch a conversation: its runs one after the other, also those that were started elsewhere."""
    person = await in_database(_person, request)
    if not await in_database(Conversation.objects.filter(id=conversation_id, owner=person).exists):
        raise Refused("unknown_conversation", "There is no such conversation.", 404)
    engine().watch()
    text = request.headers.get("Last-Event-ID") or request.GET.get("after")
    cursor = Cursor.parse(text) if text else None
    if cursor is None:
        return sse.Response(conversation_feed(conversation_id, None, known=not text))
    run = await _run(person, cursor.run)
    if run is None or run.conversation_id != conversation_id:
        return sse.Response(conversation_feed(conversation_id, None, known=False))
    if await in_database(_last_seq, run) < cursor.seq:
        return sse.Response(conversation_feed(conversation_id, Cursor(run.id, 0), known=False))
    return sse.Response(conversation_feed(conversation_id, cursor))


@endpoint
@require_POST
async def cancel(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Stop a run, wherever it is carried out. Stopping one that has ended changes nothing."""
    run = await _own_run(request, run_id)
    if not run.ended:
        await engine().cancel(run.id)
    return JsonResponse({"run": str(run.id), "status": run.status if run.ended else "cancelling"}, status=202)


async def _watch(run: Run, after: str | None) -> HttpResponse:
    if not after:
        seq, known = 0, True
    else:
        cursor = Cursor.parse(after)
        last = await in_database(_last_seq, run)
        known = cursor is not None and cursor.run == run.id and cursor.seq <= last
        seq = cursor.seq if cursor and known else 0
        if known and run.ended and seq >= last:
            return HttpResponse(status=204)
    if not run.ended:
        engine().start(run.id)
    return sse.Response(run_feed(run, seq, known=known))


async def _own_run(request: HttpRequest, run_id: UUID) -> Run:
    run = await _run(await in_database(_person, request), run_id)
    if run is None:
        raise Refused("unknown_run", "There is no such run.", 404)
    return run


async def _run(person: User, run_id: UUID) -> Run | None:
    return await in_database(runs.of(person).filter(id=run_id).first)


def _last_seq(run: Run) -> int:
    return run.last_seq if run.ended else log.last_seq(run.id)


def _ask(request: HttpRequest, text: object, **options: Any) -> Asked:
    runs.clean_message(text)
    person = person_for(request)
    if person is None:
        raise Refused("not_signed_in", "Please sign in first.", 401)
    return runs.ask(person, text, **options)


def _person(request: HttpRequest) -> User:
    if isinstance(request.user, User) and request.user.is_active:
        return request.user
    raise Refused("not_signed_in", "Please sign in first.", 401)


def _body(request: HttpRequest) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise Refused("not_json", "Please send JSON, with “Content-Type: application/json”.", 415)
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Refused("broken_json", "The request is not valid JSON.", 400) from None
    if not isinstance(body, dict):
        raise Refused("broken_json", "The request must be a JSON object with a “message”.", 400)
    unknown = body.keys() - MESSAGE_FIELDS
    if unknown:
        raise Refused("unknown_field", f"A message has the fields {', '.join(sorted(MESSAGE_FIELDS))}; no others.", 422)
    for field in MESSAGE_FIELDS - {"message"}:
        if not isinstance(body.get(field), str | None):
            raise Refused("invalid_field", f"The field “{field}” must be text.", 422)
    return body


def _started(asked: Asked) -> dict[str, Any]:
    run = asked.run
    answer: dict[str, Any] = {
        "run": str(run.id),
        "conversation": str(run.conversation_id),
        "feed": reverse("run-stream", args=[run.id]),
    }
    if asked.triage.text:
        answer["triage"] = msgspec.to_builtins(asked.triage)
    return answer
