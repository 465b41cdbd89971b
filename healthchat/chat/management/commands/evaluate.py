"""`manage.py evaluate [FILES…] --bundles DIR`: how right the answers are, over questions whose truth is known."""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import msgspec
from django.core.management.base import BaseCommand, CommandError
from django.template.loader import render_to_string
from rich.console import Console
from rich.table import Table

from agents.access import RULES
from agents.evaluation import Answer, Question, Row, Verdict, judge, table
from agents.events import AnyEvent
from agents.query import Query
from agents.records import Records
from healthchat.chat import allowance
from healthchat.records.importers import load
from healthchat.records.importers.imported import NotUnderstood

CONSOLE_COLUMNS = 160

COLUMNS: tuple[tuple[str, str], ...] = (
    ("right", "right"),
    ("evidence_recall", "evidence"),
    ("wrong_numbers", "wrong numbers"),
    ("intent", "intent"),
    ("complexity", "complexity"),
    ("specialists", "specialists"),
    ("triage", "triage"),
)
"""Fields of a row, and what stands above them."""


class Judged(NamedTuple):
    """One question, what a model answered, and how that does."""

    question: Question
    answer: Answer
    verdict: Verdict


class Command(BaseCommand):
    help = "Measure the whole consultation over files of questions whose answers are known."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="Questions, one JSON object a line.")
        parser.add_argument("--bundles", required=True, metavar="DIR", help="Where the records of the questions are.")
        parser.add_argument("--patient", metavar="FILE", help="Records for questions that name none, a file in DIR.")
        parser.add_argument("--as-of", metavar="YYYY-MM-DD", help="The day to answer for where a question names none.")
        parser.add_argument(
            "--model", nargs="+", action="extend", metavar="NAME", help="One or more models; the rules."
        )
        parser.add_argument("--answers", metavar="OUT.jsonl", help="Write what was answered, one JSON object a line.")
        parser.add_argument("--report", metavar="OUT.html", help="Write the figures and each wrong answer as a page.")

    def handle(self, *args: Any, **options: Any) -> None:
        questions = [question for file in options["files"] for question in questions_in(file)]
        if not questions:
            raise CommandError("The files hold no questions.")
        bundles = Bundles(Path(options["bundles"]), options["patient"])
        as_of = noon(options["as_of"])
        models = dict.fromkeys(options["model"] or [RULES])
        judged = {model: asyncio.run(self.all_judged(questions, bundles, as_of, model)) for model in models}
        tables = {model: table(judgements) for model, judgements in judged.items()}
        self.print_tables(tables)
        if options["answers"]:
            write_answers(Path(options["answers"]), judged)
        if options["report"]:
            Path(options["report"]).write_text(report(tables, judged), encoding="utf-8")

    async def all_judged(
        self, questions: Sequence[Question], bundles: Bundles, as_of: datetime, model: str
    ) -> list[Judged]:
        # Its import takes seconds, which the first question must not be charged with.
        import agents.consultation  # noqa: F401

        return [await self.judged(question, bundles, as_of, model) for question in questions]

    async def judged(self, question: Question, bundles: Bundles, as_of: datetime, model: str) -> Judged:
        """Ask the question over the records that it is about."""
        records = bundles.records(question.file) if question.gold is None else None
        started = perf_counter()
        events = screened(question) if records is None else await self.answered(question, records, as_of, model)
        answer = Answer.of(events, seconds=perf_counter() - started)
        return Judged(question, answer, judge(question, answer))

    async def answered(self, question: Question, records: Records, as_of: datetime, model: str) -> list[AnyEvent]:
        from agents.consultation import process_query
        from agents.models import ModelUnavailable

        now = datetime.combine(question.as_of, time(12), tzinfo=UTC) if question.as_of else as_of
        query = Query(text=question.text, now=now)
        try:
            async with aclosing(
                process_query(query, records=records, model=model, access=allowance.access(), limits=allowance.limits())
            ) as events:
                return [event async for event in events]
        except ModelUnavailable as error:
            raise CommandError(str(error)) from None

    def print_tables(self, tables: dict[str, list[Row]]) -> None:
        console = Console(file=self.stdout, width=CONSOLE_COLUMNS, highlight=False)  # type: ignore[arg-type]
        console.print(side_by_side(tables))


