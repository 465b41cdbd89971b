"""The invariants, checked against what the server has stored.

1. Every reader saw every event once, in order, with the bytes that are stored.
2. A run has one `done`, it is the last event, and the run's status agrees; one that failed says so with a reference.
3. No acknowledged question is lost.
4. The stored events fold to the stored answer, and what follows the last `restart` is the whole of it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.event_stream import ServerSentEvent
from tests.faults.client import Caller
from tests.faults.history import Asked, History

END_SECONDS = 90.0
LOOK_SECONDS = 0.1


class Stored(NamedTuple):
    """What the server says of one run."""

    run: dict[str, Any]
    events: list[dict[str, Any]]
    messages: dict[str, dict[str, Any]]
    """Of its conversation, by id."""


async def check(history: History, caller: Caller, *, tokens: int | None = None) -> None:
    """Wait until every run has ended, then compare.

    Raises:
        AssertionError: an invariant does not hold; the text says which, for whom.
        TimeoutError: a run does not end.
    """
    broken = []
    for asked in history.asked:
        broken += violations(asked, await stored(caller, asked), tokens)
    assert not broken, "\n".join(broken)


async def stored(caller: Caller, asked: Asked) -> Stored:
    """What the server has stored of a run, once that has ended."""
    async with asyncio.timeout(END_SECONDS):
        while not (run := await _json(caller, f"/api/runs/{asked.run}/"))["finished"]:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_SECONDS)
    events: list[dict[str, Any]] = []
    ended = False
    while not ended:
        after = events[-1]["id"] if events else f"{asked.run}:0"
        page = await _json(caller, f"/api/runs/{asked.run}/events?after={after}")
        events += page["events"]
        ended = page["ended"] or not page["events"]
    messages = await _json(caller, f"/api/conversations/{asked.conversation}/messages/?page_size=500")
    return Stored(run, events, {message["id"]: message for message in messages["results"]})


def violations(asked: Asked, stored: Stored, tokens: int | None = None) -> Iterator[str]:
    """What does not hold of a run."""
    run, events = stored.run, stored.events
    ids = [event["id"] for event in events]
    if ids != [f"{asked.run}:{number}" for number in _numbers(events)]:
        yield f"run {asked.run}: its numbers do not follow on"
    yield from _end(asked, run, events)
    question = stored.messages.get(run["question"], {})
    if question.get("content") != asked.message:
        yield f"run {asked.run}: its question is lost"
    answer = stored.messages.get(run["answer"], {}).get("content", "")
    folded = fold([event["data"] for event in events])
    if folded != answer:
        yield f"run {asked.run}: its events do not fold to its answer"
    if tokens is not None and run["status"] == "complete" and folded.count("m=") != tokens:
        yield f"run {asked.run}: {folded.count('m=')} tokens of {tokens} are in the answer"
    for seen in asked.readers:
        yield from _difference(seen.reader, seen.events, events)


def fold(events: list[dict[str, Any]]) -> str:
    """What is read after these events."""
    parts: dict[str, str] = {}
    for event in events:
        if event["type"] == "text":
            parts[event["part"]] = parts.get(event["part"], "") + event["content"]
        elif event["type"] == "restart":
            for part in [event["part"]] if event.get("part") else list(parts):
                parts.pop(part, None)
    return "\n\n".join(parts.values())


def _numbers(events: list[dict[str, Any]]) -> Iterator[int]:
    """The numbers that events have: one after the other, but for the jump after a restore."""
    number = 0
    for event in events:
        restored = event["data"].get("reason") == "restored"
        number = int(event["id"].rpartition(":")[2]) if restored else number + 1
        yield number


def _end(asked: Asked, run: dict[str, Any], events: list[dict[str, Any]]) -> Iterator[str]:
    names = [event["event"] for event in events]
    if names.count("done") != 1 or names[-1] != "done":
        yield f"run {asked.run}: it has {names.count('done')} ends: {names[-5:]}"
    elif events[-1]["data"]["status"] != run["status"]:
        yield f"run {asked.run}: it ended as {events[-1]['data']['status']} and is {run['status']}"
    errors = [event["data"] for event in events if event["event"] == "error"]
    if (run["status"] == "failed") != bool(errors):
        yield f"run {asked.run}: it is {run['status']} with {len(errors)} errors"
    if errors and (len(errors) != 1 or names[-2] != "error" or errors[0]["reference"] != run["reference"]):
        yield f"run {asked.run}: its error does not stand before its end with its reference"


def _difference(reader: str, seen: list[ServerSentEvent], events: list[dict[str, Any]]) -> Iterator[str]:
    got = [(event.id, event.event, json.loads(event.data)) for event in seen]
    expected = [(event["id"], event["event"], event["data"]) for event in events]
    if got == expected:
        return
    got_ids, expected_ids = [one[0] for one in got], [one[0] for one in expected]
    lost = len(set(expected_ids) - set(got_ids))
    repeated = len(got_ids) - len(set(got_ids))
    yield f"{reader}: {lost} lost, {repeated} repeated, {len(got)} seen of {len(expected)}"


async def _json(caller: Caller, path: str) -> Any:
    answer = await caller.call("GET", path)
    assert answer.status == 200, (path, answer.status, answer.body[:200])
    return answer.json()
