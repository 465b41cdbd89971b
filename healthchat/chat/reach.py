"""Whether the places where models are take connections: at this moment, or as far as was found a moment ago."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from time import monotonic
from typing import NamedTuple
from urllib.parse import urlsplit

CONNECT_SECONDS = 2.0
LOOK_SECONDS = 0.5
"""How long a page waits for it; a place that needs longer counts as out of reach until it has answered."""
KEPT_SECONDS = 30.0
PORTS = {"http": 80, "https": 443}


class Look(NamedTuple):
    began: float
    found: Future[bool]


_looks: dict[str, Look] = {}
_pool = ThreadPoolExecutor(4, thread_name_prefix="reach")


def is_reachable(address: str) -> bool:
    """Whether something takes a connection there; nothing is sent."""
    parts = urlsplit(address)
    with suppress(OSError):
        place = (parts.hostname or "", parts.port or PORTS.get(parts.scheme, 443))
        socket.create_connection(place, timeout=CONNECT_SECONDS).close()
        return True
    return False


def reached(addresses: Iterable[str]) -> set[str]:
    """Those of the addresses where something takes connections, or did less than `KEPT_SECONDS` ago."""
    looks = {address: _look(address) for address in addresses}
    wait(looks.values(), timeout=LOOK_SECONDS)
    return {address for address, found in looks.items() if found.done() and found.result()}


def forget() -> None:
    """Look anew at the next question."""
    _looks.clear()


def _look(address: str) -> Future[bool]:
    now = monotonic()
    kept = _looks.get(address)
    if kept is None or now - kept.began > KEPT_SECONDS:
        kept = _looks[address] = Look(now, _pool.submit(is_reachable, address))
    return kept.found
