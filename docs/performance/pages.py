"""A throw-away database to measure pages over, and what one page takes."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from django.test import Client

ROOT = Path(__file__).resolve().parents[2]


class Opened(NamedTuple):
    """The best of several tries."""

    milliseconds: float
    queries: int
    html: bytes


@contextmanager
def new_database() -> Iterator[None]:
    """Have Django use an empty database in a folder of its own until the block ends."""
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory(prefix="healthchat-measure-") as folder:
        os.environ["HEALTHCHAT_DATA"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "healthchat.settings"
        os.environ["ALLOWED_HOSTS"] = "testserver"
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        yield


def opened(client: Client, address: str, *, tries: int) -> Opened:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    best = Opened(float("inf"), 0, b"")
    for _ in range(tries):
        with CaptureQueriesContext(connection) as captured:
            began = time.perf_counter()
            response = client.get(address)
            took = time.perf_counter() - began
        assert response.status_code == 200, (address, response.status_code)
        best = min(best, Opened(took * 1_000, len(captured), response.content))
    return best
