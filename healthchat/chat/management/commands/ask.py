"""`manage.py ask "QUESTION"`: one consultation in the terminal, over files or over a patient in the database."""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from agents.events import (
    AnyEvent,
    Citation,
    Clarify,
    Done,
    Error,
    Gap,
    Plan,
    SpecialistUpdate,
    Text,
    ToolCall,
    Understanding,
    encode,
)
from agents.query import Query
from agents.records import Records
from healthchat.chat import allowance
from healthchat.records.importers import load
from healthchat.records.importers.imported import NotUnderstood


class Command(BaseCommand):
    help = "Answer one question over a person's records: files (no database needed) or a patient in the database."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("question", nargs="?", help="What to ask, in plain words.")
        chosen = parser.add_mutually_exclusive_group()
        chosen.add_argument("--records", nargs="+", metavar="FILE", help="Files with the records of one person.")
        chosen.add_argument("--patient", metavar="NAME", help="A patient in the database, by name.")
        parser.add_argument("--as-of", metavar="YYYY-MM-DD", help="The day to answer for; today without it.")
        parser.add_argument("--model", help="The model that answers; HEALTHCHAT_MODEL without it.")
        parser.add_argument("--json", action="store_true", help="Print each event as one line of JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        question, files = question_and_files(options["question"], options["records"])
        query = Query(
            text=question, now=day(options["as_of"]), region=cast("Any", settings.HEALTHCHAT_EMERGENCY_REGION)
        )
        records = records_for(files, options["patient"])
        asyncio.run(
            self.consult(query, records, options["model"] or settings.HEALTHCHAT_MODEL, as_json=options["json"])
        )

    async def consult(self, query: Query, records: Records, model: str, *, as_json: bool) -> None:
        """Print the events as they come; without `as_json` the answer, with the progress on standard error."""
        # Takes about two seconds, so only once the arguments are known to be good.
        from agents.consultation import process_query
        from agents.models import ModelUnavailable

        events = process_query(
            query, records=records, model=model, access=allowance.access(), limits=allowance.limits()
        )
        try:
            await (self.print_json(events) if as_json else self.print_text(events))
        except ModelUnavailable as error:
            raise CommandError(str(error)) from None

    async def print_json(self, events: AsyncGenerator[AnyEvent, None]) -> None:
        async with aclosing(events):
            async for event in events:
                self.stdout.write(encode(event))

    async def print_text(self, events: AsyncGenerator[AnyEvent, None]) -> None:
        sources: list[str] = []
        part = ""
        async with aclosing(events):
            async for event in events:
                if isinstance(event, Text):
                    self.stdout.write("\n\n" if part not in ("", event.part) else "", ending="")
                    self.stdout.write(event.content, ending="")
                    self.stdout.flush()
                    part = event.part
                elif isinstance(event, Citation):
                    sources.append(source_line(event))
                elif isinstance(event, Clarify):
                    choices = "\n".join(f"- {option.label}: “{option.question}”" for option in event.options)
                    self.stdout.write(f"{event.question}\n{choices}", ending="")
                elif isinstance(event, Done):
                    self.stdout.write("")
                    self.close(sources, event)
                elif line := progress(event):
                    self.stderr.write(line, style_func=str)

    def close(self, sources: list[str], done: Done) -> None:
        if sources:
            self.stdout.write("\nSources\n" + "\n".join(sources))
        if done.follow_ups:
            self.stdout.write("\nYou could ask next\n" + "\n".join(f"- {question}" for question in done.follow_ups))


def question_and_files(question: str | None, files: list[str] | None) -> tuple[str, list[str] | None]:
    """The question and the files; a question right behind the files is read as one of them.

    Raises:
        CommandError: there is no question.
    """
    if question is None and files and len(files) > 1 and not Path(files[-1]).exists():
        *files, question = files
    if not (question or "").strip():
        raise CommandError('Please give a question, such as "What was my last HbA1c?".')
    return (question or "").strip(), files


def day(text: str | None) -> datetime:
    """Noon of the day that was given, or the present.

    Raises:
        CommandError: it is no date.
    """
    if text is None:
        return datetime.now(UTC)
    try:
        return datetime.combine(date.fromisoformat(text), time(12), tzinfo=UTC)
    except ValueError:
        raise CommandError(f"--as-of {text!r} is not a date such as 2020-11-30.") from None


def records_for(files: list[str] | None, patient: str | None) -> Records:
    """The records to answer from.

    Raises:
        CommandError: a file cannot be read, or no or several patients bear the name.
    """
    if patient is not None:
        return records_of_patient(patient)
    if not files:
        raise CommandError("Say whose records to use: --records FILE… or --patient NAME.")
    for file in files:
        if not Path(file).is_file():
            raise CommandError(f"There is no file {file}.")
    try:
        return load(*files)
    except NotUnderstood as error:
        raise CommandError(str(error)) from None
    except OSError as error:
        raise CommandError(f"{error.filename} cannot be read: {error.strerror}.") from None


def records_of_patient(name: str) -> Records:
    from healthchat.records.models import Patient
    from healthchat.records.view import records_of

    found = list(Patient.objects.filter(name__iexact=name.strip())[:2])
    if not found:
        raise CommandError(f"There is no patient named {name!r}.")
    if len(found) > 1:
        raise CommandError(f"Several patients are named {name!r}: use --records with a file.")
    return records_of(found[0])


def source_line(citation: Citation) -> str:
    behind = ", ".join(citation.evidence[:3]) + (", …" if len(citation.evidence) > 3 else "")
    return f"[{citation.number}] {citation.label}" + (f" ({behind})" if behind else "")


def progress(event: AnyEvent) -> str:
    """A line on what is going on; nothing where there is nothing to say."""
    match event:
        case Understanding():
            return f"Understood: {event.summary}"
        case Plan():
            return f"Plan ({event.complexity}): {', '.join(task.specialist for task in event.tasks) or 'no specialist'}"
        case SpecialistUpdate():
            return f"  {event.specialist}: {event.status}" + (f" ({event.note})" if event.note else "")
        case ToolCall():
            return f"  {event.specialist}: calls {event.tool}"
        case Gap():
            return f"  not known: {event.unknown}"
        case Error():
            return f"Failed: {event.message}"
        case _:
            return ""
