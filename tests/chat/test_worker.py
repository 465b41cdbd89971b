"""Workers' names: whose process is known to be dead."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User

from healthchat.chat import questions, runs
from healthchat.chat.models import Run
from healthchat.chat.worker import is_dead, new_name

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def name_of(pid: int) -> str:
    machine, _, token = new_name().split(":")
    return f"{machine}:{pid}:{token}0"


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


@pytest.mark.django_db(transaction=True)
def test_it_ends_the_leases_of_the_dead_and_of_nobody_else(alice: User, gone: str) -> None:
    asked = [questions.ask(alice, f"Question {number}?").run for number in range(3)]
    for run, worker in zip(asked, (gone, new_name(), "elsewhere/0:999999:00"), strict=True):
        runs.claim(run.id, worker=worker, now=NOW)

    runs.release_of_the_dead()

    released = Run.objects.filter(lease_until=None)
    assert [run.id for run in released] == [asked[0].id]
