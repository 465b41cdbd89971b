"""Takes a backup of what one machine stores."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection

from healthchat import backup


class Command(BaseCommand):
    help = (
        "Copy the SQLite database, the secret key and the files of imports that wait into a new folder. It may run "
        "beside the server."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="FOLDER", help="where to; it must not be there yet")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        if connection.vendor != "sqlite":
            raise CommandError("This database is not SQLite: back it up with pg_dump, as docs/deploy.md says.")
        if folder.exists():
            raise CommandError(f"{folder} is there already. Name a new folder.")
        try:
            backup.take(folder)
        except (OSError, OperationalError) as error:
            raise CommandError(f"No backup was taken: {error}") from None
        self.stdout.write(f"everything is in {folder}")
