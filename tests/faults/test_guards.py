"""What the server is guarded against, where no test of a whole chat would notice that the guard is gone."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import pytest

from tests.faults.client import Address, Caller, CutError
from tests.faults.server import Server
from tests.faults.test_readers import closes
from tests.served import ROOT, START_SECONDS, free_port

pytestmark = pytest.mark.on_any_database("it is about sockets, threads and the loop")

WAIT_SECONDS = 30.0
WORDS = "zinnober-quastenflosser"
"""What an exception may hold of a person's, and no log line may."""
AT_ONCE = 300
"""More than a short backlog takes, and fewer than any system allows."""

APPLICATION = Path(__file__).with_name("guarded_application.py")
SERVES_AND_TELLS = """
import gc, os, signal, sys, threading, time
from django.core.management import execute_from_command_line

def tell():
    while not gc.get_freeze_count():
        time.sleep(0.05)
    time.sleep(0.2)
    print(gc.get_threshold(), flush=True)
    os.kill(os.getpid(), signal.SIGTERM)

os.environ["DJANGO_SETTINGS_MODULE"] = "healthchat.settings"
threading.Thread(target=tell, daemon=True).start()
execute_from_command_line(["manage.py", "serve", "--port", sys.argv[1]])
"""


@pytest.fixture(scope="module")
def hanging(serve: Callable[..., Server]) -> Server:
    return serve(tokens=10, hang_at=5)


class Failing(Server):
    """The server around an application that fails."""

    def __init__(self, data: Path) -> None:
        super().__init__(data, {"PYTHONPATH": str(ROOT)})

    def program(self) -> list[str]:
        return [str(APPLICATION), str(self.port), WORDS]


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Failing(tmp_path_factory.mktemp("failing"))
    server.start()
    yield server
    server.stop()


async def test_it_cuts_the_connection_whose_response_fails_after_it_began_and_no_other(failing: Server) -> None:
    caller = Caller(Address.of(failing))
    async with caller.open("GET", "/stays") as other:
        assert (await caller.call("GET", "/fine")).body == b"begun and ended"
        sockets = failing.sockets()

        async with asyncio.timeout(WAIT_SECONDS):
            ends = await asyncio.gather(
                *(caller.call("GET", "/fails-later") for _ in range(50)), return_exceptions=True
            )
        assert [type(end) for end in ends] == [CutError] * 50
        assert not other.reader.at_eof()
        async with asyncio.timeout(WAIT_SECONDS):
            answers = await asyncio.gather(*(caller.call("GET", "/fine") for _ in range(50)))
        assert {answer.body for answer in answers} == {b"begun and ended"}

        await closes(failing, sockets)


async def test_it_cuts_a_connection_to_which_even_the_error_cannot_be_told(failing: Server) -> None:
    caller = Caller(Address.of(failing))

    async with asyncio.timeout(WAIT_SECONDS):
        for address in ("/fails-uncleanly", "/fails-later"):
            with pytest.raises(CutError):
                await caller.call("GET", address)


async def test_it_answers_500_where_a_response_fails_before_it_began(failing: Server) -> None:
    async with asyncio.timeout(WAIT_SECONDS):
        answer = await Caller(Address.of(failing)).call("GET", "/fails-first")

    assert answer.status == 500
    assert "UnforeseenError" in failing.printed()
    assert WORDS not in failing.printed()
    assert b"Unforeseen" not in answer.body


async def test_it_answers_a_request_to_upgrade_as_the_plain_one_that_it_also_is(hanging: Server) -> None:
    upgrade = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
    }

    async with asyncio.timeout(WAIT_SECONDS):
        answer = await Caller(Address.of(hanging)).call("GET", "/api/schema/", **upgrade)

    assert answer.status == 200


async def test_it_lets_in_many_who_come_while_it_is_busy(hanging: Server) -> None:
    caller = Caller(Address.of(hanging))
    head = f"GET /api/schema/none HTTP/1.1\r\nHost: {hanging.host}\r\nConnection: close\r\n\r\n".encode()

    with ExitStack() as stack:
        os.kill(hanging.pid, signal.SIGSTOP)
        stack.callback(os.kill, hanging.pid, signal.SIGCONT)
        waiting = [stack.enter_context(socket.socket()) for _ in range(AT_ONCE)]
        for raw in waiting:
            raw.settimeout(WAIT_SECONDS / 10)
            raw.connect(tuple(caller.address))
            raw.sendall(head)
        os.kill(hanging.pid, signal.SIGCONT)
        for raw in waiting:
            raw.settimeout(WAIT_SECONDS)
        answers = [await asyncio.to_thread(raw.recv, 12) for raw in waiting]

    assert answers == [b"HTTP/1.1 404"] * AT_ONCE


async def test_it_holds_no_thread_and_no_connection_to_the_database_for_an_open_feed(hanging: Server) -> None:
    caller = Caller(Address.of(hanging))
    asked = (await caller.ask("A question?")).json()
    feeds = [asked["feed"], f"/api/conversations/{asked['conversation']}/stream"]
    async with AsyncExitStack() as stack:
        for feed in feeds * 10:
            await stack.enter_async_context(caller.open("GET", feed))
        threads, others = hanging.threads(), hanging.open_files() - hanging.sockets()

        for feed in feeds * 100:
            opened = await stack.enter_async_context(caller.open("GET", feed))
            assert opened.status == 200

        assert hanging.sockets() >= 220
        assert hanging.threads() <= threads + 4
        assert hanging.open_files() - hanging.sockets() <= others + 8


def test_it_runs_on_uvloop_where_that_is_installed(hanging: Server) -> None:
    pytest.importorskip("uvloop")

    assert "/uvloop/" in Path(f"/proc/{hanging.pid}/maps").read_text()


def test_it_has_the_garbage_collector_look_less_often_once_it_has_started(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", SERVES_AND_TELLS, str(free_port())],
        cwd=ROOT,
        env=os.environ | {"HEALTHCHAT_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=True,
    )

    assert "(50000, 20, 100)" in told.stdout
