"""What cannot be taken: a clear sentence, a 4xx, and nothing stored."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.served import Served

NOBODYS = "00000000-0000-4000-8000-000000000000"
JSON = {"Content-Type": "application/json"}
CROSS_SITE = {"Sec-Fetch-Site": "cross-site"}


@pytest.fixture
def known(visitor: httpx.Client) -> Iterator[httpx.Client]:
    """A visitor who has asked one thing."""
    assert visitor.post("/api/chat/message", json={"message": "What was my latest HbA1c?"}).status_code == 201
    yield visitor
    assert visitor.get("/api/conversations/").json()["count"] == 1
    conversation = visitor.get("/api/conversations/").json()["results"][0]["id"]
    assert visitor.get(f"/api/conversations/{conversation}/runs/").json()["count"] == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b'{"message": ""}', 422, id="empty"),
        pytest.param(b'{"message": " \\n\\t "}', 422, id="blank"),
        pytest.param(b"{}", 422, id="without a message"),
        pytest.param(b'{"message": 7}', 422, id="a number"),
        pytest.param(b'{"message": ["a"]}', 422, id="a list"),
        pytest.param(b'{"message": "%s"}' % (b"a" * 100_000), 413, id="100 kB"),
        pytest.param(b'{"message": "%s"}' % (b"a" * 9_000_000), 413, id="9 MB"),
        pytest.param(b'{"message": "a', 400, id="broken off"),
        pytest.param(b"[]", 400, id="not an object"),
        pytest.param(b"", 400, id="nothing"),
        pytest.param(b"\xff\xfe", 400, id="not UTF-8"),
        pytest.param(b"[" * 100_000, 400, id="nested too deep"),
        pytest.param(b'{"message": "a", "model": "other"}', 422, id="an unknown field"),
        pytest.param(b'{"message": "a", "conversation": 7}', 422, id="a conversation that is no text"),
        pytest.param(b'{"message": "a", "conversation": "%s"}' % NOBODYS.encode(), 404, id="an unknown conversation"),
        pytest.param(b'{"message": "a", "conversation": "../../etc"}', 404, id="a conversation that is no id"),
        pytest.param(b'{"message": "a", "patient": "%s"}' % NOBODYS.encode(), 404, id="an unknown patient"),
    ],
)
def test_it_refuses_a_message(known: httpx.Client, body: bytes, status: int) -> None:
    response = known.post("/api/chat/message", content=body, headers=JSON)

    assert response.status_code == status
    assert is_a_sentence(response.json()["error"]["message"])


def test_it_refuses_what_is_not_json(known: httpx.Client) -> None:
    response = known.post("/api/chat/message", data={"message": "What was my latest HbA1c?"})

    assert response.status_code == 415
    assert is_a_sentence(response.json()["error"]["message"])


def test_it_refuses_somebody_elses_conversation(known: httpx.Client, chat: Served) -> None:
    conversation = known.get("/api/conversations/").json()["results"][0]["id"]
    with chat.client() as stranger:
        asked = stranger.post("/api/chat/message", json={"message": "And mine?", "conversation": conversation})
        own = stranger.post("/api/chat/message", json={"message": "And mine?"})
        asked_again = stranger.post("/api/chat/message", json={"message": "And mine?", "conversation": conversation})

    assert own.status_code == 201
    assert [asked.status_code, asked_again.status_code] == [404, 404]
    assert is_a_sentence(asked_again.json()["error"]["message"])


@pytest.mark.parametrize(
    ("address", "status"),
    [
        pytest.param("/api/chat/stream", 422, id="no message"),
        pytest.param("/api/chat/stream?message=", 422, id="an empty message"),
        pytest.param(f"/api/chat/stream?message=a&conversation={NOBODYS}", 404, id="an unknown conversation"),
        pytest.param(f"/api/chat/stream?message=a&after={NOBODYS}:3", 404, id="an unknown cursor"),
        pytest.param("/api/chat/stream?message=a&after=nonsense", 404, id="a cursor that is none"),
        pytest.param(f"/api/runs/{NOBODYS}/stream", 404, id="an unknown run"),
        pytest.param(f"/api/conversations/{NOBODYS}/stream", 404, id="an unknown conversation's feed"),
    ],
)
def test_it_refuses_to_open_a_feed(known: httpx.Client, address: str, status: int) -> None:
    response = known.get(address)

    assert response.status_code == status
    assert is_a_sentence(response.json()["error"]["message"])


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_it_refuses_another_site(known: httpx.Client, method: str) -> None:
    if method == "GET":
        response = known.get("/api/chat/stream", params={"message": "a"}, headers=CROSS_SITE)
    else:
        response = known.post("/api/chat/message", json={"message": "a"}, headers=CROSS_SITE)

    assert response.status_code == 403
    assert is_a_sentence(response.json()["error"]["message"])


def test_it_stores_what_no_database_takes_as_something_that_each_does(visitor: httpx.Client) -> None:
    started = visitor.post("/api/chat/message", content=b'{"message": "a\\u0000b\\ud800c"}', headers=JSON).json()

    messages = visitor.get(f"/api/conversations/{started['conversation']}/messages/").json()["results"]

    assert messages[0]["content"] == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"


def is_a_sentence(text: str) -> bool:
    return text[0].isupper() and text.endswith(".") and "Traceback" not in text
