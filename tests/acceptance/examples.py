"""Answers of the demo patient, as they are: `python -m tests.acceptance.examples` writes them into docs/examples.md."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from contextlib import aclosing
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agents.events import AnyEvent
    from agents.records import Records

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "examples.md"
TODAY = date(2026, 6, 1)

HEAD = f"""# Ten answers

What the embedded rules model says to ten questions about the demo patient, who is made up, on {TODAY:%-d %B %Y}.
Nothing here is written by hand: `python -m tests.acceptance.examples` makes this page, and a test compares it. A number
in square brackets opens the rows of the records behind a sentence.
"""

QUESTIONS = (
    "What was my last LDL and is it okay?",
    "Has my A1c been going up or down over the years?",
    "Did my LDL drop after I started the statin?",
    "Which of my latest blood tests are out of range?",
    "Do any of my medicines clash with each other?",
    "What is my vitamin K level?",
    "What screenings am I due for?",
    "Should I stop taking my statin?",
    "What does eGFR mean, and what about mine?",
    "I have crushing chest pain going into my left arm",
)


def page() -> str:
    """The whole document."""
    records = demo_records()
    return "\n".join([HEAD, *(asyncio.run(example(question, records)) for question in QUESTIONS)])


def demo_records() -> Records:
    from healthchat.records.demo import FILE_NAME, bundle
    from healthchat.records.importers import load

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{FILE_NAME}.json"
        file.write_text(json.dumps(bundle(TODAY)), encoding="utf-8")
        return load(file)


async def example(question: str, records: Records) -> str:
    from agents.consultation import process_query
    from agents.query import Query

    query = Query(text=question, now=datetime.combine(TODAY, time(12), tzinfo=UTC))
    async with aclosing(process_query(query, records=records, model="rules")) as events:
        return shown(question, [event async for event in events])


def shown(question: str, events: list[AnyEvent]) -> str:
    """The question, who was asked, and the answer, in markdown."""
    from agents.events import Plan, Text, Triage

    triage = next(event for event in events if isinstance(event, Triage))
    plan = next((event for event in events if isinstance(event, Plan)), None)
    asked = ", ".join(task.specialist.replace("_", " ") for task in plan.tasks) if plan else "nobody"
    answer = "".join(event.content for event in events if isinstance(event, Text)) or triage.text or ""
    quoted = "\n".join(f"> {line}".rstrip() for line in answer.strip().replace("### ", "#### ").splitlines())
    level = plan.complexity if plan else triage.level
    return f"## {question}\n\n*{level}; asked: {asked or 'nobody'}*\n\n{quoted}\n"


def write() -> None:
    DOCUMENT.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "healthchat.settings")
    import django

    django.setup()
    write()
