"""What all tests share: a data folder of their own, the cast, and the programs that run beside them.

Alice owns what is there. Charlie has an account too and must never see any of it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from django.conf import settings
from django.test import TransactionTestCase

from tests import parts
from tests.emptying import empty_tables

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

    from healthchat.chat.models import Conversation

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "correct horse battery staple"
START_SECONDS = 60
SLOWEST = (
    *("tests/acceptance/test_described", "tests/browser", "tests/scale", "tests/faults"),
    *("tests/acceptance", "tests/records"),
)
"""Handed out before the rest, this one first: a worker that begins a slow file last keeps all others waiting."""
STORING = frozenset({"db", "transactional_db", "chat", "serve", "serve_team"})
"""Fixtures with a database: whoever asks for one of them is tested on PostgreSQL too."""

SCALED = "REDIS_URL" in os.environ
"""Whether the tests are about an installation of several processes, with workers, PostgreSQL and Redis."""

# Before the settings are read: no test sees or touches the data, the keys or the choices of whoever runs it.
for _name in [name for name in os.environ if name.startswith("HEALTHCHAT_")]:
    del os.environ[_name]
if SCALED:
    os.environ["HEALTHCHAT_ENGINE"] = "procrastinate"
# The first process of a run makes the folder of all of them and removes it at the end; each has one of its own in it.
_IS_FIRST = "TESTS_RUN" not in os.environ
if _IS_FIRST:
    os.environ["TESTS_RUN"] = tempfile.mkdtemp(prefix="healthchat-tests-")
_RUN = os.environ["TESTS_RUN"]
os.environ["HEALTHCHAT_DATA"] = tempfile.mkdtemp(dir=_RUN)
# All tests of a process together are one person to the throttle.
os.environ["HEALTHCHAT_API_RATE"] = os.environ["HEALTHCHAT_ASK_RATE"] = "0"
os.environ["HEALTHCHAT_PERSON_FEEDS"] = "0"
os.environ["DJANGO_SETTINGS_MODULE"] = "healthchat.settings"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "needs(part): runs a program beside the project; skipped without it, except in CI"
    )
    config.addinivalue_line("markers", "storing: uses a database; known of a test with a fixture that has one")
    config.addinivalue_line("markers", "on_any_database(why): is the same on each, and so tested on SQLite alone")
    TransactionTestCase._fixture_teardown = empty_tables
    # pytest-django sets Django up if the settings have been read by now.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Each test client would look through all static files anew; tests/test_middleware.py has it do so.
    settings.SERVESTATIC_USE_FINDERS = settings.SERVESTATIC_USE_STATIC_ROOT = False
    hypothesis.settings.register_profile("healthchat", deadline=None, derandomize=os.environ.get("CI") == "true")
    hypothesis.settings.load_profile("healthchat")


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    cores = yield
    # Many of them wait for a server or a browser, which wait for each other.
    return cores * 3 // 2


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from tests.handing_out import InLots

    return InLots(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_place)
    for item in items:
        if _stores(item) and not item.get_closest_marker("on_any_database"):
            item.add_marker("storing")


def pytest_unconfigure() -> None:
    if _IS_FIRST:
        shutil.rmtree(_RUN, ignore_errors=True)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("needs"):
        for part in mark.args:
            parts.require(part)


@pytest.fixture(autouse=True)
def _connections_of_threads_end_with_the_test() -> Iterator[None]:
    yield
    from healthchat.database import looker, readers, writer

    writer.close()
    readers.close()
    looker.close()


@pytest.fixture
def alice(db: None, django_user_model: type[User]) -> User:
    return django_user_model.objects.create_user("alice", password=PASSWORD)


@pytest.fixture
def charlie(db: None, django_user_model: type[User]) -> User:
    return django_user_model.objects.create_user("charlie", password=PASSWORD)


@pytest.fixture
def alices(alice: User) -> Client:
    """Alice's browser."""
    return _signed_in(alice)


@pytest.fixture
def charlies(charlie: User) -> Client:
    """Charlie's browser."""
    return _signed_in(charlie)


@pytest.fixture
def conversation(alice: User) -> Conversation:
    """A conversation of Alice's, with nothing in it."""
    from healthchat.chat.models import Conversation

    return Conversation.objects.create(owner=alice)


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The URL of a PostgreSQL of this session's own, as `DATABASE_URL` takes it."""
    parts.require("postgresql")
    with subprocess.Popen(
        [ROOT / ".ci" / "with-postgresql", "sh", "-c", 'echo "$DATABASE_URL"; cat'],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process.stdout.readline().strip()
        process.stdin.close()
        process.wait(START_SECONDS)


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a Redis of this session's own, as `REDIS_URL` takes it; it listens on a socket and stores nothing."""
    program = parts.require("redis")
    folder = tmp_path_factory.mktemp("redis")
    command = [program, "--port", "0", "--unixsocket", folder / "redis.sock", "--save", "", "--dir", folder]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        yield f"unix://{folder / 'redis.sock'}"
        process.terminate()
        process.wait(START_SECONDS)


def _place(item: pytest.Item) -> int:
    return next((place for place, start in enumerate(SLOWEST) if item.nodeid.startswith(start)), len(SLOWEST))


def _stores(item: pytest.Item) -> bool:
    fixtures = getattr(item, "fixturenames", ())
    return item.get_closest_marker("django_db") is not None or not STORING.isdisjoint(fixtures)


def _signed_in(user: User) -> Client:
    from django.test import Client

    client = Client()
    client.force_login(user)
    return client
