"""The name under which a process carries out runs, and whether the process behind such a name is known to be dead.

A name tells machines, processes and their instances apart: `<host>/<system>:<pid>:<token>`. The number of a process
says something only among those that are numbered together: `system` stands for the machine, its start and the namespace
of numbers, so that two containers of one machine know nothing of each other, whatever they are called and though both
are number 1. Where nothing is known of a process, its leases run out by themselves.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_NUMBERED_TOGETHER = Path("/proc/self/ns/pid")
_HOST_CHARACTERS = 20

_of_this_process: set[str] = set()


def new_name() -> str:
    """A name for one engine of this process, at most 60 characters long."""
    name = f"{_machine()}:{os.getpid()}:{secrets.token_hex(4)}"
    _of_this_process.add(name)
    return name


def is_dead(name: str) -> bool:
    """Whether the process behind a name ran on this machine and runs no more."""
    machine, _, instance = name.partition(":")
    pid = instance.partition(":")[0]
    if machine != _machine() or not pid.isdigit() or name in _of_this_process:
        return False
    # After a restart of a container its process often has the same number in a namespace of the same name.
    return int(pid) == os.getpid() or not _runs(int(pid))


@cache
def _machine() -> str:
    host, boot, numbered = socket.gethostname(), "", ""
    with suppress(OSError):
        boot = _BOOT.read_text()
        numbered = str(_NUMBERED_TOGETHER.readlink())
    # Of the whole name: those of a Deployment's pods differ at their ends alone.
    system = hashlib.blake2b(f"{host}\n{boot}\n{numbered}".encode(), digest_size=8).hexdigest()
    return f"{host[:_HOST_CHARACTERS].replace(':', '-')}/{system}"


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
