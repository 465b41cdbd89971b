"""What was asked and acknowledged, and what each reader has seen."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from tests.event_stream import ServerSentEvent


@dataclass
class Seen:
    """What one reader has seen of one feed, over all its connections."""

    reader: str
    connects: int = 0
    cuts: int = 0
    cut_at: int = 0
    """When the last of them was, as `time.monotonic_ns()`."""
    events: list[ServerSentEvent] = field(default_factory=list)
    """Without `connected`, which each connection begins with."""
    arrived: list[int] = field(default_factory=list)
    """When each of them came, as `time.monotonic_ns()`; those that came together have the same."""
    greetings: int = 0
    beginnings: int = 0
    """How often it was told that its cursor is unknown, and began anew."""
    cut_while_open: int = 0
    """How often a feed broke off in the middle instead of ending."""
    packed: bool = False
    """Whether a proxy packed what it passed on."""
    retries: set[int] = field(default_factory=set)

    def add(self, event: ServerSentEvent, *, at: int = 0) -> None:
        if event.event == "connected":
            self.greetings += 1
        elif json.loads(event.data).get("reason") == "unknown_cursor":
            self.beginnings += 1
            self.events.clear()
        else:
            self.events.append(event)
            self.arrived.append(at)

    @property
    def ended(self) -> bool:
        return bool(self.events) and self.events[-1].event == "done"


@dataclass
class Asked:
    """A question that was acknowledged with a run."""

    message: str
    run: str
    conversation: str
    readers: list[Seen] = field(default_factory=list)

    @property
    def feed(self) -> str:
        return f"/api/runs/{self.run}/stream"

    @property
    def conversation_feed(self) -> str:
        return f"/api/conversations/{self.conversation}/stream"

    def reader(self) -> Seen:
        """A new reader of this run."""
        self.readers.append(Seen(f"reader {len(self.readers)} of {self.run}"))
        return self.readers[-1]


@dataclass
class History:
    asked: list[Asked] = field(default_factory=list)

    def acknowledged(self, message: str, started: dict[str, str]) -> Asked:
        self.asked.append(Asked(message, started["run"], started["conversation"]))
        return self.asked[-1]

    @property
    def cuts(self) -> int:
        return sum(seen.cuts for asked in self.asked for seen in asked.readers)
