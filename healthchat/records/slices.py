"""Rows stored a slice at a time, under a source that nobody sees yet.

One transaction for a large file keeps everybody else from writing for many seconds on SQLite. So the rows that are new
go in beforehand, in slices with a pause between them; the source becomes visible, with all of them, in the last
transaction of the import. If the process dies before that, what is there stays unseen until the next import removes it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TypeVar

from django.db import connection, models, transaction
from django.utils import timezone

from healthchat.records.models import Patient, Row, Source

ROWS = 2_000
"""What is stored in one go at first, and at most; fewer where that takes long."""
FEWEST_ROWS = 100
SLICE_SECONDS = 0.25
"""How long others wait for one slice with what they have to write."""
PAUSE_SECONDS = 0.05
"""Between two slices, for those who wait: SQLite looks again that often."""
INTERRUPTED_SECONDS = 120
"""An import that has stored nothing for so long has died with its process."""

T = TypeVar("T")


def begin(patient: Patient, *, name: str, kind: str, sha256: str) -> Source:
    """A source that nobody sees yet."""
    return Source.everything.create(patient=patient, name=name, kind=kind, sha256=sha256, pending=timezone.now())


def store(rows: Sequence[T], put: Callable[[Sequence[T]], None], *, source: Source) -> None:
    """Have `put` store the rows, slice by slice."""
    start, size = 0, ROWS
    while start < len(rows):
        began = time.monotonic()
        with transaction.atomic():
            put(rows[start : start + size])
            # All of the patient's: several files may go in together.
            Source.everything.filter(patient=source.patient_id).exclude(pending=None).update(pending=timezone.now())
        start += size
        size = _fitting(size, took=time.monotonic() - began)
        _pause()


def remove_interrupted() -> int:
    """Remove what imports have left whose process has died; return how many these were."""
    quiet_since = timezone.now() - timedelta(seconds=INTERRUPTED_SECONDS)
    return remove(Source.everything.filter(pending__lt=quiet_since))


def remove(sources: models.QuerySet[Source]) -> int:
    """Delete sources with their rows, a slice at a time; return how many sources these were."""
    for source in sources:
        for model in Row.__subclasses__():
            rows = model._base_manager.filter(source=source).order_by("pk")
            while slice_ := list(rows.values_list("pk", flat=True)[:ROWS]):
                model._base_manager.filter(pk__in=slice_).delete()
                _pause()
        source.delete()
    return len(sources)


def _fitting(size: int, *, took: float) -> int:
    """How many rows take as long as a slice may."""
    return min(ROWS, max(FEWEST_ROWS, int(size * SLICE_SECONDS / max(took, 1e-6))))


def _pause() -> None:
    # In a transaction of the caller's nobody gets a turn.
    if not connection.in_atomic_block:
        time.sleep(PAUSE_SECONDS)
