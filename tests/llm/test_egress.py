"""Nothing leaves this machine unless somebody has said that it may."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from agents.access import Access, is_loopback, leaves_machine
from agents.events import Citation, Receipt
from agents.limits import Limits
from agents.models import ModelUnavailable, model_named
from agents.outside import OutsideModel
from agents.records import Observation
from agents.transport import NotPermitted, TooLarge, client
from tests.agents.rows import someone
from tests.llm.consulting import LATEST, SUMMARY, consulted, only
from tests.llm.provider import Provider, deaf

ROOT = Path(__file__).resolve().parents[2]
REMOTE = {
    "openai:gpt-5": {"OPENAI_API_KEY": "made-up"},
    "openai-chat:gpt-5": {"OPENAI_API_KEY": "made-up", "OPENAI_BASE_URL": "http://192.0.2.1:8000/v1"},
    "anthropic:claude-sonnet-4-5": {"ANTHROPIC_API_KEY": "made-up"},
    "ollama:llama3": {"OLLAMA_BASE_URL": "http://ollama.example.org/v1"},
    "openai:local": {"OPENAI_API_KEY": "made-up", "OPENAI_BASE_URL": "http://127.0.0.1.example.org/v1"},
}
WATCHED = """
import sys, asyncio
opened = []
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        opened.append(event)
sys.addaudithook(watch)

from datetime import datetime, timezone
from agents.access import Access
from agents.consultation import process_query
from agents.events import Gap, Receipt, Text
from agents.query import Query
from agents.records import Patient, Records

async def main():
    query = Query(text="What was my last HbA1c?", now=datetime(2021, 4, 1, tzinfo=timezone.utc))
    access = Access(variables={VARIABLES})
    answering = process_query(query, records=Records(Patient()), model={MODEL!r}, access=access, fall_back=True)
    return [event async for event in answering]

