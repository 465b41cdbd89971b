"""nginx with the configuration that docs/deploy.md names, but for the names of ports and files."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import parts
from tests.served import LOOK_SECONDS, ROOT, START_SECONDS

CONFIGURATION = ROOT / "docs" / "deploy" / "nginx.conf"
HOST = "127.0.0.1"
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@contextmanager
def nginx(folder: Path, *, port: int, changes: dict[str, str]) -> Iterator[None]:
    """Run it until the block ends, with `changes` to what is written there; it keeps its files in a folder.

    The port is one on which it is to listen by then.
    """
    file, log = folder / "nginx.conf", folder / "error.log"
    file.write_text(_configuration(folder, changes))
    command = [parts.require("nginx"), "-p", str(folder), "-c", str(file), "-e", str(log)]
    with subprocess.Popen([*command, "-g", f"daemon off; pid {folder}/pid; error_log {log};"]) as process:
        try:
            _wait_until_it_listens(process, port, log)
            yield
        finally:
            process.terminate()


def _configuration(folder: Path, changes: dict[str, str]) -> str:
    written = CONFIGURATION.read_text()
    own = {"/var/log/nginx/healthchat.log": str(folder / "access.log")}
    for theirs, ours in (changes | own).items():
        assert theirs in written
        written = written.replace(theirs, ours)
    paths = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in TEMPORARY)
    return f"events {{}} http {{ {paths}\n{written} }}"


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(LOOK_SECONDS)
    raise TimeoutError("nginx does not answer")
