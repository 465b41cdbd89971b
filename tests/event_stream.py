"""The WHATWG event stream, read incrementally: the tests' client.

https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

MAX_EVENT_CHARACTERS = 8 * 1024 * 1024

_LINE_END = re.compile(r"[\r\n]")
_DIGITS = re.compile(r"[0-9]+\Z")


class ServerSentEvent(NamedTuple):
    event: str
    data: str
    id: str


class EventTooLongError(ValueError):
    """An event of the stream is longer than is taken."""


class EventStreamParser:
    def __init__(self) -> None:
        self.retry: int | None = None
        self.last_event_id = ""
        # `utf-8-sig` drops one byte order mark at the very start and no other.
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
        self._line: list[str] = []
        self._data: list[str] = []
        self._event = ""
        self._id = ""
        self._size = 0
        self._after_carriage_return = False

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        """Take the next bytes and return the events that they complete."""
        events: list[ServerSentEvent] = []
        text = self._decoder.decode(chunk)
        start = 0
        if self._after_carriage_return and text:
            start = int(text[0] == "\n")
            self._after_carriage_return = False
        while match := _LINE_END.search(text, start):
            self._take(text[start : match.start()])
            self._end_line(events)
            start = match.end()
            if match[0] == "\r":
                if start == len(text):
                    self._after_carriage_return = True
                elif text[start] == "\n":
                    start += 1
        self._take(text[start:])
        return events

    def _take(self, piece: str) -> None:
        if not piece:
            return
        self._size += len(piece)
        if self._size > MAX_EVENT_CHARACTERS:
            raise EventTooLongError
        self._line.append(piece)

    def _end_line(self, events: list[ServerSentEvent]) -> None:
        line = "".join(self._line)
        self._line.clear()
        if not line:
            self._dispatch(events)
        elif line[0] == ":":
            self._size -= len(line)
        else:
            name, _, value = line.partition(":")
            self._field(name, value.removeprefix(" "))

    def _field(self, name: str, value: str) -> None:
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._event = value
        elif name == "id" and "\0" not in value:
            self._id = value
        elif name == "retry" and _DIGITS.match(value):
            self.retry = int(value)

    def _dispatch(self, events: list[ServerSentEvent]) -> None:
        self.last_event_id = self._id
        if self._data:
            events.append(ServerSentEvent(self._event or "message", "\n".join(self._data), self._id))
        self._data = []
        self._event = ""
        self._size = 0
