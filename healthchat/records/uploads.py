"""Files that a person sends in: taken in pieces, read beside the request, and kept only until they are read.

A large file takes minutes to read, so it is read in a thread of this process; how far it is stands in its `Upload`,
where any process can see it. What is small is read at once. If the process dies meanwhile, the person can have it read
again: nothing of it is stored until all of it is.

The page looks how far it is by one small request now and then: a feed would be a second one of its kind, for the chat's
is the chat's, and would hold a connection for what is told in one number.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import connections, transaction
from django.utils import timezone
from django.utils.translation import get_language, gettext, gettext_noop, override

from healthchat import jobs
from healthchat.records.importers import NotUnderstood, Reading, read_file, sheet
from healthchat.records.importers.formats import HEAD_BYTES, format_of
from healthchat.records.models import Patient, Upload
from healthchat.records.storing import store
from healthchat.records.view import MODELS

MAX_BYTES = 8 << 30
AT_ONCE_BYTES = 2 << 20
"""What is read while the person waits for the answer."""
PROGRESS_SECONDS = 0.5
READ = "read"
"""The workers' task that reads a file."""
QUIET_SECONDS = 120
"""A reading that has said nothing for so long has died with its process."""
WORKING = (Upload.State.READING, Upload.State.STORING)
KEPT_DAYS = 2
"""A file that was not sent whole, or whose question nobody answered, is then deleted."""

GONE = gettext_noop("This file is no longer here. Please send it again.")
BROKEN = gettext_noop("Something went wrong here while this file was read. Please try again.")

logger = logging.getLogger(__name__)
_threads = ThreadPoolExecutor(1, thread_name_prefix="imports")


class OutOfPlace(Exception):
    """A piece that does not follow on what was received; the upload says where to go on."""


def begin(patient: Patient, *, name: str, size: int) -> Upload:
    """Announce a file.

    Raises:
        NotUnderstood: it is empty, or larger than what is taken.
    """
    _delete_old()
    if size <= 0:
        raise NotUnderstood(gettext("This file is empty."))
    if size > MAX_BYTES:
        raise NotUnderstood(
            gettext("This file is larger than %(most)s GB. Please import it in parts.") % {"most": MAX_BYTES >> 30}
        )
    shown = name.replace("\x00", "").encode("utf-8", "replace").decode()[-255:] or "file"
    upload = Upload.objects.create(patient=patient, name=shown, size=size)
    path = _path(upload.pk)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    return upload


def append(upload: Upload, piece: bytes, *, at: int) -> Upload:
    """Add the bytes from `at` on.

    What was received before may be gone, with the folder that it lay in; then the file is refused.

    Raises:
        OutOfPlace: they do not follow on what is there.
    """
    with transaction.atomic():
        upload = Upload.objects.select_for_update().get(pk=upload.pk)
        if upload.state != Upload.State.RECEIVING or at != upload.received or not 0 < len(piece) <= upload.size - at:
            raise OutOfPlace
        if not _is_here(upload):
            upload.state, upload.message = Upload.State.REFUSED, gettext(GONE)
            upload.save(update_fields=["state", "message", "changed"])
            return upload
        with _path(upload.pk).open("r+b") as file:
            file.seek(at)
            file.write(piece)
        upload.received = at + len(piece)
        upload.save(update_fields=["received", "changed"])
    return upload


def begin_reading(upload: Upload, *, reading: Reading | None = None) -> None:
    """Read a file that is there; a small one before this returns."""
    said = msgspec.to_builtins(reading) if reading else upload.reading
    taken = Upload.objects.filter(pk=upload.pk).exclude(state__in=WORKING)
    stuck = Upload.objects.filter(pk=upload.pk, changed__lt=timezone.now() - timedelta(seconds=QUIET_SECONDS))
    change = {"state": Upload.State.READING, "reading": said, "read": 0, "message": "", "changed": timezone.now()}
    if not (taken.update(**change) or stuck.update(**change)):
        return
    if upload.size <= AT_ONCE_BYTES:
        read(upload.pk)
    elif jobs.by_workers():
        _hand_out(upload.pk)
    else:
        _threads.submit(read_beside, upload.pk, get_language())


