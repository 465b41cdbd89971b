"""A backup of what one machine stores: taken while the server writes, whole or not there at all."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import connection

from healthchat.records import uploads


def take(folder: Path) -> None:
    """Copy the SQLite database, the secret key and the files of imports into a new folder.

    The database is copied as it is at one moment, in one reading that no writer waits for or disturbs; without what was
    deleted, whose bytes stay in the original until they are written over. Files come after it: one may be longer than
    the database knows, which does no harm, or read by now and gone, which its owner is told.

    Raises:
        OSError: the folder cannot be written.
        OperationalError: the database cannot be read, or the disk is full.
    """
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700, parents=True)
    try:
        _copy_database(unfinished)
        _copy_files(unfinished)
        os.sync()
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _copy_database(folder: Path) -> None:
    name = Path(settings.DATABASES["default"]["NAME"]).name
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(folder / name)])


def _copy_files(folder: Path) -> None:
    """What is not there, or is read meanwhile, is left out."""
    waiting = folder / uploads.folder().name
    waiting.mkdir(mode=0o700)
    key = settings.DATA / settings.KEY_FILE
    for path, to in [(key, folder), *((file, waiting) for file in uploads.folder().glob("*"))]:
        with suppress(FileNotFoundError):
            shutil.copy2(path, to)
