"""A real `manage.py serve` that can be killed, stopped, started again, and looked at from outside."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.served import ROOT, START_SECONDS, free_port, own_database, run_command

LOOK_SECONDS = 0.02
STOP_SECONDS = 30


class Server:
    """One address and one data folder; the process behind them comes and goes, and a worker with it if it has one."""

    host = "127.0.0.1"

    def __init__(self, data: Path, environment: dict[str, str], *, worker: bool = False) -> None:
        self.data = data
        self.root = ROOT
        """Where the program lies that is started; another one is another version."""
        self._has_worker = worker
        self._worker: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.log = data / "server.log"
        self._environment = os.environ | {"HEALTHCHAT_DATA": str(data), "HEALTHCHAT_GUESTS": "true"} | environment
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def program(self) -> list[str]:
        return ["manage.py", "serve", "--port", str(self.port)]

    def start(self) -> None:
        """Start the process; return when it takes connections."""
        self._process = self._started(self.program())
        if self._has_worker:
            self._worker = self._started(["manage.py", "worker"])
        self.wait_until_it_listens()

    def _started(self, program: list[str]) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as output:
            return subprocess.Popen(
                [sys.executable, *program],
                cwd=self.root,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def wait_until_it_listens(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self._process.poll() is None, self.printed()
            with socket.socket() as probe:
                if probe.connect_ex((self.host, self.port)) == 0:
                    return
            time.sleep(LOOK_SECONDS)
        raise TimeoutError(self.printed())

    def manage(self, *arguments: str) -> None:
        """Run a `manage.py` command on the server's data."""
        given = {name: value for name, value in self._environment.items() if os.environ.get(name) != value}
        done = run_command(*arguments, data=self.data, **given)
        assert done.returncode == 0, done.stderr

    def kill(self) -> None:
        """End the process as a power cut would."""
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.wait(STOP_SECONDS)

    def pause(self) -> None:
        """Have the process do nothing at all, and not know it."""
        for process in self._processes:
            process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        for process in self._processes:
            process.send_signal(signal.SIGCONT)

    def tell_to_stop(self) -> None:
        for process in self._processes:
            process.terminate()

    @property
    def _processes(self) -> list[subprocess.Popen[bytes]]:
        return [process for process in (self._process, self._worker) if process is not None]

    def wait(self) -> int:
        """The process's exit code, once it has ended."""
        codes = [process.wait(STOP_SECONDS) for process in self._processes]
        return codes[0]

    def stop(self) -> None:
        self.tell_to_stop()
        try:
            for process in self._processes:
                process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def printed(self) -> str:
        return self.log.read_text(errors="replace")

    def resident_bytes(self) -> int:
        """How much memory the process has."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def open_files(self) -> int:
        """How many files and sockets the process holds open."""
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))

    def sockets(self) -> int:
        """How many sockets the process holds open."""
        names = []
        for entry in Path(f"/proc/{self.pid}/fd").iterdir():
            try:
                names.append(str(entry.readlink()))
            except FileNotFoundError:
                continue
        return sum(name.startswith("socket:") for name in names)

    def unsent_bytes(self) -> int:
        """The most that the kernel keeps for any one client, sent and not yet received or still to be sent."""
        rows = [line.split() for line in Path(f"/proc/{self.pid}/net/tcp").read_text().splitlines()[1:]]
        ours = [row[4] for row in rows if int(row[1].rpartition(":")[2], 16) == self.port]
        return max(int(queues.partition(":")[0], 16) for queues in ours)

    def threads(self) -> int:
        return len(list(Path(f"/proc/{self.pid}/task").iterdir()))


@contextmanager
def serving(data: Path, **environment: str) -> Iterator[Server]:
    """A server of its own, until the block ends."""
    with own_database(data) as database:
        server = Server(data, environment | database, worker="HEALTHCHAT_ENGINE" in os.environ)
        server.start()
        try:
            yield server
        finally:
            server.stop()