def read(upload_id: UUID) -> None:
    """Read a file and store what it holds, or say why not."""
    upload = Upload.objects.select_related("patient").get(pk=upload_id)
    try:
        if not _is_here(upload):
            raise FileNotFoundError  # noqa: TRY301
        with _path(upload_id).open("rb") as file:
            reading = msgspec.convert(upload.reading, Reading) if upload.reading else None
            if reading is None and (seen := _preview(file)):
                raise sheet.Unclear(gettext("Please check how this table is going to be read."), seen)  # noqa: TRY301
            imported = read_file(_Watched(file, _progress_of(upload_id)), name=upload.name, reading=reading)  # type: ignore[arg-type]
        _tell(upload_id, state=Upload.State.STORING, read=upload.size)
        before = _rows_of(upload.patient)
        source = store(imported, patient=upload.patient)
        _tell(upload_id, state=Upload.State.DONE, source=source, added=_rows_of(upload.patient) - before, question=None)
    except sheet.Unclear as unclear:
        question = msgspec.to_builtins(unclear.preview)
        _tell(upload_id, state=Upload.State.ASKING, message=str(unclear), question=question)
        return
    except NotUnderstood as refusal:
        _tell(upload_id, state=Upload.State.REFUSED, message=str(refusal))
    except FileNotFoundError:
        _tell(upload_id, state=Upload.State.REFUSED, message=gettext(GONE))
    _path(upload_id).unlink(missing_ok=True)


def is_stuck(upload: Upload) -> bool:
    """Whether the process that read it has died."""
    return upload.state in WORKING and timezone.now() - upload.changed > timedelta(seconds=QUIET_SECONDS)


def is_gone(upload: Upload) -> bool:
    """Whether something is still to be done with a file, and nobody does it because the file is not here."""
    waits = upload.state in (Upload.State.RECEIVING, Upload.State.ASKING) or is_stuck(upload)
    return waits and not _is_here(upload)


def resume() -> None:
    """Have the files read that were being read when their processes ended: by workers, or when their owners say so."""
    working = Upload.objects.filter(state__in=WORKING)
    if not jobs.by_workers():
        working.update(changed=timezone.now() - timedelta(seconds=QUIET_SECONDS))
        return
    for pk in working.values_list("pk", flat=True):
        _hand_out(pk)


def delete(upload: Upload) -> None:
    """Forget a file and its bytes."""
    _path(upload.pk).unlink(missing_ok=True)
    upload.delete()


class _Watched:
    """A file that says how far it was read."""

    def __init__(self, file: BinaryIO, said: Callable[[int], None]) -> None:
        self._file = file
        self._said = said
        self._furthest = 0
        self._last = time.monotonic()
        self.seek, self.tell = file.seek, file.tell
        self.seekable, self.close = file.seekable, file.close

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self._furthest = max(self._furthest, self._file.tell())
        if time.monotonic() - self._last > PROGRESS_SECONDS:
            self._last = time.monotonic()
            self._said(self._furthest)
        return block


def _preview(file: BinaryIO) -> sheet.Preview | None:
    """How a table would be read, which its owner should see first; None for any other file."""
    is_table = format_of(file.read(HEAD_BYTES)) == "sheet"
    file.seek(0)
    found = sheet.preview(file) if is_table else None
    file.seek(0)
    return found


def _progress_of(upload_id: UUID) -> Callable[[int], None]:
    return lambda done: _tell(upload_id, read=done)


def read_beside(upload_id: UUID, language: str | None) -> None:
    """Read a file in a thread or process of its own, where nobody is there to be told what goes wrong."""
    with override(language):
        try:
            read(upload_id)
        except Exception:
            logger.exception("upload %s could not be read", upload_id)
            _tell(upload_id, state=Upload.State.REFUSED, message=gettext(BROKEN))
            _path(upload_id).unlink(missing_ok=True)
        finally:
            connections.close_all()


def _hand_out(upload_id: UUID) -> None:
    key = f"upload:{upload_id}"
    jobs.hand_out_once(READ, queue=jobs.IMPORTS, key=key, upload=str(upload_id), language=get_language() or "")


def _tell(upload_id: UUID, **changes: object) -> None:
    Upload.objects.filter(pk=upload_id).update(changed=timezone.now(), **changes)


def _rows_of(patient: Patient) -> int:
    return sum(model._default_manager.filter(patient=patient).count() for model in MODELS.values())


def _is_here(upload: Upload) -> bool:
    """Whether all that was received of a file lies here."""
    path = _path(upload.pk)
    return path.exists() and path.stat().st_size >= upload.received


def folder() -> Path:
    """Where files lie until they are read."""
    return Path(settings.DATA) / "uploads"


def _path(upload_id: UUID) -> Path:
    return folder() / str(upload_id)


def delete_orphans() -> int:
    """Delete what has lain here for too long, and files that belong to no import; return how many these were."""
    _delete_old()
    named = {str(pk) for pk in Upload.objects.values_list("pk", flat=True)}
    old = (timezone.now() - timedelta(days=KEPT_DAYS)).timestamp()
    orphans = [path for path in folder().glob("*") if path.name not in named and path.stat().st_mtime < old]
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)


def _delete_old() -> None:
    for upload in Upload.objects.filter(changed__lt=timezone.now() - timedelta(days=KEPT_DAYS)):
        delete(upload)
