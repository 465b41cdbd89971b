"""Connections to PostgreSQL that notice when the other end is gone: machines vanish, and networks fall silent.

1. Each end sees by TCP within `GONE_SECONDS` that the other's machine is gone; by itself it would take two hours.
2. What a vanished process had begun and not committed PostgreSQL undoes after `LEFT_SECONDS`: its locks would keep
   others from going on with its runs.
3. What takes bytes and answers none, as a hung proxy or a stopped PostgreSQL, is well as far as TCP can see. Who waits
   for it with `patience` gives the connection up when that is over, and with it what was begun there.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

import psycopg

from healthchat.patience import patience

CONNECT_SECONDS = 5
GONE_SECONDS = 15
LOOK_SECONDS = 5
"""How long a connection is quiet before TCP looks for the other end, and between such looks."""
LOOKS = GONE_SECONDS // LOOK_SECONDS - 1
LEFT_SECONDS = 15
POOL: dict[str, Any] = {
    "min_size": 0,
    "timeout": CONNECT_SECONDS,
    # By itself a pool waits longer from try to try, for minutes in the end, though PostgreSQL is back.
    "reconnect_timeout": CONNECT_SECONDS,
}
"""Of every pool."""


class Connection(psycopg.Connection[Any]):
    """One on which nobody waits for longer than their patience."""

    def wait(self, gen: Generator[Any, Any, Any], *args: Any, **kwargs: Any) -> Any:
        seconds = patience.get()
        return super().wait(gen if seconds is None else self._impatient(gen, seconds), *args, **kwargs)

    def _impatient(self, gen: Generator[Any, Any, Any], seconds: float) -> Generator[Any, Any, Any]:
        """Do as `gen` does, for as long as the other end is not silent for so many seconds."""
        try:
            wanted = next(gen)
            heard = time.monotonic()
            while True:
                # Resumed ten times a second; with nothing where there is nothing yet.
                ready = yield wanted
                now = time.monotonic()
                if ready:
                    heard = now
                elif now - heard > seconds:
                    self.pgconn.finish()
                    raise psycopg.OperationalError("PostgreSQL does not answer")
                wanted = gen.send(ready)
        except StopIteration as ended:
            return ended.value


def options(*, connections: int) -> dict[str, Any]:
    """Django's options for PostgreSQL: those of each connection, and of the pool of so many."""
    theirs = {
        "idle_in_transaction_session_timeout": f"{LEFT_SECONDS}s",
        "tcp_keepalives_idle": LOOK_SECONDS,
        "tcp_keepalives_interval": LOOK_SECONDS,
        "tcp_keepalives_count": LOOKS,
        "tcp_user_timeout": f"{GONE_SECONDS}s",
    }
    return {
        "connect_timeout": CONNECT_SECONDS,
        "keepalives_idle": LOOK_SECONDS,
        "keepalives_interval": LOOK_SECONDS,
        "keepalives_count": LOOKS,
        "tcp_user_timeout": GONE_SECONDS * 1_000,
        "options": " ".join(f"-c {name}={value}" for name, value in theirs.items()),
        "pool": POOL | {"max_size": connections, "connection_class": Connection},
    }
