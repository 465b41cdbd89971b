"""The events of the wire: every shape that a feed can carry, written here and nowhere else.

`process_query` yields them, the event log stores their JSON, a feed sends that JSON as it is stored.
Four SSE event names exist: `connected` (made by the feed itself, never stored), `message`, `error` and `done`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

Specialist = Literal[
    "general_practice",
    "cardiology",
    "endocrinology",
    "laboratory_medicine",
    "pharmacy",
    "nutrition",
    "preventive_medicine",
    "data_analysis",
]
Complexity = Literal["simple", "standard", "complex", "comprehensive", "emergency"]
TriageLevel = Literal["none", "scope", "concern", "urgent", "critical_value", "emergency", "crisis"]
ClaimKind = Literal["record", "computed", "knowledge", "advice", "limit"]
Severity = Literal["info", "attention", "urgent"]
SpecialistStatus = Literal["waiting", "working", "finished", "failed", "skipped", "stopped"]
Outcome = Literal["complete", "failed", "cancelled"]


def _now() -> datetime:
    return datetime.now(UTC)


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True):
    """One thing that happened in a run."""

    timestamp: datetime = msgspec.field(default_factory=_now)
    """Aware, UTC; encoded as ISO 8601."""


class Claim(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One statement that an answer may make, with what stands behind it."""

    id: str
    """Unique in the run: `<specialist>-<n>`. A model cites claims by it."""
    kind: ClaimKind
    text: str
    """The claim in plain words, complete by itself."""
    value: float | None = None
    unit: str | None = None
    date: str | None = None
    """The calendar date written in the record, as precise as it is there (`2020`, `2020-05`, `2020-05-17`)."""
    concept: str | None = None
    evidence: tuple[str, ...] = ()
    """Ids of the record rows behind the claim."""
    inputs: tuple[str, ...] = ()
    """For a computed claim: the ids of the claims that it was computed from."""
    formula: str | None = None
    source: str | None = None
    """For knowledge, advice and formulas: title and year."""
    severity: Severity = "info"
    topic: str | None = None
    """Under which heading of an answer it belongs: "HbA1c", "Medicines"."""


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What one specialist is asked."""

    specialist: Specialist
    task: str


class Skipped(msgspec.Struct, frozen=True, kw_only=True):
    """A specialist that was not asked, and why."""

    specialist: Specialist
    reason: str


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of an unclear question: a button's label and the question that it asks."""

    label: str
    question: str


class ChartPoint(msgspec.Struct, frozen=True, kw_only=True):
    date: str
    value: float
    evidence: str


class Triage(Event, frozen=True, kw_only=True, tag="triage"):
    """The urgency screen's verdict; the first event of every run."""

    level: TriageLevel
    family: str | None = None
    """Which red-flag family fired."""
    text: str | None = None
    """What the person is told first, if a gate fired (markdown)."""
    source: str | None = None


class Understanding(Event, frozen=True, kw_only=True, tag="understanding"):
    """What the question was taken to mean."""

    summary: str
    """One plain sentence: "Your latest HbA1c, and when it was taken"."""
    intents: tuple[str, ...] = ()
    concepts: tuple[str, ...] = ()
    period: str | None = None


class Plan(Event, frozen=True, kw_only=True, tag="plan"):
    complexity: Complexity
    tasks: tuple[Task, ...] = ()
    skipped: tuple[Skipped, ...] = ()


class SpecialistUpdate(Event, frozen=True, kw_only=True, tag="specialist_update"):
    specialist: Specialist
    status: SpecialistStatus
    note: str | None = None
    """What it is doing right now, or why it ended so; never an exception's text."""
    seconds: float | None = None


class ToolCall(Event, frozen=True, kw_only=True, tag="tool_call"):
    tool: str
    arguments: dict[str, Any]
    call_id: str
    """Unique in the run."""
    specialist: Specialist | None = None


class ToolResult(Event, frozen=True, kw_only=True, tag="tool_result"):
    tool: str
    call_id: str
    summary: str
    evidence: tuple[str, ...] = ()
    specialist: Specialist | None = None


class Finding(Event, frozen=True, kw_only=True, tag="finding"):
    """All that one specialist found; with it the specialist's stage is complete and is not done again."""

    specialist: Specialist
    claims: tuple[Claim, ...]
    summary: str = ""


class Chart(Event, frozen=True, kw_only=True, tag="chart"):
    concept: str
    title: str
    unit: str
    points: tuple[ChartPoint, ...]
    low: float | None = None
    high: float | None = None
    """The reference band."""
    band_source: str | None = None