events = asyncio.run(main())
assert any(isinstance(event, Gap) for event in events)
assert any(isinstance(event, Text) for event in events)
receipt = next(event for event in events if isinstance(event, Receipt))
assert (receipt.written_by, receipt.endpoint, receipt.sent) == ("rules", None, ())
print("opened:", opened)
"""


@pytest.mark.parametrize("model", REMOTE)
def test_it_refuses_a_model_on_another_machine(model: str) -> None:
    with pytest.raises(ModelUnavailable, match="not this machine"):
        model_named(model, access=Access(variables=REMOTE[model]))


@pytest.mark.parametrize("model", REMOTE)
def test_it_opens_no_socket_for_a_model_on_another_machine(model: str) -> None:
    program = WATCHED.replace("{VARIABLES}", repr(REMOTE[model])).replace("{MODEL!r}", repr(model))

    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ
        | REMOTE[model]
        | {"HTTPS_PROXY": "http://192.0.2.2:3128", "HTTP_PROXY": "http://192.0.2.2:3128"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ran.stdout.strip() == "opened: []", ran.stderr


async def test_the_way_out_itself_lets_nothing_through() -> None:
    async with client(Access(), limits=Limits()) as http:
        for address in (
            "http://192.0.2.1/",
            "https://example.org/",
            "http://localhost.example.org/",
            "http://10.0.0.1/",
        ):
            with pytest.raises(NotPermitted):
                await http.post(address, content=b"{}")


async def test_the_way_out_ends_what_grows_too_large() -> None:
    talkative = Provider("openai-chat", mind=lambda asked: ["long " * 100])
    body = {"messages": [{"role": "user", "content": "x"}]}

    async with talkative.serving(), client(Access(), limits=Limits(response_bytes=100)) as http:
        with pytest.raises(TooLarge):
            await http.post(f"{talkative.url}/v1/chat/completions", json=body)


async def test_the_way_out_gives_up_who_does_not_let_it_in_whatever_a_client_says() -> None:
    with deaf() as url:
        async with client(Access(), limits=Limits(connect_seconds=0.2)) as http, asyncio.timeout(30):
            with pytest.raises(httpx2.ConnectTimeout):
                await http.post(url, timeout=600)


async def test_the_way_out_follows_no_redirect() -> None:
    async with client(Access(egress="remote"), limits=Limits()) as http:
        assert http.follow_redirects is False
        assert isinstance(http, httpx2.AsyncClient)


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("http://127.0.0.1:8080/v1", True),
        ("http://127.8.9.10/v1", True),
        ("http://[::1]:11434/v1", True),
        ("http://localhost:11434", True),
        ("http://0.0.0.0/", False),
        ("http://localhost.example.org/", False),
        ("http://user@example.org:127/", False),
        ("http://127.0.0.1@example.org/", False),
        ("http://10.0.0.1/", False),
        ("http://[::ffff:192.0.2.1]/", False),
        ("http://[bad", False),
        ("", False),
        (None, False),
    ],
)
def test_it_knows_this_machine(address: str | None, local: bool) -> None:
    assert is_loopback(address) is local


@pytest.mark.parametrize(
    ("model", "variables", "leaves"),
    [
        ("rules", {}, False),
        ("scripted:tokens=3", {}, False),
        ("ollama:llama3", {}, False),
        ("openai:gpt-5", {}, True),
        ("openai:local", {"OPENAI_BASE_URL": "http://localhost:8080/v1"}, False),
        ("anthropic:claude-sonnet-4-5", {}, True),
        ("groq:llama", {}, True),
    ],
)
def test_it_tells_which_models_are_elsewhere(model: str, variables: dict[str, str], leaves: bool) -> None:
    assert leaves_machine(model, variables) is leaves


@pytest.mark.parametrize(
    ("model", "variable"), [("openai:gpt-5", "OPENAI_API_KEY"), ("anthropic:claude-sonnet-4-5", "ANTHROPIC_API_KEY")]
)
def test_it_says_which_key_is_missing(model: str, variable: str) -> None:
    with pytest.raises(ModelUnavailable, match=f"needs a key: set {variable}"):
        model_named(model, access=Access(egress="remote"))


def test_it_takes_a_model_elsewhere_where_that_is_permitted() -> None:
    model = model_named("openai:gpt-5", access=Access(egress="remote", variables={"OPENAI_API_KEY": "made-up"}))

    assert isinstance(model, OutsideModel)
    assert model.address.startswith("https://api.openai.com/v1")


def test_a_server_like_openai_s_is_asked_for_chat_completions() -> None:
    access = Access(variables={"OPENAI_BASE_URL": "http://127.0.0.1:8080/v1"})

    model = model_named("openai:local", access=access)

    assert isinstance(model, OutsideModel)
    assert type(model.wrapped).__name__ == "OpenAIChatModel"


async def test_no_id_of_a_record_is_handed_over_and_every_citation_has_its_own() -> None:
    provider, person = Provider("openai-chat"), someone()

    events = await consulted(provider, SUMMARY, records=person)

    handed = " ".join(str(asked.body) for asked in provider.asked)
    ids = {row.evidence for row in person.rows if isinstance(row, Observation)}
    cited = {row for citation in only(events, Citation) for row in citation.evidence}
    assert [row for row in ids if row in handed] == []
    assert cited & ids
    assert cited <= {row.evidence for row in person.rows}


async def test_a_receipt_names_what_was_handed_over_and_to_whom() -> None:
    provider = Provider("openai-chat")

    receipt: Receipt = only(await consulted(provider, LATEST), Receipt)[0]

    handed = " ".join(str(asked.body) for asked in provider.asked)
    observations = next(sent for sent in receipt.sent if sent.kind == "observation")
    assert observations.records >= 1
    assert "2020-04-13" in handed
    assert {sent.kind for sent in receipt.sent} <= {"observation", "derived"}
    assert "Warfarin" not in handed
