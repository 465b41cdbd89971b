"""The real team, killed in the middle of its work: what was finished stays finished, and the page shows the truth."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, async_playwright

from tests import parts
from tests.browser.conftest import ARGUMENTS
from tests.faults.checker import check, fold, stored
from tests.faults.client import Address, Caller, EventSource
from tests.faults.history import Asked, History
from tests.faults.server import Server

pytestmark = pytest.mark.on_any_database("test_kills.py kills on each, and this one is about what a team had finished")

TOKENS = 40
EVERY_MILLISECONDS = 40
THINK_MILLISECONDS = 150
LONGEST_CONSULTATION_SECONDS = 3.0
LONGEST_SECONDS = 1_800.0
SHOWN_SECONDS = 60.0
LOOK_SECONDS = 0.02
QUESTION = (
    "Please summarise my health: how have my cholesterol, HbA1c, blood pressure and kidneys changed, "
    "and do my medicines interact?"
)
ONCE = ("triage", "understanding", "plan", "grounding", "usage")
OF_SPECIALISTS = ("specialist_update", "tool_call", "tool_result", "finding")


@pytest.fixture(scope="module")
def team(serve_team: Callable[..., Server]) -> Server:
    return serve_team(tokens=TOKENS, every_ms=EVERY_MILLISECONDS, think_ms=THINK_MILLISECONDS)


@pytest.fixture
async def browser() -> AsyncIterator[BrowserContext]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=parts.require("chromium"), args=ARGUMENTS)
        yield await chromium.new_context()
        await chromium.close()


@pytest.mark.parametrize("kills", [4, pytest.param(30, marks=pytest.mark.faults_long)])
async def test_it_repeats_nothing_that_was_finished_before_a_kill(team: Server, kills: int) -> None:
    chance = random.Random(kills)
    caller = Caller(Address.of(team))
    history = History()
    cut_short = 0

    async with asyncio.timeout(LONGEST_SECONDS):
        for kill in range(kills):
            asked = history.acknowledged(QUESTION, (await caller.ask(QUESTION)).json())
            watching = asyncio.ensure_future(EventSource(caller, asked.feed, asked.reader()).watch())
            # Spread over the whole consultation, however many there are.
            await asyncio.sleep((kill + chance.random()) / kills * LONGEST_CONSULTATION_SECONDS)
            await asyncio.to_thread(team.kill)
            await asyncio.to_thread(team.start)
            await watching
            cut_short += (await stored(caller, asked)).run["attempt"] > 1

    await check(history, caller, tokens=TOKENS)
    repeated = [line for asked in history.asked for line in repetitions((await stored(caller, asked)).events)]
    assert repeated == []
    assert cut_short >= kills // 2


@pytest.mark.needs("chromium")
@pytest.mark.parametrize(
    ("kills", "seconds"), [(2, SHOWN_SECONDS), pytest.param(20, 5.0, marks=pytest.mark.faults_long)]
)
async def test_it_shows_the_truth_in_the_browser_soon_after_a_restart(
    team: Server, browser: BrowserContext, kills: int, seconds: float
) -> None:
    chance = random.Random(-kills)
    page = await browser.new_page()
    await page.goto(f"http://{team.host}:{team.port}/")
    took = []
    cut_short = 0

    for kill in range(kills):
        await page.get_by_label("Your question").fill(QUESTION)
        await page.keyboard.press("Enter")
        turn = page.locator("chat-turn").nth(kill)
        await turn.locator("[data-progress-text]", has_text=re.compile("looking at|Putting|Writing")).wait_for()
        await asyncio.sleep((kill + chance.random()) / kills * 0.6 * LONGEST_CONSULTATION_SECONDS)
        asked = Asked(QUESTION, (await turn.get_attribute("data-run")) or "", page.url.rstrip("/").rpartition("/")[2])

        await asyncio.to_thread(team.kill)
        await asyncio.to_thread(team.start)
        began = time.monotonic()

        caller = Caller(Address.of(team), await session_of(browser))
        async with asyncio.timeout(SHOWN_SECONDS):
            while not await agrees(page, kill, caller, asked):  # noqa: ASYNC110
                await asyncio.sleep(LOOK_SECONDS)
        took.append(time.monotonic() - began)
        at_the_end = await stored(caller, asked)
        async with asyncio.timeout(SHOWN_SECONDS):
            while await shown(page, kill) != ("complete", words(fold([e["data"] for e in at_the_end.events]))):  # noqa: ASYNC110
                await asyncio.sleep(LOOK_SECONDS)
        cut_short += at_the_end.run["attempt"] > 1
        assert len(words(at_the_end.messages[at_the_end.run["answer"]]["content"])) == TOKENS
        assert list(repetitions(at_the_end.events)) == []

    print(f"the page agreed with the log after {[round(one, 2) for one in took]} s")  # noqa: T201
    assert cut_short >= kills // 2
    assert max(took) <= seconds


def repetitions(events: list[dict[str, Any]]) -> list[str]:
    """What happened twice, or was done again though it was finished before the restart."""
    happened = [event["data"] for event in events]
    types = [event["type"] for event in happened]
    twice = [f"{types.count(name)} times {name}" for name in ONCE if types.count(name) != 1]
    planned = [task["specialist"] for event in happened if event["type"] == "plan" for task in event["tasks"]]
    found = [event["specialist"] for event in happened if event["type"] == "finding"]
    if sorted(found) != sorted(planned):
        twice.append(f"{planned} were asked, and {found} reported")
    finished: set[str] = set()
    restarted: set[str] = set()
    for event in happened:
        if event["type"] == "restart":
            restarted = set(finished)
        elif event["type"] == "finding":
            finished.add(event["specialist"])
        if event["type"] in OF_SPECIALISTS and event.get("specialist") in restarted:
            twice.append(f"{event['specialist']} was asked again: {event['type']}")
    return twice


async def agrees(page: Page, number: int, caller: Caller, asked: Asked) -> bool:
    """Whether the page shows a state that the log had at or after the restart."""
    status, seen = await shown(page, number)
    answer = await caller.call("GET", f"/api/runs/{asked.run}/events?after={asked.run}:0")
    if answer.status != 200:
        return False
    events = [event["data"] for event in answer.json()["events"]]
    if status == "complete":
        return bool(events) and events[-1]["type"] == "done" and seen == words(fold(events))
    since = max((place for place, event in enumerate(events) if event["type"] == "restart"), default=None)
    if since is None:
        return False
    connected = await page.locator("[data-connection]").get_attribute("data-state") == "connected"
    return connected and any(seen == words(fold(events[:end])) for end in range(since + 1, len(events) + 1))


async def shown(page: Page, number: int) -> tuple[str, list[str]]:
    """The status and the scripted words of a turn, as the page has them at one moment."""
    status, text = (
        await page.locator("chat-turn")
        .nth(number)
        .evaluate("turn => [turn.dataset.status, turn.querySelector('[data-text]').innerText]")
    )
    return ("under way" if status in ("queued", "running") else status), words(text)


def words(text: str) -> list[str]:
    return re.findall(r"m=\d+", text)


async def session_of(browser: BrowserContext) -> str:
    [session] = [cookie for cookie in await browser.cookies() if cookie["name"] == "sessionid"]
    return f"sessionid={session['value']}"
