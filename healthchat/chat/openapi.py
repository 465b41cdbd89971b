"""The description of the endpoints that are no REST framework views: asking, watching, stopping, asking again."""

from __future__ import annotations

from typing import Any

from agents.events import json_schema
from healthchat.chat.models import LONGEST_KEY
from healthchat.chat.questions import ON_BUSY

Described = dict[str, Any]

TAG = "chat"
_REF = "#/components/schemas/"
_UUID = {"type": "string", "format": "uuid"}
_WORDS = {"type": "string", "pattern": r"\S"}
_PRINTABLE = {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"}


def schemas() -> dict[str, Described]:
    """The components that `paths` refers to: every event, by its Python name, and what is sent and answered."""
    described = json_schema()
    definitions = _moved(described.pop("$defs"))
    return {
        **{f"{name}Event" if name in _TAKEN else name: schema for name, schema in definitions.items()},
        "AnyEvent": _moved(described),
        "Question": _object(
            {
                "message": _WORDS | {"description": "The question, in the person's words."},
                "conversation": _nullable(_UUID, "The conversation it goes on with; without it, a new one."),
                "patient": _nullable(_UUID, "Whose records it is about; without it, the person's own newest."),
                "on_busy": _nullable(
                    {"type": "string", "enum": [*ON_BUSY, None]},
                    "What is done while another run of the conversation is under way.",
                ),
                "replaces": _nullable(_UUID, "The run whose question this one words anew; both are kept."),
                "model": _nullable(_WORDS, "Which model answers in this conversation from now on, by its name."),
            },
            required=["message"],
            closed=True,
        ),
        "Started": _object(
            {
                "run": _UUID,
                "conversation": _UUID,
                "feed": {"type": "string", "description": "The address of the run's feed."},
                "triage": {"$ref": f"{_REF}Triage"},
            },
            required=["run", "conversation", "feed"],
        ),
        "EventPage": _object(
            {
                "known": {"type": "boolean", "description": "Whether the cursor belongs to this run."},
                "events": {
                    "type": "array",
                    "items": _object(
                        {
                            "id": {"type": "string"},
                            "event": {"enum": ["message", "error", "done"]},
                            "data": {"$ref": f"{_REF}AnyEvent"},
                        },
                        required=["id", "event", "data"],
                    ),
                },
                "cursor": {"type": "string"},
                "ended": {"type": "boolean"},
            },
            required=["known", "events", "cursor", "ended"],
        ),
        "Stopping": _object(
            {"run": _UUID, "status": {"enum": ["cancelling", "complete", "failed", "cancelled"]}},
            required=["run", "status"],
        ),
    }


def paths() -> dict[str, Described]:
    """The operations by path, without the errors that every operation may answer."""
    return {
        "/api/chat/message": {
            "post": _operation(
                "ask",
                "Store a question and start the run that answers it",
                "With `Accept: text/event-stream` the answer is the run's feed itself. The same `Idempotency-Key` is "
                "the same run, however often it is sent.",
                parameters=[_header("Idempotency-Key", _PRINTABLE)],
                body="Question",
                responses={
                    "200": _either("Started", "The key was used before: that run; or the feed, where it is accepted."),
                    "201": _json("Started", "The run has started."),
                },
                refusals=("400", "404", "409", "413", "415", "422"),
            )
        },
        "/api/chat/stream": {
            "get": _operation(
                "askAndWatch",
                "Start a run and watch it, by one address",
                "For an EventSource. A reconnect carries `Last-Event-ID`; it goes on with that run and starts nothing. "
                "The question stands in the address, which servers between may log: prefer the POST.",
                parameters=[
                    _query("message", _WORDS, "The question.") | {"required": True},
                    _query("conversation", _UUID, "The conversation it goes on with."),
                    _query("patient", _UUID, "Whose records it is about."),
                    _query("on_busy", {"enum": list(ON_BUSY)}, "See above."),
                    _query("replaces", _UUID, "The run whose question this one words anew."),
                    _query("model", _WORDS, "Which model answers in this conversation from now on, by its name."),
                    _query("key", _PRINTABLE, "What makes the request the same as another."),
                    *_CURSOR,
                ],
                responses={"200": _feed("The run's feed."), "204": _NOTHING_LEFT},
                refusals=("404", "409", "413", "422"),
            )
        },
        "/api/runs/{run_id}/stream": {
            "get": _operation(
                "watchRun",
                "Watch one run",
                "What was recorded after the cursor, then what happens from now on, until it has ended.",
                parameters=[_path("run_id"), *_CURSOR],
                responses={"200": _feed("The run's feed."), "204": _NOTHING_LEFT},
                refusals=("404",),
            )
        },
        "/api/runs/{run_id}/events": {
            "get": _operation(
                "pollRun",
                "Read a run's events as JSON, waiting for new ones",
                "Where there are none yet it waits for some, up to `wait` seconds.",
                parameters=[
                    _path("run_id"),
                    *_CURSOR,
                    _query("wait", {"type": "integer", "minimum": 0}, "How long to wait at most; 30 is the longest."),
                ],
                responses={"200": _json("EventPage", "The events after the cursor, at most 500 of them.")},
                refusals=("404", "422"),
            )
        },
        "/api/runs/{run_id}/cancel": {
            "post": _operation(
                "cancelRun",
                "Stop a run, wherever it is carried out",
                "Stopping one that has ended changes nothing.",
                parameters=[_path("run_id")],
                responses={"202": _json("Stopping", "It is being stopped, or has ended already.")},
                refusals=("404",),
            )
        },
        "/api/runs/{run_id}/retry": {
            "post": _operation(
                "retryRun",
                "Answer a run's question anew; both answers are kept",
                "With `specialist` one that failed is asked again, with `model` that one answers this once. A run that "
                "failed or was stopped goes on from where it ended, and one in which the rules took the place of a "
                "model from there.",
                parameters=[_path("run_id")],
                body="Retry",
                responses={"201": _json("Started", "The new run has started.")},
                refusals=("400", "404", "409", "415", "422"),
            )
        },
        "/api/conversations/{conversation_id}/stream": {
            "get": _operation(
                "watchConversation",
                "Watch a conversation",
                "Its runs one after the other, also those that are started elsewhere, for as long as you stay.",
                parameters=[_path("conversation_id"), *_CURSOR],
                responses={"200": _feed("The conversation's feed.")},
                refusals=("404",),
            )
        },
    }


_TAKEN = frozenset({"Message", "Run", "Conversation", "Event"})
"""Names of components that the REST framework's serializers have."""
_FRAME: Described = {
    "type": "object",
    "description": "One Server-Sent Event; its data is JSON. See docs/events.md.",
    "properties": {
        "event": {"enum": ["connected", "message", "error", "done"]},
        "id": {"type": "string", "description": "The cursor, `<run>:<number>`."},
        "retry": {"type": "integer"},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
}
_RETRY: Described = {
    "type": "object",
    "properties": {"specialist": {"type": ["string", "null"]}, "model": {"type": ["string", "null"]}},
    "additionalProperties": False,
}
_NOTHING_LEFT = {"description": "The run has ended and nothing is left to send: do not connect again."}


def _operation(
    name: str,
    summary: str,
    description: str,
    *,
    parameters: list[Described],
    responses: dict[str, Described],
    refusals: tuple[str, ...],
    body: str = "",
) -> Described:
    described: Described = {
        "operationId": name,
        "summary": summary,
        "description": description,
        "tags": [TAG],
        "parameters": parameters,
        "responses": responses | {status: {"description": ""} for status in refusals},
    }
    if body:
        schema = _RETRY if body == "Retry" else {"$ref": _REF + body}
        described["requestBody"] = {"content": {"application/json": {"schema": schema}}, "required": body != "Retry"}
    return described


def _json(component: str, description: str) -> Described:
    schema = {"$ref": _REF + component}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _either(component: str, description: str) -> Described:
    answer = _json(component, description)
    return answer | {"content": answer["content"] | _feed_content()["content"]}


def _feed(description: str) -> Described:
    return {"description": description, **_feed_content()}


def _feed_content() -> Described:
    return {"content": {"text/event-stream": {"schema": _FRAME}}}


def _path(name: str) -> Described:
    return {"in": "path", "name": name, "required": True, "schema": _UUID}


def _query(name: str, schema: Described, description: str) -> Described:
    return {"in": "query", "name": name, "schema": schema, "description": description}


def _header(name: str, schema: Described) -> Described:
    return {"in": "header", "name": name, "schema": schema}


_CURSOR = [
    _header("Last-Event-ID", {"type": "string"}) | {"description": "The `id` of the last frame that was received."},
    _query("after", {"type": "string"}, "The same, for clients that can set no header; the header wins."),
]


def _object(properties: Described, *, required: list[str], closed: bool = False) -> Described:
    described: Described = {"type": "object", "properties": properties, "required": required}
    return described | {"additionalProperties": False} if closed else described


def _nullable(schema: Described, description: str) -> Described:
    return schema | {"type": [schema["type"], "null"], "description": description}


def _moved(value: Any) -> Any:
    """The schema with its references pointing to where OpenAPI keeps them."""
    if isinstance(value, dict):
        return {key: _moved(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_moved(item) for item in value]
    if isinstance(value, str) and value.startswith("#/$defs/"):
        name = value.removeprefix("#/$defs/")
        return _REF + (f"{name}Event" if name in _TAKEN else name)
    return value
