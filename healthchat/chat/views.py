"""The chat's endpoints: ask, watch, stop. Async to the ground: each goes once to a database thread, then answers."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Awaitable, Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from healthchat.chat import log, questions, runs, sse
from healthchat.chat.access import Visitor
from healthchat.chat.asking import ask, person
from healthchat.chat.engine import engine
from healthchat.chat.feed import LOOK_SECONDS, conversation_feed, run_feed
from healthchat.chat.hub import hub
from healthchat.chat.log import Recorded
from healthchat.chat.models import Run
from healthchat.chat.questions import Asked, Refused
from healthchat.chat.runs import Progress
from healthchat.chat.sse import Cursor
from healthchat.database import in_database, look, write
from healthchat.problems import method_not_allowed, problem_response, storage_unavailable
from healthchat.security import from_another_site

MESSAGE_FIELDS = ("message", "conversation", "patient", "on_busy", "replaces", "model")
RETRY_FIELDS = ("specialist", "model")
EVENT_STREAM = "text/event-stream"
LONGEST_WAIT_SECONDS = 30.0

logger = logging.getLogger(__name__)

View = Callable[..., Awaitable[HttpResponseBase]]


class Watched(NamedTuple):
    """What is watched: a run or a conversation, where from, and by whom."""

    conversation: UUID
    run: Progress | None
    seq: int
    known: bool
    """Whether the client's cursor belongs to it."""
    visitor: Visitor


def endpoint(view: View) -> Callable[..., Any]:
    """Refuse calls from other sites, and answer a `Refused`, or a database that cannot be used, with a sentence.

    The guard by Fetch metadata takes the place of a CSRF token, so that the guide's clients work as they are.
    """

    @wraps(view)
    async def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if from_another_site(request):
            return refusal(Refused("cross_site", "This address cannot be called from another website.", 403))
        try:
            response = await view(request, *args, **kwargs)
        except Refused as refused:
            return refusal(refused)
        except OperationalError as error:
            logger.warning("%s cannot be answered: %s", view.__name__, type(error).__name__)
            return storage_unavailable()
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            return method_not_allowed(response.headers["Allow"])
        return response

    return csrf_exempt(guarded)


def refusal(refused: Refused) -> JsonResponse:
    response = problem_response(refused.code, refused.message, refused.status, retry_after=refused.retry_after)
    if refused.status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="healthchat"'
    return response


@endpoint
@require_POST
async def message(request: HttpRequest) -> HttpResponseBase:
    """Store a message and start its run; answer with the run's address, or with the feed itself if that is accepted."""
    body = _text(_fields(request, MESSAGE_FIELDS), *MESSAGE_FIELDS[1:])
    asked, visitor = await ask(request, body.pop("message"), **body, key=request.headers.get("Idempotency-Key"))
    if EVENT_STREAM in request.META.get("HTTP_ACCEPT", ""):
        return sse.Response(run_feed(asked.run, visitor))
    return JsonResponse(_started(asked), status=201 if asked.new else 200)


@endpoint
@require_GET
async def stream(request: HttpRequest) -> HttpResponseBase:
    """Start a run and watch it, by one address; on a reconnect, go on watching that run and start nothing."""
    if _cursor_text(request):
        return _feed(await look(_resumed, request))
    if not settings.HEALTHCHAT_QUERY_IN_URL:
        told = "Questions in the address are switched off here; please send them by POST."
        raise Refused("query_in_url_off", told, 403)
    body = {field: request.GET.get(field) for field in MESSAGE_FIELDS}
    asked, visitor = await ask(request, body.pop("message"), **body, key=request.GET.get("key"), join=True)
    return sse.Response(run_feed(asked.run, visitor))


@endpoint
@require_GET
async def run_stream(request: HttpRequest, run_id: UUID) -> HttpResponseBase:
    """Watch one run: from the cursor on, then live. 204 once it has ended and nothing is left."""
    return _feed(await look(_watched_run, request, run_id))


@endpoint
@require_GET
async def conversation_stream(request: HttpRequest, conversation_id: UUID) -> HttpResponseBase:
    """Watch a conversation: its runs one after the other, also those that were started elsewhere."""
    watched = await look(_watched_conversation, request, conversation_id)
    _check_feeds(watched.visitor)
    engine().watch()
    cursor = Cursor(watched.run.id, watched.seq) if watched.run else None
    return sse.Response(conversation_feed(conversation_id, cursor, watched.visitor, known=watched.known))


@endpoint
@require_GET
async def run_events(request: HttpRequest, run_id: UUID) -> HttpResponseBase:
    """The recorded events after the cursor as JSON; where there are none yet, wait for some up to `wait` seconds."""
    watched = await look(_watched_run, request, run_id)
    assert watched.run is not None
    _check_feeds(watched.visitor)
    if not watched.run.ended:
        engine().start(run_id)
    until = time.monotonic() + _wait_seconds(request)
    with hub().subscribe(run_id, visitor=watched.visitor) as subscription:
        events = await in_database(log.read, run_id, watched.seq)
        while not (events or watched.run.ended or subscription.ended) and time.monotonic() < until:
            await subscription.wait(min(LOOK_SECONDS, until - time.monotonic()))
            events = await in_database(log.read, run_id, watched.seq)
    return JsonResponse(_page_of_events(watched, events))


@endpoint
@require_POST
async def cancel(request: HttpRequest, run_id: UUID) -> HttpResponseBase:
    """Stop a run, wherever it is carried out. Stopping one that has ended changes nothing."""
    run = await in_database(_own_run, request, run_id)
    if not run.ended:
        await engine().cancel(run.id)
    return JsonResponse({"run": str(run.id), "status": run.status if run.ended else "cancelling"}, status=202)


