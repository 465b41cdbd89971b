"""Measures how long the rules take for the largest answer, over a record with 3,000 measurements.

    .venv/bin/python docs/performance/answer.py [--rounds 5]

prints the median and the slowest time from the question to the end of the answer, the specialists that were at work at
the same moment, and what the urgency screen takes for a message. One process, warm: no import is in it.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from agents.concepts import CONCEPTS
from agents.consultation import process_query
from agents.events import AnyEvent, SpecialistUpdate
from agents.query import Query
from agents.records import Condition, Medication, Observation, Patient, RecordDate, Records
from agents.triage import screen

QUESTION = "Give me a complete picture of my health"
MEASUREMENTS = 3_000
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
MEDICINES = (
    "Atorvastatin 40 MG Oral Tablet",
    "Metformin hydrochloride 1000 MG Oral Tablet",
    "Losartan 100 MG Oral Tablet",
)
CONDITIONS = ("Essential hypertension", "Type 2 diabetes mellitus", "Hyperlipidemia")


def records() -> Records:
    """Every concept with a general range, in turn, back over ten years."""
    known = [concept for concept in CONCEPTS.values() if concept.unit and (concept.high or concept.low)]
    return Records(
        Patient(sex="female", birth_date=RecordDate("1964-03-08")),
        [
            *(measurement(number, known[number % len(known)].id) for number in range(MEASUREMENTS)),
            *(Medication(id=name, evidence=name, name=name, status="active") for name in MEDICINES),
            *(Condition(id=name, evidence=name, name=name, clinical_status="active") for name in CONDITIONS),
        ],
    )


def measurement(number: int, concept: str) -> Observation:
    known = CONCEPTS[concept]
    middle = ((known.low or 0) + (known.high or 2 * (known.low or 1))) / 2
    value = middle * (1 + (number * 37 % 41 - 20) / 60)
    when = (NOW - timedelta(days=number * 3_650 / MEASUREMENTS)).date().isoformat()
    return Observation(
        id=f"o{number}",
        evidence=f"o{number}",
        name=known.display,
        concept=concept,
        category="laboratory",
        value=value,
        unit=known.unit,
        canonical_value=value,
        canonical_unit=known.unit,
        effective=RecordDate(when),
    )


async def answered(held: Records) -> tuple[float, list[AnyEvent]]:
    started = time.perf_counter()
    async with aclosing(process_query(Query(text=QUESTION, now=NOW), records=held)) as events:
        told = [event async for event in events]
    return time.perf_counter() - started, told


def at_once(events: list[AnyEvent]) -> int:
    """The most specialists that had begun and not ended at one moment of the log."""
    working: set[str] = set()
    most = 0
    for event in events:
        if isinstance(event, SpecialistUpdate):
            (working.add if event.status == "working" else working.discard)(event.specialist)
            most = max(most, len(working))
    return most


def screened() -> float:
    """Milliseconds for one message, over questions of usual length."""
    messages = [
        f"what was my {concept.display} in {2000 + number}?" for number, concept in enumerate(CONCEPTS.values())
    ]
    started = time.perf_counter()
    for message in messages:
        screen(message)
    return (time.perf_counter() - started) / len(messages) * 1_000


async def main(rounds: int) -> None:
    held = records()
    await answered(held)
    runs = [await answered(held) for _ in range(rounds)]
    seconds = [taken for taken, _ in runs]
    print(f"{QUESTION!r} over {len(held.observations):,} measurements")
    print(f"  median {statistics.median(seconds):.2f} s, slowest {max(seconds):.2f} s, of {rounds}")
    print(f"  specialists at work at once: {at_once(runs[-1][1])}")
    screen("warm")
    print(f"urgency screen: {screened():.2f} ms a message")


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=5)
    asyncio.run(main(options.parse_args().rounds))
