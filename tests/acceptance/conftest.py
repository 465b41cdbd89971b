from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.served import Served, serve


@pytest.fixture(scope="session")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """What `make run` serves."""
    with serve(tmp_path_factory.mktemp("chat"), command="demo", HEALTHCHAT_GUESTS="true") as served:
        yield served


@pytest.fixture
def visitor(chat: Served) -> Iterator[httpx.Client]:
    with chat.client() as client:
        yield client
