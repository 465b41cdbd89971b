from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.event_stream import MAX_EVENT_CHARACTERS, EventStreamParser, EventTooLongError

PIECES = st.sampled_from(
    [b"data", b"id", b"event", b":", b" ", b"\r", b"\n", b"\r\n", b"x", b"\xc3", b"\xa9", b"\xef\xbb\xbf"]
)


@given(pieces=st.lists(PIECES, max_size=40))
def test_it_reads_the_same_however_the_bytes_are_cut(pieces: list[bytes]) -> None:
    whole, cut = EventStreamParser(), EventStreamParser()

    events = whole.feed(b"".join(pieces))

    assert [event for piece in pieces for event in cut.feed(piece)] == events


def test_it_refuses_an_event_longer_than_is_taken() -> None:
    parser = EventStreamParser()
    piece = b"data: " + b"x" * (MAX_EVENT_CHARACTERS // 2 - 10) + b"\n"
    parser.feed(piece)
    parser.feed(piece)

    with pytest.raises(EventTooLongError):
        parser.feed(piece)


def test_it_takes_any_number_of_comments() -> None:
    parser = EventStreamParser()
    comment = b":" + b"x" * (MAX_EVENT_CHARACTERS // 2) + b"\n"

    for _ in range(3):
        parser.feed(comment)

    assert [event.data for event in parser.feed(b"data: a\n\n")] == ["a"]
