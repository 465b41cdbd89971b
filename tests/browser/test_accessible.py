"""axe-core finds nothing to complain of, in light and in dark, and on a phone."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.browser.conftest import ONE_LOOP, NewVisitor, ask
from tests.browser.test_page import EMERGENCY, PHONE, QUESTION, complete, sideways
from tests.served import Served

pytestmark = ONE_LOOP

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
ZOOMED = {"viewport": {"width": 640, "height": 400}}
"""A laptop's screen at 200 %."""


async def complaints(page: Page, *, theirs: tuple[str, ...] = ()) -> list[str]:
    """What axe finds, but for what stands inside of parts that are not ours to change."""
    context = {"exclude": [[part] for part in theirs]} if theirs else None
    found = await Axe().run(page, context=context, options=RULES | {"preload": False})
    return [
        f"{one['id']}: {node['html'][:120]} {node['failureSummary'][:200]}"
        for one in found.response["violations"]
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/login/", "/signup/", "/password/forgotten/", "/archive/"])
async def test_it_finds_nothing_on_a_page(new_visitor: NewVisitor, chat: Served, path: str, scheme: str) -> None:
    page = await (await new_visitor(chat, color_scheme=scheme)).open(path)

    assert await complaints(page) == []


@pytest.mark.parametrize(
    "options", [{}, {"color_scheme": "dark"}, PHONE, ZOOMED], ids=["light", "dark", "phone", "200 %"]
)
@pytest.mark.parametrize("question", [QUESTION, EMERGENCY], ids=["answer", "emergency"])
async def test_it_finds_nothing_in_a_conversation(
    new_visitor: NewVisitor, chat: Served, question: str, options: dict[str, Any]
) -> None:
    page = await (await new_visitor(chat, **options)).open()
    await ask(page, question)
    await complete(page)
    for part in await page.locator("details:not(.menu)").all():
        await part.evaluate("part => { part.open = true }")

    assert await complaints(page) == []
    assert await sideways(page) == 0


async def test_it_finds_nothing_on_the_account_page(new_visitor: NewVisitor, chat: Served) -> None:
    page = await (await new_visitor(chat)).open("/signup/")
    await page.get_by_label("Username").fill("accessible")
    await page.get_by_label("Password", exact=True).fill("correct horse battery")
    await page.get_by_label("Password confirmation").fill("correct horse battery")
    await page.get_by_role("button", name="Create the account").click()
    await page.goto(chat.url + "/account/")
    await page.get_by_label("What it is for").fill("notebook")
    await page.get_by_role("button", name="Make a token").click()
    await expect(page.get_by_label("The new access token")).to_have_value(pattern())

    assert await complaints(page) == []
    for path in ("/account/password/", "/account/email/", "/account/second-factor/"):
        await page.goto(chat.url + path)
        assert await complaints(page) == []


def pattern() -> Any:
    import re

    return re.compile(r"hc_[\w-]{43}")
