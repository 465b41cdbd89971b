from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.faults.server import Server, serving

DEMO_PATIENT = """
from django.utils import timezone
from healthchat.records.demo import ensure_demo_patient
ensure_demo_patient(timezone.localdate())
"""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "faults_long: runs for minutes; left out unless asked for with `-m faults_long`")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "faults_long" in config.getoption("markexpr"):
        return
    long = [item for item in items if item.get_closest_marker("faults_long")]
    items[:] = [item for item in items if item not in long]
    config.hook.pytest_deselected(items=long)


@pytest.fixture(scope="module")
def serve_team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Starts a server with the demo patient's records, where the real team answers with a script for its last words."""
    with ExitStack() as stack:

        def start(**options: object) -> Server:
            model = "scripted:" + ",".join(f"{name}={value}" for name, value in options.items())
            folder = tmp_path_factory.mktemp("team")
            server = stack.enter_context(serving(folder, HEALTHCHAT_MODEL=model))
            server.manage("shell", "--command", DEMO_PATIENT)
            return server

        yield start


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Starts a server whose runs are answered by the scripted model with these options."""
    with ExitStack() as stack:

        def start(**options: object) -> Server:
            model = "scripted:bare=1," + ",".join(f"{name}={value}" for name, value in options.items())
            folder = tmp_path_factory.mktemp("server")
            return stack.enter_context(serving(folder, HEALTHCHAT_MODEL=model))

        yield start
