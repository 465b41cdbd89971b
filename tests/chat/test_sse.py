"""Frames, cursors and the response: exact bytes, and what a client reads from them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.events import Text, encode
from healthchat.chat.sse import HEARTBEAT, Cursor, Response, frame, recorded_frame
from tests.event_stream import EventStreamParser, ServerSentEvent

RUN = UUID("0b5c8b5e-6f0a-4a52-9d2c-1f0f1a6f7a11")

storable = st.text(st.characters(exclude_categories=["Cs"]))
a_line = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), min_size=1)


def read(text: str) -> list[ServerSentEvent]:
    return EventStreamParser().feed(text.encode())


def test_it_writes_every_field_on_its_line() -> None:
    assert frame("hello", event="message", id="a:1", retry=1500) == (
        "event: message\nid: a:1\nretry: 1500\ndata: hello\n\n"
    )


def test_it_writes_the_data_alone() -> None:
    assert frame("hello") == "data: hello\n\n"


def test_it_writes_empty_data_as_one_empty_line() -> None:
    assert frame("") == "data: \n\n"


@pytest.mark.parametrize("line_end", ["\n", "\r", "\r\n"])
def test_it_splits_data_at_each_line_end_of_the_specification(line_end: str) -> None:
    assert frame(f"one{line_end}two") == "data: one\ndata: two\n\n"


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\x85", "\v", "\f", "\x1c"])
def test_it_splits_data_at_no_other_character(character: str) -> None:
    assert frame(f"one{character}two") == f"data: one{character}two\n\n"


@pytest.mark.parametrize("field", ["event", "id"])
@pytest.mark.parametrize("character", ["\r", "\n", "\0"])
def test_it_refuses_a_line_break_or_nul_in_a_name_or_id(field: str, character: str) -> None:
    with pytest.raises(ValueError, match=field):
        frame("data", **{field: f"a{character}b"})


def test_it_keeps_a_heartbeat_without_an_event() -> None:
    assert HEARTBEAT == b":\n"
    assert EventStreamParser().feed(HEARTBEAT + frame("data").encode() + HEARTBEAT) == [
        ServerSentEvent("message", "data", "")
    ]


def test_it_keeps_the_bytes_of_a_recorded_event() -> None:
    assert recorded_frame(f"{RUN}:7", "done", '{"type":"done","é":1}') == (
        f'event: done\nid: {RUN}:7\ndata: {{"type":"done","é":1}}\n\n'.encode()
    )


@given(data=storable, event=a_line, id=a_line)
def test_it_can_be_read_back(data: str, event: str, id: str) -> None:  # noqa: A002
    expected = data.replace("\r\n", "\n").replace("\r", "\n")

    assert read(frame(data, event=event, id=id)) == [ServerSentEvent(event, expected, id)]


@given(content=storable, cut=st.integers(0, 400))
def test_it_carries_any_text_in_one_line_of_json(content: str, cut: int) -> None:
    stream = recorded_frame(f"{RUN}:1", "message", encode(Text(content=content)))
    parser = EventStreamParser()

    [event] = [*parser.feed(stream[:cut]), *parser.feed(stream[cut:])]

    assert event.id == f"{RUN}:1"
    assert json.loads(event.data)["content"] == content
    assert stream.count(b"\n") == 4


@given(run=st.uuids(), seq=st.integers(0, 999_999_999))
def test_it_reads_the_cursors_that_it_writes(run: UUID, seq: int) -> None:
    assert Cursor.parse(str(Cursor(run, seq))) == Cursor(run, seq)


@pytest.mark.parametrize(
    "text",
    ["", ":", "1", f"{RUN}", f"{RUN}:", f"{RUN}:-1", f"{RUN}:+1", f"{RUN}:1.0", f"{RUN}:1 ", f"{RUN}:٣", f"{RUN}:1e3"]
    + [f"{RUN}:1234567890", "not-a-run:1", f"{RUN}:1:2", "\0:1", f"{RUN}0:1"],
)
def test_it_takes_no_other_text_for_a_cursor(text: str) -> None:
    assert Cursor.parse(text) is None


@given(st.text())
def test_it_takes_or_leaves_any_text_as_a_cursor(text: str) -> None:
    cursor = Cursor.parse(text)

    assert cursor is None or Cursor.parse(str(cursor)) == cursor


async def test_it_has_the_headers_that_keep_a_feed_going_and_no_others() -> None:
    response = Response(frames_of(b"a"))

    assert dict(response.headers) == {
        "Content-Type": "text/event-stream; charset=utf-8",
        "Cache-Control": "no-store, no-transform",
        "X-Accel-Buffering": "no",
    }
    assert [chunk async for chunk in response] == [b"a"]


async def test_it_closes_the_feed_as_soon_as_the_response_is_closed() -> None:
    closed = asyncio.Event()

    async def frames() -> AsyncGenerator[bytes, None]:
        try:
            yield b"first"
            yield b"never asked for"
        finally:
            closed.set()

    chunks = aiter(Response(frames()))
    await anext(chunks)
    await chunks.aclose()

    assert closed.is_set()


async def frames_of(*frames: bytes) -> AsyncGenerator[bytes, None]:
    for each in frames:
        yield each
