"""What workers are called for: to read a file that was brought in."""

from __future__ import annotations

from uuid import UUID

from procrastinate.contrib.django import app

from healthchat import jobs
from healthchat.records import uploads


@app.task(name=uploads.READ, queue=jobs.IMPORTS)
def read(upload: str, language: str) -> None:
    """Read a file; a job whose worker has died is begun again, and the file with it."""
    uploads.read_beside(UUID(upload), language or None)
