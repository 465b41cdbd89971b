"""Workers' names: whose process is known to be dead."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User

from healthchat.chat import questions, runs, worker
from healthchat.chat.models import Run
from healthchat.chat.worker import is_dead, new_name
from tests.served import ROOT

NOW = datetime(2026, 1, 2, tzinfo=UTC)


IN_A_CONTAINER = ["unshare", "--pid", "--fork", "--mount-proc"]
NAMES_AND_TELLS = """
from healthchat.chat.worker import is_dead, new_name
print(new_name(), flush=True)
while name := input():
    print(is_dead(name), flush=True)
"""


def name_of(pid: int, *, like: str | None = None) -> str:
    machine, _, token = (like or new_name()).split(":")
    return f"{machine}:{pid}:{token}0"


@contextmanager
def in_a_container() -> Iterator[subprocess.Popen[str]]:
    """A process whose number says nothing outside, as a container's; it tells which names' processes are dead."""
    if subprocess.run([*IN_A_CONTAINER, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine allows no namespace of process numbers (unshare)")
    command = [*IN_A_CONTAINER, sys.executable, "-c", NAMES_AND_TELLS]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.communicate("\n")


def line_from(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def answer_from(process: subprocess.Popen[str], name: str) -> str:
    assert process.stdin
    process.stdin.write(f"{name}\n")
    process.stdin.flush()
    return line_from(process)


@pytest.fixture
def gone() -> str:
    """The name of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait(60)
    return name_of(process.pid)


def test_it_fits_where_it_is_stored() -> None:
    assert len(new_name()) <= 64
    assert new_name() != new_name()


def test_it_knows_a_process_that_has_ended(gone: str) -> None:
    assert is_dead(gone)


def test_it_knows_that_this_process_and_its_parent_live() -> None:
    assert not is_dead(new_name())
    assert not is_dead(name_of(os.getppid()))


def test_it_knows_an_earlier_process_that_had_the_same_number() -> None:
    assert is_dead(name_of(os.getpid()))


@pytest.mark.parametrize("name", ["", "worker", ":", "a:b:c", "elsewhere/0:999999:00", "x:-1:0"])
def test_it_says_nothing_of_what_it_does_not_know(name: str) -> None:
    assert not is_dead(name)


def test_it_says_nothing_of_a_container_beside_it_though_both_are_its_number_one() -> None:
    with in_a_container() as one, in_a_container() as other:
        names = [line_from(one), line_from(other)]
        told = [answer_from(one, names[1]), answer_from(other, names[0]), answer_from(one, names[0])]

    assert {name.split(":")[1] for name in names} == {"1"}
    assert {name.partition("/")[0] for name in names} == {new_name().partition("/")[0]}
    assert told == ["False", "False", "False"]
    assert not any(map(is_dead, names))


@pytest.mark.parametrize("host", ["healthchat-worker-7d9f8b6c5-", "a"])
def test_it_tells_hosts_apart_that_differ_at_their_ends(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    names = []
    for end in ("abcde", "fghij"):
        monkeypatch.setattr(socket, "gethostname", lambda end=end: host + end)
        worker._machine.cache_clear()
        names.append(new_name())
    worker._machine.cache_clear()

    assert names[0].partition(":")[0] != names[1].partition(":")[0]
    assert not is_dead(name_of(os.getpid(), like=names[0]))


@pytest.mark.django_db(transaction=True)
def test_it_ends_the_leases_of_the_dead_and_of_nobody_else(alice: User, gone: str) -> None:
    asked = [questions.ask(alice, f"Question {number}?").run for number in range(3)]
    for run, name in zip(asked, (gone, new_name(), "elsewhere/0:999999:00"), strict=True):
        runs.claim(run.id, worker=name, now=NOW)

    runs.release_of_the_dead()

    released = Run.objects.filter(lease_until=None)
    assert [run.id for run in released] == [asked[0].id]
