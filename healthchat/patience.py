"""How long somebody who waits for the database waits, where it is PostgreSQL and may be silent for ever."""

from __future__ import annotations

from contextvars import ContextVar

READ_SECONDS = 5.0
"""For reads of a few rows: a feed that cannot read ends, and goes on by way of another server."""
WRITE_SECONDS = 10.0
"""Longer, for a disk may be slow to take what is written; within a lease."""
PAGE_SECONDS = 20.0

patience: ContextVar[float | None] = ContextVar("patience", default=None)
"""For how many seconds this thread or task bears a silent PostgreSQL; None: for ever, as upkeep has to."""
