"""A hundred payloads as messages, as a model's output and as records: no script runs, nothing is asked elsewhere."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import ONE_LOOP, NewVisitor
from tests.browser.payloads import EVIL, PAYLOADS
from tests.served import Served, run_command

pytestmark = ONE_LOOP

PASSWORD = "correct horse battery"
FILL = Path(__file__).with_name("filled.py")
WATCH = "window.pwned = () => { window.wasPwned = true }"


@pytest.fixture(scope="module")
def filled(chat: Served) -> dict[str, str]:
    """Somebody whose every word, answer, name and value is a payload: where to look at them."""
    done = run_command("shell", "-v0", "-c", FILL.read_text(), data=chat.data, HEALTHCHAT_GUESTS="true")
    assert done.returncode == 0, done.stderr[-2_000:]
    return dict(json.loads(re.findall(r"^FILLED (.*)$", done.stdout, re.MULTILINE)[0]))


async def signed_in(page: Page, name: str) -> None:
    await page.get_by_label("Username").fill(name)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name=re.compile("Sign in|Log in")).click()


async def test_it_runs_no_script_and_asks_nothing_elsewhere(
    new_visitor: NewVisitor, chat: Served, filled: dict[str, str]
) -> None:
    visitor = await new_visitor(chat)
    await visitor.context.add_init_script(WATCH)
    page = await visitor.open("/login/")
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    await signed_in(page, "mallory")
    await page.wait_for_url("**/")

    for path in filled.values():
        await page.goto(chat.url + path)
        for part in await page.locator("details").all():
            await part.evaluate("part => { part.open = true }")
        await page.evaluate("scrollTo(0, document.body.scrollHeight)")
        assert await page.evaluate("window.wasPwned === undefined"), path
        assert await page.locator(f"a[href^='javascript'], [src*='evil'], [href*='{EVIL}']").count() == 0, path

    assert len(PAYLOADS) == 100
    assert [url for url in requested if not url.startswith((chat.url, "data:"))] == []


async def test_it_shows_the_payloads_as_they_were_written(
    new_visitor: NewVisitor, chat: Served, filled: dict[str, str]
) -> None:
    page = await (await new_visitor(chat)).open("/login/")
    await signed_in(page, "mallory")
    await page.goto(chat.url + filled["conversation"])

    shown = await page.locator(".question-text").all_inner_texts()

    assert len(shown) == len(PAYLOADS)
    assert sum(text.strip() == payload.strip() for text, payload in zip(shown, PAYLOADS, strict=True)) >= 99


@pytest.mark.parametrize("number", [0, 50, 60, 63, 80])
async def test_it_runs_nothing_that_is_asked_live(new_visitor: NewVisitor, chat: Served, number: int) -> None:
    visitor = await new_visitor(chat)
    await visitor.context.add_init_script(WATCH)
    page = await visitor.open()

    await page.get_by_label("Your question").fill(PAYLOADS[number])
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator("chat-turn")).to_have_attribute("data-status", "complete")

    assert await page.evaluate("window.wasPwned === undefined")