class Bundles:
    """The files of records in a folder, each read once."""

    def __init__(self, folder: Path, default: str | None) -> None:
        if not folder.is_dir():
            raise CommandError(f"There is no folder {folder}.")
        self.folder = folder
        self.default = default or next((path.name for path in sorted(folder.glob("*.json"))), None)
        self.records = cache(self._records)

    def _records(self, file: str | None) -> Records:
        """The records in a file of the folder; in the default one without a name.

        Raises:
            CommandError: there is none, or it cannot be imported.
        """
        name = file or self.default
        path = self.folder / Path(name).name if name else None
        if path is None or not path.is_file():
            raise CommandError(f"There is no file {name} in {self.folder}." if name else f"{self.folder} is empty.")
        try:
            return load(path)
        except NotUnderstood as error:
            raise CommandError(f"{path.name}: {error}") from None


def questions_in(file: str) -> Iterator[Question]:
    """The questions of a file.

    Raises:
        CommandError: the file or one of its lines cannot be read.
    """
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise CommandError(f"{file} cannot be read.") from None
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield Question.parse(line)
            except msgspec.DecodeError as error:
                raise CommandError(f"{file}, line {number} is no question: {error}.") from None


def noon(day: str | None) -> datetime:
    """Noon of the day that was given, or the present.

    Raises:
        CommandError: it is no date.
    """
    if day is None:
        return datetime.now(UTC)
    try:
        return datetime.combine(datetime.fromisoformat(day).date(), time(12), tzinfo=UTC)
    except ValueError:
        raise CommandError(f"--as-of {day!r} is not a date such as 2020-11-30.") from None


def screened(question: Question) -> list[AnyEvent]:
    from agents.triage import screen

    return [screen(question.text)]


def side_by_side(tables: dict[str, list[Row]]) -> Table:
    """For each intent a line for each model; columns that nothing was measured for are left out."""
    rows = [row for one in tables.values() for row in one]
    shown = [(field, title) for field, title in COLUMNS if any(getattr(row, field) is not None for row in rows)]
    out = Table(title="Answers against what is known")
    for title in ("intent", *(["model"] if len(tables) > 1 else [])):
        out.add_column(title)
    for title in ("questions", *(title for _, title in shown), "median s", "slowest s"):
        out.add_column(title, justify="right")
    for same in zip(*tables.values(), strict=True):
        for model, row in zip(tables, same, strict=True):
            named = [row.name, model] if len(tables) > 1 else [row.name]
            out.add_row(*named, str(row.questions), *cells_of(row, shown), end_section=row is same[-1])
    return out


def cells_of(row: Row, shown: Sequence[tuple[str, str]]) -> list[str]:
    shares = [percent(getattr(row, field)) for field, _ in shown]
    return [*shares, f"{row.median_seconds:.3f}", f"{row.slowest_seconds:.3f}"]


def percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"


def write_answers(path: Path, judged: dict[str, list[Judged]]) -> None:
    """What was answered to each question; several models' answers one after the other."""
    with path.open("wb") as file:
        for model, answers in judged.items():
            for question, answer, _ in answers:
                line = {
                    "id": question.id,
                    "model": model,
                    "text": answer.text,
                    "claims": [
                        {
                            "kind": claim.kind,
                            "text": claim.text,
                            "value": claim.value,
                            "unit": claim.unit,
                            "date": claim.date,
                            "concept": claim.concept,
                            "evidence": claim.evidence,
                        }
                        for claim in answer.claims
                    ],
                    "intent": next(iter(answer.intents), None),
                    "intents": answer.intents,
                    "complexity": answer.complexity,
                    "specialists": answer.specialists,
                    "triage": answer.triage,
                }
                file.write(msgspec.json.encode(line) + b"\n")


def report(tables: dict[str, list[Row]], judged: dict[str, list[Judged]]) -> str:
    """A page with the figures, and each answer that is not as it should be."""
    shown = [
        {
            "name": row.name,
            "questions": row.questions,
            "cells": [percent(getattr(row, field)) for field, _ in COLUMNS],
            "median": f"{row.median_seconds:.3f}",
            "model": model,
        }
        for model, rows in tables.items()
        for row in rows
    ]
    wrong = [
        {"model": model, "question": one.question, "answer": one.answer, "faults": faults}
        for model, answers in judged.items()
        for one in answers
        if (faults := faults_of(one.verdict))
    ]
    titles = [title for _, title in COLUMNS]
    return render_to_string("chat/evaluation.html", {"rows": shown, "titles": titles, "wrong": wrong})


def faults_of(verdict: Verdict) -> list[str]:
    faults = [verdict.why] if verdict.right is False else []
    faults += ["wrong number"] if verdict.wrong_number else []
    return faults + [
        name for name in ("intent", "complexity", "specialists", "triage") if getattr(verdict, name) is False
    ]
