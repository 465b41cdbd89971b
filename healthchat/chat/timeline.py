"""When who worked in a run, as bars to draw: told by its recorded events, and so the same during and after it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from agents.events import (
    AnyEvent,
    Done,
    Grounding,
    Plan,
    Restart,
    SpecialistUpdate,
    Text,
    ToolCall,
    ToolResult,
    Triage,
    Understanding,
    Usage,
)
from healthchat.chat.models import Run

WIDTH = 1_000
"""Of the drawing, in its own units; the names stand left of it."""
LANE = 26
TOP = 24
NARROWEST = 3
MOST_TICKS = 6

ENDED = frozenset({"finished", "failed", "skipped", "stopped"})


class Bar(NamedTuple):
    """Something that took time, or (without) happened: where it is drawn, and what it was."""

    kind: str
    x: float
    y: int
    width: float
    title: str


class Lane(NamedTuple):
    name: str
    y: int
    bars: tuple[Bar, ...]


class Tick(NamedTuple):
    x: float
    label: str


class Cost(NamedTuple):
    """What one model was asked for, for one specialist or for all."""

    who: str
    model: str
    requests: int
    input_tokens: int
    output_tokens: int
    tool_calls: int


@dataclass
class _Spell:
    """From when to when something lasted, until it is drawn."""

    kind: str
    begin: datetime
    end: datetime | None
    title: str


@dataclass
class _Lanes:
    spells: dict[str, list[_Spell]] = field(default_factory=dict)
    calls: dict[str, _Spell] = field(default_factory=dict)

    def begin(self, lane: str, kind: str, at: datetime, title: str) -> _Spell:
        spell = _Spell(kind, at, None, title)
        self.spells.setdefault(lane, []).append(spell)
        return spell

    def close(self, lane: str, at: datetime, *, kind: str = "", title: str = "") -> None:
        for spell in self.spells.get(lane, []):
            if spell.end is None and spell.kind != "tool":
                spell.end = at
                spell.kind, spell.title = kind or spell.kind, title or spell.title


class Timeline:
    """A run as lanes: the wait before it began, the health analyst, each specialist with their tool calls."""

    def __init__(self, run: Run, happened: Sequence[AnyEvent], *, now: datetime) -> None:
        self._begin = run.created
        last = max((event.timestamp for event in happened), default=run.created)
        self._end = max(last, run.finished or last) if run.ended else max(last, now)
        self.seconds = max((self._end - self._begin).total_seconds(), 0.001)
        self._drawn = _lanes(run, happened, self._end)

    @property
    def lanes(self) -> list[Lane]:
        return [
            Lane(name.replace("_", " "), y, tuple(self._bar(spell, y) for spell in spells))
            for y, (name, spells) in zip(range(TOP, 100_000, LANE), self._drawn.items(), strict=False)
        ]

    @property
    def ticks(self) -> list[Tick]:
        step = next(size for size in _steps() if self.seconds / size <= MOST_TICKS)
        count = int(self.seconds / step)
        return [Tick(self._x(number * step), _duration(number * step)) for number in range(count + 1)]

    @property
    def width(self) -> int:
        return WIDTH

    @property
    def height(self) -> int:
        return TOP + LANE * len(self._drawn)

    def _bar(self, spell: _Spell, y: int) -> Bar:
        begin = (spell.begin - self._begin).total_seconds()
        seconds = ((spell.end or self._end) - spell.begin).total_seconds()
        x = min(self._x(begin), WIDTH - NARROWEST)
        width = max(self._x(seconds), NARROWEST)
        return Bar(spell.kind, x, y, round(min(width, WIDTH - x), 1), f"{spell.title}: {_duration(max(seconds, 0.0))}")

    def _x(self, seconds: float) -> float:
        return round(max(seconds, 0.0) / self.seconds * WIDTH, 1)


def costs(happened: Iterable[AnyEvent]) -> list[Cost]:
    """What the models were asked for, the whole run last."""
    found = [event for event in happened if isinstance(event, Usage)]
    return [
        Cost(
            (event.specialist or "the whole run").replace("_", " "),
            event.model,
            event.requests,
            event.input_tokens,
            event.output_tokens,
            event.tool_calls,
        )
        for event in sorted(found, key=lambda event: event.specialist is None)
    ]


def _lanes(run: Run, happened: Sequence[AnyEvent], end: datetime) -> dict[str, list[_Spell]]:
    lanes = _Lanes()
    started = run.started or (happened[0].timestamp if happened else end)
    lanes.begin("queue", "wait", run.created, "waited").end = started
    lanes.begin("health analyst", "lead", started, "triage")
    for event in happened:
        _take(lanes, event)
    for spells in lanes.spells.values():
        for spell in spells:
            spell.end = spell.end or end
    return lanes.spells


def _take(lanes: _Lanes, event: AnyEvent) -> None:
    at = event.timestamp
    if isinstance(event, SpecialistUpdate):
        _take_update(lanes, event)
    elif isinstance(event, ToolCall):
        lanes.calls[event.call_id] = lanes.begin(event.specialist or "health analyst", "tool", at, event.tool)
    elif isinstance(event, ToolResult) and event.call_id in lanes.calls:
        lanes.calls[event.call_id].end = at
    elif isinstance(event, Restart):
        for lane in list(lanes.spells):
            lanes.close(lane, at)
        lanes.begin("health analyst", "restart", at, f"attempt {event.attempt or ''}".strip()).end = at
        lanes.begin("health analyst", "lead", at, "went on")
    elif (step := _step(event)) is not None:
        if step != _last_title(lanes):
            lanes.close("health analyst", at)
            lanes.begin("health analyst", "lead", at, step)
    elif isinstance(event, Done):
        for lane in list(lanes.spells):
            lanes.close(lane, at)


def _take_update(lanes: _Lanes, event: SpecialistUpdate) -> None:
    if event.status == "working":
        if not any(spell.end is None and spell.kind == "work" for spell in lanes.spells.get(event.specialist, [])):
            lanes.begin(event.specialist, "work", event.timestamp, "worked")
    elif event.status == "waiting":
        lanes.begin(event.specialist, "wait", event.timestamp, "waited").end = event.timestamp
    elif event.status in ENDED:
        kind = {"failed": "failed", "stopped": "failed"}.get(event.status, "")
        lanes.close(event.specialist, event.timestamp, kind=kind, title=event.status)


def _step(event: AnyEvent) -> str | None:
    """What the health analyst does from this event on."""
    if isinstance(event, Triage):
        return "understanding"
    if isinstance(event, Understanding):
        return "planning"
    if isinstance(event, Plan):
        return "consulting"
    if isinstance(event, Text):
        return "writing"
    if isinstance(event, Grounding):
        return "checking"
    return None


def _last_title(lanes: _Lanes) -> str:
    return next((spell.title for spell in reversed(lanes.spells["health analyst"]) if spell.kind == "lead"), "")


def _steps() -> Iterable[float]:
    size = 0.001
    while True:
        yield from (size, size * 2, size * 5)
        size *= 10


def _duration(seconds: float) -> str:
    if seconds < 1:
        return f"{seconds * 1_000:.0f} ms"
    if seconds < 120:
        return f"{seconds:.1f} s".replace(".0 s", " s")
    return f"{seconds / 60:.0f} min"
