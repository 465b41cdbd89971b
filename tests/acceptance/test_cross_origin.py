"""Which other origins' pages may call."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.served import Served, events_of, serve

OTHER = "https://app.example.org"
FROM_OTHER = {"Origin": OTHER, "Sec-Fetch-Site": "cross-site"}
PREFLIGHT = {
    "Origin": OTHER,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "content-type",
}


@pytest.fixture(scope="module")
def open_to_other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("open")
    with serve(folder, HEALTHCHAT_GUESTS="true", HEALTHCHAT_CORS_ORIGINS=OTHER) as served:
        yield served


def test_it_lets_no_other_origin_in_by_itself(visitor: httpx.Client) -> None:
    asked = visitor.get("/api/chat/stream", params={"message": "a"}, headers=FROM_OTHER)
    preflight = visitor.options("/api/chat/message", headers=PREFLIGHT)

    assert asked.status_code == 403
    assert "access-control-allow-origin" not in asked.headers
    assert "access-control-allow-origin" not in preflight.headers


def test_it_lets_a_named_origin_watch(open_to_other: Served) -> None:
    with (
        open_to_other.client(**FROM_OTHER) as page,
        page.stream("GET", "/api/chat/stream", params={"message": "hello"}) as response,
    ):
        names = [event.event for event in events_of(response)]

    assert response.headers["access-control-allow-origin"] == OTHER
    assert names[-1] == "done"


def test_it_lets_a_named_origin_ask(open_to_other: Served) -> None:
    with open_to_other.client(**FROM_OTHER) as page:
        preflight = page.options("/api/chat/message", headers=PREFLIGHT)
        response = page.post("/api/chat/message", json={"message": "hello"})

    assert preflight.headers["access-control-allow-origin"] == OTHER
    assert "content-type" in preflight.headers["access-control-allow-headers"]
    assert response.status_code == 201
    assert response.headers["access-control-allow-origin"] == OTHER


def test_it_lets_no_unnamed_origin_in_beside_it(open_to_other: Served) -> None:
    with open_to_other.client(Origin="https://evil.example", **{"Sec-Fetch-Site": "cross-site"}) as page:
        response = page.post("/api/chat/message", json={"message": "hello"})

    assert response.status_code == 403
    assert "access-control-allow-origin" not in response.headers
