"""The name under which a process carries out runs, and whether the process behind such a name is known to be dead.

A name tells machines, processes and their instances apart: `<host>/<boot>:<pid>:<token>`. Of the processes of another
machine, or from before a restart of this one, nothing is known: their leases run out by themselves.
"""

from __future__ import annotations

import os
import secrets
import socket
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")

_of_this_process: set[str] = set()


def new_name() -> str:
    """A name for one engine of this process, at most 50 characters long."""
    name = f"{_machine()}:{os.getpid()}:{secrets.token_hex(4)}"
    _of_this_process.add(name)
    return name


def is_dead(name: str) -> bool:
    """Whether the process behind a name ran on this machine and runs no more."""
    machine, _, instance = name.partition(":")
    pid = instance.partition(":")[0]
    if machine != _machine() or not pid.isdigit() or name in _of_this_process:
        return False
    # A container's process often has the same number again after a restart.
    return int(pid) == os.getpid() or not _runs(int(pid))


@cache
def _machine() -> str:
    boot = ""
    with suppress(OSError):
        boot = _BOOT.read_text()[:8]
    return f"{socket.gethostname()[:20].replace(':', '-')}/{boot}"


def _runs(pid: int) -> bool:
    if sys.platform == "win32":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
