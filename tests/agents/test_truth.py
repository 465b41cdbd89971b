"""The demo questions with their computed truth, asked one by one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from agents.consultation import process_query
from agents.events import AnyEvent, Claim, Finding, Gap, Grounding, Text
from agents.query import Query
from agents.records import RecordDate, Records
from agents.wording import day
from healthchat.records.importers import load

DEMO = Path(__file__).parents[3] / "shared" / "data" / "demo"
TRUTH = DEMO / "questions" / "truth.jsonl"

QUESTIONS: list[dict[str, Any]] = (
    [json.loads(line) for line in TRUTH.read_text().splitlines()] if TRUTH.is_file() else []
)


@cache
def records_in(name: str) -> Records:
    return load(DEMO / "fhir" / name)


async def asked(question: dict[str, Any]) -> list[AnyEvent]:
    query = Query(text=question["question"], now=datetime.fromisoformat(f"{question['as_of']}T12:00:00+00:00"))
    async with asyncio.timeout(30):
        return [event async for event in process_query(query, records=records_in(question["file"]))]


@pytest.mark.skipif(not QUESTIONS, reason="the demo questions are not on this machine")
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["id"])
async def test_it_answers_with_the_truth(question: dict[str, Any]) -> None:
    events = await asked(question)

    text = "".join(event.content for event in events if isinstance(event, Text))
    claims = [claim for event in events if isinstance(event, Finding) for claim in event.claims]
    cited = {row for claim in claims for row in claim.evidence}
    assert set(question["evidence"]) <= cited
    assert not [event for event in events if isinstance(event, Gap)]
    assert [event.struck for event in events if isinstance(event, Grounding)] == [0]
    assert_as_expected(question["expected"], tolerance=question["tolerance"].get("abs", 0.01), text=text, claims=claims)


def assert_as_expected(expected: dict[str, Any], *, tolerance: float, text: str, claims: Sequence[Claim]) -> None:
    """Whatever the truth names is in the answer; a value within its tolerance."""
    values = [claim.value for claim in claims if claim.value is not None]
    if expected.get("absent"):
        assert not values
    if "value" in expected:
        assert any(abs(value - expected["value"]) <= tolerance for value in values)
    if "systolic" in expected:
        assert f"{expected['systolic']}/{expected['diastolic']}" in text
    for date in dates_of(expected):
        assert day(RecordDate(date)) in text
    for words in (
        expected.get("category"),
        expected.get("direction"),
        expected.get("stage"),
        *expected.get("names", ()),
    ):
        assert (words or "").split(" (")[0].lower() in text.lower()


def dates_of(expected: dict[str, Any]) -> list[str]:
    found = expected.get("date") or []
    return found[:1] if isinstance(found, list) else [found]
