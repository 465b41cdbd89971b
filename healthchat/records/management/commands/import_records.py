"""Import files of health records into a person's patient."""

from __future__ import annotations

import contextlib
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import Progress

from agents.records import Patient as Person
from healthchat.records.importers import Import, NotUnderstood, Reading, read_file, same_person
from healthchat.records.importers.sheet import Unclear
from healthchat.records.models import Patient, Source
from healthchat.records.storing import store_all
from healthchat.records.view import MODELS, person_of

UNMAPPED_SHOWN = 10


class Command(BaseCommand):
    help = (
        "Import files of health records (FHIR R4, Apple Health, C-CDA, tables of results, zip files of these) into a "
        "patient's records."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--user", required=True, help="the user name of the account that owns the patient")
        parser.add_argument("--patient", required=True, metavar="NAME", help="the patient's name; made if it is new")
        parser.add_argument(
            "--dates",
            choices=["day-first", "month-first"],
            help="how a table's dates such as 03/04/2025 are read, where the table does not tell",
        )

    def handle(self, *args: Any, files: list[Path], user: str, patient: str, **options: Any) -> None:
        dates = options["dates"]
        reading = Reading(day_first=dates == "day-first") if dates else None
        owner = _owner(user)
        console = Console(file=cast("IO[str]", self.stdout))
        imports = [_read(path, console, reading) for path in files]
        # All files or none: half a record is worse than no record.
        for source in store_all(imports, patient=_patient(owner, patient, imports)):
            self._report(source)

    def _report(self, source: Source) -> None:
        counts = ", ".join(_counted(kind, count) for kind, count in source.counts.items())
        self.stdout.write(f"{source.name}: {counts or 'no rows'}")
        if source.skipped:
            self.stdout.write(
                "  not taken: " + ", ".join(f"{count} {type_}" for type_, count in source.skipped.items())
            )
        if source.unmapped:
            total = sum(one["count"] for one in source.unmapped)
            self.stdout.write(f"  kept as they stand, without being understood: {total}")
        for one in source.unmapped[:UNMAPPED_SHOWN]:
            self.stdout.write(f"    {one['count']} × {one['text'] or one['code'] or 'unnamed'}: {one['reason']}")
        if len(source.unmapped) > UNMAPPED_SHOWN:
            self.stdout.write(f"    and {len(source.unmapped) - UNMAPPED_SHOWN} more; the admin lists them all")


def _counted(kind: str, count: int) -> str:
    told = MODELS[kind]._meta
    return f"{count} {told.verbose_name if count == 1 else told.verbose_name_plural}"


def _owner(name: str) -> User:
    user = User.objects.filter(username=name).first()
    if user is None:
        raise CommandError(f"There is no account with the user name {name!r}.")
    return user


def _read(path: Path, console: Console, reading: Reading | None) -> Import:
    try:
        with _opened(path, console) as file:
            return read_file(file, name=path.name, reading=reading)
    except Unclear as error:
        ask = " (--dates day-first or --dates month-first)" if error.preview.open_dates else ""
        raise CommandError(f"{path}: {error}{ask}") from error
    except NotUnderstood as error:
        raise CommandError(f"{path}: {error}") from error
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror or 'cannot be read'}") from error


@contextlib.contextmanager
def _opened(path: Path, console: Console) -> Iterator[BinaryIO]:
    """The file; on a terminal a bar shows how far it is read."""
    if not console.is_terminal:
        with path.open("rb") as file:
            yield file
        return
    with (
        Progress(console=console, transient=True) as progress,
        progress.open(path, "rb", description=path.name) as file,
    ):
        yield file


def _patient(owner: User, name: str, imports: list[Import]) -> Patient:
    """The owner's patient of this name, made if there is none and all the files are about one person."""
    found = list(Patient.objects.owned_by(owner).filter(name=name)[:2])
    if len(found) > 1:
        raise CommandError(f"{owner} has several patients of the name {name!r}; rename one of them first.")
    person = person_of(found[0]) if found else Person()
    for imported in imports:
        try:
            person = same_person(person, imported.patient)
        except NotUnderstood as error:
            raise CommandError(f"{imported.file}: {error}") from error
    return found[0] if found else Patient.objects.create(owner=owner, name=name)
