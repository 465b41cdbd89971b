"""The tests' own parser and the browser's read the same cases."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from tests.event_stream import EventStreamParser, ServerSentEvent

CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("event_stream_cases.json").read_text())

pytestmark = pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES])


def stream_of(case: dict[str, Any]) -> bytes:
    return base64.b64decode(case["base64"]) if "base64" in case else case["stream"].encode()


def read(chunks: list[bytes]) -> tuple[list[ServerSentEvent], int | None, str]:
    parser = EventStreamParser()
    events = [event for chunk in chunks for event in parser.feed(chunk)]
    return events, parser.retry, parser.last_event_id


def expected(case: dict[str, Any]) -> tuple[list[ServerSentEvent], int | None, str]:
    return [ServerSentEvent(**event) for event in case["events"]], case["retry"], case["lastEventId"]


def test_it_reads_a_stream_in_one_piece(case: dict[str, Any]) -> None:
    assert read([stream_of(case)]) == expected(case)


def test_it_reads_a_stream_byte_by_byte(case: dict[str, Any]) -> None:
    stream = stream_of(case)

    assert read([stream[n : n + 1] for n in range(len(stream))]) == expected(case)


def test_it_reads_a_stream_cut_anywhere(case: dict[str, Any]) -> None:
    stream = stream_of(case)

    for cut in range(len(stream) + 1):
        assert read([stream[:cut], b"", stream[cut:]]) == expected(case), f"cut at {cut}"
