"""Answering again: one specialist who failed, or an answer that was stopped. Both answers are kept and shown."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import ONE_LOOP, NewVisitor, Visitor, ask
from tests.served import Served

pytestmark = [
    ONE_LOOP,
    pytest.mark.skipif("DATABASE_URL" in os.environ, reason="writes a failure into the served SQLite file"),
]

QUESTION = "How has my HbA1c changed?"
UNKNOWN = "How your results move over time was not worked out."
GAP = (
    '{"type":"gap","timestamp":"2026-01-01T12:00:00Z","reason":"failed",'
    f'"unknown":"{UNKNOWN}","specialist":"data_analysis"}}'
)


async def complete(page: Page, number: int = 0) -> None:
    turn = page.locator("chat-turn").nth(number)
    await expect(turn).to_have_attribute("data-status", "complete")
    await expect(turn.locator("[data-progress]")).to_have_count(0)


async def answer_with_a_gap(visitor: Visitor, served: Served) -> Page:
    """A page with a complete answer in which data analysis failed."""
    page = await visitor.open()
    await page.get_by_label("Your question").fill(QUESTION)
    await page.get_by_role("button", name="Send").click()
    await complete(page)
    run = await page.locator("chat-turn").get_attribute("data-run")
    with closing(sqlite3.connect(served.data / "healthchat.sqlite3", timeout=20)) as database, database:
        changed = database.execute(
            "UPDATE chat_event SET type = 'gap', data = ? WHERE run_id = ? AND type = 'usage'", (GAP, UUID(run).hex)
        )
        assert changed.rowcount == 1
    await page.reload()
    return page


async def test_it_asks_a_failed_specialist_again_and_keeps_both_answers(visitor: Visitor, chat: Served) -> None:
    page = await answer_with_a_gap(visitor, chat)
    first, second = (page.locator("chat-turn").nth(n) for n in range(2))
    await expect(first).to_contain_text(UNKNOWN)

    await first.get_by_role("button", name="Ask data analysis again").click()
    await complete(page, 1)

    await expect(second).to_contain_text("2 / 2")
    await expect(second).not_to_contain_text(UNKNOWN)
    await expect(second.locator("[data-text]")).to_contain_text(re.compile(r"\d"))
    await expect(first).to_be_hidden()
    await expect(page.locator(".question-text:visible")).to_have_count(1)
    live = await page.locator("[data-turns]").inner_text()
    await page.reload()
    assert await page.locator("[data-turns]").inner_text() == live
    await page.get_by_role("link", name="Earlier version").click()
    await expect(page.locator("chat-turn")).to_contain_text(UNKNOWN)


async def test_it_asks_again_from_the_team(visitor: Visitor, chat: Served) -> None:
    page = await answer_with_a_gap(visitor, chat)
    member = page.locator("team-panel [data-specialist=data_analysis]")

    await member.get_by_role("button", name="Ask again").click()
    await complete(page, 1)

    await expect(member.locator(".member-status")).to_contain_text("finished")
    await expect(member.get_by_role("button", name="Ask again")).to_have_count(0)


async def test_it_asks_again_without_javascript(new_visitor: NewVisitor, chat: Served) -> None:
    plain = await new_visitor(chat, java_script_enabled=False)
    page = await answer_with_a_gap(plain, chat)

    await page.get_by_role("button", name="Ask data analysis again").click()
    await expect(page.locator("chat-turn")).to_contain_text("2 / 2")
    await complete(page)

    await expect(page.locator("chat-turn")).not_to_contain_text(UNKNOWN)


async def test_it_tries_again_after_a_stop_without_asking_a_new_question(slow_visitor: Visitor) -> None:
    page = await slow_visitor.open()
    await ask(page, QUESTION)
    await expect(page.locator("[data-text]")).to_contain_text("m=")
    await page.get_by_role("button", name="Stop").click()
    await expect(page.locator("chat-turn")).to_have_attribute("data-status", "cancelled")

    await page.get_by_role("button", name="Try again").click()
    await complete(page, 1)

    await expect(page.locator(".question-text:visible")).to_have_count(1)
    await expect(page.locator("chat-turn").first).to_be_hidden()
    await expect(page.get_by_role("button", name="Try again")).to_have_count(0)
