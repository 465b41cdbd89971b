"""A server that goes away in the middle of a run, and one that comes after it."""

from __future__ import annotations

import json
import signal
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.event_stream import ServerSentEvent
from tests.served import STOP_SECONDS, Served, events_of, own_database, serve

TOKENS = 30
SLOWLY = {"HEALTHCHAT_GUESTS": "true", "HEALTHCHAT_MODEL": f"scripted:tokens={TOKENS},every_ms=100,bare=1"}
SEEN = 5


@pytest.mark.storing
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "told to stop"])
def test_it_goes_on_where_the_server_went_away(tmp_path: Path, how: signal.Signals) -> None:
    with own_database(tmp_path) as database:
        with serve(tmp_path, **SLOWLY, **database) as first, first.client() as visitor:
            started = visitor.post("/api/chat/message", json={"message": "What is it?"}).json()
            seen = _watch_until_it_goes_away(visitor, started["feed"], first, how)
            cookies = visitor.cookies
        with serve(tmp_path, **SLOWLY, **database) as second, second.client() as visitor:
            visitor.cookies = cookies
            with visitor.stream("GET", started["feed"], headers={"Last-Event-ID": seen[-1].id}) as feed:
                rest = list(events_of(feed))[1:]

    numbers = [int(event.id.rpartition(":")[2]) for event in [*seen, *rest]]
    assert numbers == list(range(len(numbers)))
    assert [event.event for event in [*seen, *rest]].count("done") == 1
    assert json.loads(rest[-1].data)["status"] == "complete"
    assert _text([*seen, *rest]).count("m=") == TOKENS


def _watch_until_it_goes_away(
    visitor: httpx.Client, feed: str, served: Served, how: signal.Signals
) -> list[ServerSentEvent]:
    seen: list[ServerSentEvent] = []
    with visitor.stream("GET", feed) as response, suppress(httpx.RemoteProtocolError, httpx.ReadError):
        for event in events_of(response):
            seen.append(event)
            if len(seen) == SEEN:
                served.process.send_signal(how)
    served.process.wait(STOP_SECONDS)
    return seen


def _text(events: list[ServerSentEvent]) -> str:
    """What the person reads after these events."""
    pieces: list[str] = []
    for message in (json.loads(event.data) for event in events if event.event == "message"):
        if message["type"] == "restart":
            pieces.clear()
        if message["type"] == "text":
            pieces.append(message["content"])
    return "".join(pieces)
