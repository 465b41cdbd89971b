"""A server that is killed while specialists work with a model outside it: what is finished is not paid for again."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.faults.client import Address, Caller
from tests.faults.conftest import DEMO_PATIENT
from tests.faults.server import serving
from tests.llm.provider import Fault, Provider

QUESTION = "Summarise my health for a new doctor"
SLOW = "pharmacy"
LOOK_SECONDS = 0.1
LONGEST_SECONDS = 600


@pytest.mark.faults_long
async def test_it_pays_for_no_finished_specialist_again_after_a_kill(tmp_path: Path) -> None:
    provider = Provider("anthropic", faults=[Fault("stall", SLOW, times=1)])
    async with provider.serving(), asyncio.timeout(LONGEST_SECONDS):
        environment = {
            "HEALTHCHAT_MODEL": "anthropic:scripted",
            "ANTHROPIC_BASE_URL": provider.url,
        }
        with serving(tmp_path, **environment) as server:
            await asyncio.to_thread(server.manage, "shell", "--command", DEMO_PATIENT)
            caller = Caller(Address.of(server))
            run = (await caller.ask(QUESTION)).json()["run"]
            before = await until(caller, run, lambda types: types.count("finding") >= 3)
            finished = {event["specialist"] for event in before if event["type"] == "finding"}

            await asyncio.to_thread(server.kill)
            asked_before = len(provider.asked)
            await asyncio.to_thread(server.start)
            events = await until(caller, run, lambda types: "done" in types)

    asked_again = {name for name in finished for asked in provider.asked[asked_before:] if names(asked.prompt, name)}
    assert asked_again == set()
    assert any(names(asked.prompt, SLOW) for asked in provider.asked[asked_before:])
    found = [event["specialist"] for event in events if event["type"] == "finding"]
    assert len(found) == len(set(found))
    assert SLOW in found
    assert [event["status"] for event in events if event["type"] == "done"] == ["complete"]
    assert [event["unknown"] for event in events if event["type"] == "gap"] == []


async def until(caller: Caller, run: str, enough: Any) -> list[dict[str, Any]]:
    """What is recorded of the run, once it is enough."""
    while True:
        answer = await caller.call("GET", f"/api/runs/{run}/events")
        events = [event["data"] for event in answer.json()["events"]]
        if enough([event["type"] for event in events]):
            return events
        await asyncio.sleep(LOOK_SECONDS)


def names(prompt: str, specialist: str) -> bool:
    return f'"specialist":"{specialist}"' in prompt