class Text(Event, frozen=True, kw_only=True, tag="text"):
    """A piece of what the person reads, in markdown; pieces of one part are joined as they come."""

    content: str
    part: str = msgspec.field(default_factory=lambda: "answer")
    """Which text it belongs to. (A factory, so that it is always sent.)"""


class Citation(Event, frozen=True, kw_only=True, tag="citation"):
    """What the marker `[number]` in the answer's text stands for."""

    number: int
    claim: str
    label: str
    evidence: tuple[str, ...] = ()
    source: str | None = None


class Gap(Event, frozen=True, kw_only=True, tag="gap"):
    """Something that could not be done or checked, and what that leaves unknown."""

    reason: Literal["failed", "timed_out", "stopped", "budget", "no_data", "not_checked"]
    unknown: str
    specialist: Specialist | None = None


class Grounding(Event, frozen=True, kw_only=True, tag="grounding"):
    """How many numbers, dates and drugs of the answer were matched to a claim, and how many were struck."""

    checked: int
    matched: int
    struck: int


class Clarify(Event, frozen=True, kw_only=True, tag="clarify"):
    question: str
    options: tuple[Option, ...]


class Usage(Event, frozen=True, kw_only=True, tag="usage"):
    model: str
    requests: int
    input_tokens: int = 0
    output_tokens: int = 0
    tool_calls: int = 0
    cost: float | None = None
    """In US dollars, by the provider's list price; None where no price is known."""
    specialist: Specialist | None = None
    """None: the whole run."""


class SentRecords(msgspec.Struct, frozen=True, kw_only=True):
    """Records of one kind of which something was handed to a model."""

    kind: str
    """`observation`, `medication`, …; `derived` for statements that rest on no single record."""
    records: int
    fields: tuple[str, ...]


class Receipt(Event, frozen=True, kw_only=True, tag="receipt"):
    """Who wrote the answer, and what was handed to a model outside this program for it."""

    written_by: str
    """The model's name."""
    endpoint: str | None = None
    """Where the model is that was asked; None where none outside this program was."""
    left_machine: bool = False
    """Whether that is another machine. With the records, the question goes there as well."""
    requests: int = 0
    sent: tuple[SentRecords, ...] = ()


class Restart(Event, frozen=True, kw_only=True, tag="restart"):
    """An earlier attempt ended; what it had written of `part` is to be dropped (None: everything shown)."""

    reason: Literal["resumed", "retried", "restored", "unknown_cursor"]
    part: str | None = None
    attempt: int | None = None


class Error(Event, frozen=True, kw_only=True, tag="error"):
    """The run failed. Sent as the SSE event `error`, right before `done`."""

    code: str
    message: str
    """For the person; never an exception's text."""
    reference: str
    """To quote to whoever runs the server: it finds the log line."""
    retryable: bool = True


class Done(Event, frozen=True, kw_only=True, tag="done"):
    """Always last, once. Sent as the SSE event `done`."""

    status: Outcome
    follow_ups: tuple[str, ...] = ()
    """Questions that could be asked next and that can be answered."""


Message = (
    Triage
    | Understanding
    | Plan
    | SpecialistUpdate
    | ToolCall
    | ToolResult
    | Finding
    | Chart
    | Text
    | Citation
    | Gap
    | Grounding
    | Clarify
    | Usage
    | Receipt
    | Restart
)
AnyEvent = Message | Error | Done

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


def encode(event: Event) -> str:
    """The event as one line of JSON: no raw line breaks, no NaN, and U+FFFD for halves of surrogate pairs."""
    try:
        return _encoder.encode(event).decode()
    except UnicodeEncodeError:
        return _encoder.encode(_without_surrogates(msgspec.to_builtins(event))).decode()


def decode(data: str | bytes) -> AnyEvent:
    """The event that `encode` wrote.

    Raises:
        msgspec.ValidationError: it is none.
    """
    return _decoder.decode(data)


def sse_name(event: Event) -> Literal["message", "error", "done"]:
    """Under which SSE event name an event travels."""
    if isinstance(event, Done):
        return "done"
    if isinstance(event, Error):
        return "error"
    return "message"


def json_schema() -> dict[str, Any]:
    """JSON Schema of every event that a feed can carry."""
    return msgspec.json.schema(AnyEvent)


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_surrogates(item) for item in value]
    return value