@endpoint
@require_POST
async def retry(request: HttpRequest, run_id: UUID) -> HttpResponseBase:
    """Answer a run's question anew, asking one failed specialist again or another model; both answers are kept."""
    fields = _text(_fields(request, RETRY_FIELDS), *RETRY_FIELDS) if request.body else {}
    run = await write(_retried, request, run_id, fields)
    engine().start(run.id)
    return JsonResponse(_addresses(run), status=201)


def _feed(watched: Watched) -> HttpResponseBase:
    run = watched.run
    assert run is not None
    if run.ended and watched.known and watched.seq >= run.last_seq:
        return HttpResponse(status=204)
    _check_feeds(watched.visitor)
    if not run.ended:
        engine().start(run.id)
    return sse.Response(run_feed(run, watched.visitor, after=watched.seq, known=watched.known))


def _check_feeds(visitor: Visitor) -> None:
    """Refuse one more to who has many open. A feed that answers a question is let through: questions are counted."""
    most = settings.HEALTHCHAT_PERSON_FEEDS
    if most and hub().open_to(visitor) >= most:
        told = _("Too many feeds are open for you here. Please close some of them first.")
        raise Refused("too_many_feeds", told, 429)


def _resumed(request: HttpRequest) -> Watched:
    """The run that the request's cursor names."""
    cursor = Cursor.parse(_cursor_text(request))
    if cursor is None:
        raise Refused("unknown_cursor", "There is no such run; please ask again.", 404)
    return _watched_run(request, cursor.run)


def _watched_run(request: HttpRequest, run_id: UUID) -> Watched:
    user = person(request)
    run = runs.progress(user, run_id)
    if run is None:
        raise Refused("unknown_run", "There is no such run.", 404)
    text = _cursor_text(request)
    cursor = Cursor.parse(text)
    known = not text or (cursor is not None and cursor.run == run.id and run.knows(cursor.seq))
    seq = cursor.seq if cursor and known else 0
    return Watched(run.conversation_id, run, seq, known, Visitor.of(user, request))


def _watched_conversation(request: HttpRequest, conversation_id: UUID) -> Watched:
    user = person(request)
    if not runs.has_conversation(user, conversation_id):
        raise Refused("unknown_conversation", "There is no such conversation.", 404)
    text = _cursor_text(request)
    cursor = Cursor.parse(text)
    run = runs.progress(user, cursor.run) if cursor else None
    visitor = Visitor.of(user, request)
    if run is None or cursor is None or run.conversation_id != conversation_id:
        return Watched(conversation_id, None, 0, not text, visitor)
    known = run.knows(cursor.seq)
    return Watched(conversation_id, run, cursor.seq if known else 0, known, visitor)


def _own_run(request: HttpRequest, run_id: UUID) -> Run:
    run = runs.of(person(request, writes=request.method == "POST")).filter(id=run_id).first()
    if run is None:
        raise Refused("unknown_run", "There is no such run.", 404)
    return run


def _cursor_text(request: HttpRequest) -> str:
    return request.META.get("HTTP_LAST_EVENT_ID") or request.GET.get("after", "")


def _wait_seconds(request: HttpRequest) -> float:
    text = request.GET.get("wait", "0")
    if not (text.isascii() and text.isdigit()):
        raise Refused("invalid_wait", "“wait” must be a whole number of seconds.", 422)
    return min(float(text), LONGEST_WAIT_SECONDS)


def _page_of_events(watched: Watched, events: list[Recorded]) -> dict[str, Any]:
    assert watched.run is not None
    ended = events[-1].name == "done" if events else watched.run.ended
    return {
        "known": watched.known,
        "events": [
            {"id": f"{event.run}:{event.seq}", "event": event.name, "data": json.loads(event.data)} for event in events
        ],
        "cursor": str(Cursor(watched.run.id, events[-1].seq if events else watched.seq)),
        "ended": ended,
    }


def _retried(request: HttpRequest, run_id: UUID, fields: dict[str, Any]) -> Run:
    return questions.retry(person(request, writes=True), run_id, **fields)


def _fields(request: HttpRequest, allowed: tuple[str, ...]) -> dict[str, Any]:
    """The request's JSON object, with None for a field that it leaves out."""
    if request.content_type != "application/json":
        raise Refused("not_json", "Please send JSON, with “Content-Type: application/json”.", 415)
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Refused("broken_json", "The request is not valid JSON.", 400) from None
    if not isinstance(body, dict):
        raise Refused("broken_json", "The request must be a JSON object.", 400)
    if not body.keys() <= set(allowed):
        raise Refused("unknown_field", f"The request has the fields {', '.join(allowed)} and no others.", 422)
    return {field: body.get(field) for field in allowed}


def _text(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    """The fields, of which these must be text where they are given."""
    for name in names:
        if not isinstance(fields[name], str | None):
            raise Refused("invalid_field", f"The field “{name}” must be text.", 422)
    return fields


def _started(asked: Asked) -> dict[str, Any]:
    answer: dict[str, Any] = _addresses(asked.run)
    if asked.triage.text:
        answer["triage"] = msgspec.to_builtins(asked.triage)
    return answer


def _addresses(run: Run) -> dict[str, str]:
    return {
        "run": str(run.id),
        "conversation": str(run.conversation_id),
        "feed": reverse("run-stream", args=[run.id]),
    }
