"""A server that is killed while specialists work with a model outside it: what is finished is not paid for again."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from agents.brief import TaskBrief
from tests.faults.client import Address, Caller
from tests.faults.conftest import DEMO_PATIENT
from tests.faults.server import serving
from tests.llm.provider import Fault, Provider

QUESTION = "Summarise my health for a new doctor"
SLOW = "pharmacy"
WAIT_SECONDS = 10
LONGEST_SECONDS = 240


@pytest.mark.parametrize(
    ("speaks", "kills"),
    [
        ("anthropic", 1),
        *(pytest.param(speaks, 2, marks=pytest.mark.faults_long) for speaks in ("anthropic", "openai-chat")),
    ],
)
async def test_it_pays_for_no_finished_specialist_again_after_a_kill(speaks: str, kills: int, tmp_path: Path) -> None:
    # It holds the run up until the last kill.
    provider = Provider(speaks, faults=[Fault("stall", SLOW, times=kills)])
    async with provider.serving(), asyncio.timeout(LONGEST_SECONDS):
        environment = {
            "HEALTHCHAT_MODEL": f"{speaks}:scripted",
            "ANTHROPIC_BASE_URL": provider.url,
            "OPENAI_BASE_URL": f"{provider.url}/v1",
        }
        with serving(tmp_path, **environment) as server:
            await asyncio.to_thread(server.manage, "shell", "--command", DEMO_PATIENT)
            caller = Caller(Address.of(server))
            watched = Watched(caller, (await caller.ask(QUESTION)).json()["run"])
            asked_again: set[str] = set()
            for kill in range(1, kills + 1):
                await watched.until(findings=2 * kill)
                await asyncio.to_thread(server.kill)
                finished, asked = watched.finished, len(provider.asked)
                await asyncio.to_thread(server.start)
                await watched.until(attempt=kill + 1, findings=2 * kill + 1)
                asked_again |= finished & set(specialists_of(provider, since=asked))
            await watched.to_the_end()
            asked_again |= finished & set(specialists_of(provider, since=asked))

    assert asked_again == set()
    assert SLOW in specialists_of(provider, since=asked)
    found = [event["specialist"] for event in watched.of("finding")]
    assert len(found) == len(set(found))
    assert SLOW in found
    assert [event["status"] for event in watched.of("done")] == ["complete"]
    assert watched.of("gap") == []


class Watched:
    """What is recorded of a run, read page by page."""

    def __init__(self, caller: Caller, run: str) -> None:
        self.events: list[dict[str, Any]] = []
        self._caller = caller
        self._address = f"/api/runs/{run}/events"
        self._cursor = ""

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == kind]

    @property
    def finished(self) -> set[str]:
        return {event["specialist"] for event in self.of("finding")}

    async def until(self, *, findings: int = 0, attempt: int = 1) -> None:
        """Read on until so many specialists have finished, in that attempt."""
        while len(self.finished) < findings or len(self.of("restart")) < attempt - 1:
            assert not self.of("done"), self.of("gap")
            await self._read()

    async def to_the_end(self) -> None:
        while not self.of("done"):  # noqa: ASYNC110 - it waits for what comes next
            await self._read()

    async def _read(self) -> None:
        answer = await self._caller.call("GET", f"{self._address}?wait={WAIT_SECONDS}&after={self._cursor}")
        page = answer.json()
        self.events += [event["data"] for event in page["events"]]
        self._cursor = page["cursor"]


def specialists_of(provider: Provider, *, since: int) -> list[str]:
    """For whom the provider was asked, from its request of that number on."""
    prompts = [asked.prompt for asked in provider.asked[since:] if asked.of_specialist]
    return [TaskBrief.from_prompt(prompt).specialist for prompt in prompts]
