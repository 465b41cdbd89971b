"""axe-core finds nothing to complain of, in light and in dark, and on a phone."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, ViewportSize, expect

from tests.browser.conftest import ONE_LOOP, NewVisitor, Visitor, ask
from tests.browser.test_page import EMERGENCY, PHONE, QUESTION, complete, sideways
from tests.served import Served

pytestmark = ONE_LOOP

PATHS = ("/", "/login/", "/signup/", "/password/forgotten/", "/archive/")
EVERY_RULE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
RULES_OF_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""Those that axe has in its category of colours: no other looks at what light and dark differ in."""
END_TRANSITIONS = "document.getAnimations().forEach(one => one instanceof CSSTransition && one.finish())"
"""Or a colour may be looked at on its way from light to dark."""
DESK = {"width": 1280, "height": 720}
ZOOMED = {"width": 640, "height": 400}
"""A laptop's screen at 200 %."""


async def complaints(page: Page, *, theirs: tuple[str, ...] = ()) -> list[str]:
    """What axe finds in light and in dark, but for what stands inside of parts that are not ours to change."""
    found = await violations(page, EVERY_RULE, theirs)
    await page.emulate_media(color_scheme="dark")
    await page.evaluate(END_TRANSITIONS)
    found += await violations(page, RULES_OF_COLOURS, theirs)
    await page.emulate_media(color_scheme="light")
    return found


async def violations(page: Page, rules: Any, theirs: tuple[str, ...]) -> list[str]:
    context = {"exclude": [[part] for part in theirs]} if theirs else None
    options = {"runOnly": rules, "resultTypes": ["violations"], "preload": False}
    found = await Axe().run(page, context=context, options=options)
    return [
        f"{one['id']}: {node['html'][:120]} {node['failureSummary'][:200]}"
        for one in found.response["violations"]
        for node in one["nodes"]
    ]


async def test_it_finds_nothing_on_a_page(visitor: Visitor) -> None:
    page = await visitor.open()
    found: dict[str, list[str]] = {}

    for path in PATHS:
        await page.goto(visitor.url + path)
        found[path] = await complaints(page)

    assert found == {path: [] for path in PATHS}


@pytest.mark.parametrize(
    ("options", "sizes"), [({}, [DESK, ZOOMED]), (PHONE, [PHONE["viewport"]])], ids=["desk", "phone"]
)
@pytest.mark.parametrize("question", [QUESTION, EMERGENCY], ids=["answer", "emergency"])
async def test_it_finds_nothing_in_a_conversation(
    new_visitor: NewVisitor, chat: Served, question: str, options: dict[str, Any], sizes: list[ViewportSize]
) -> None:
    page = await (await new_visitor(chat, **options)).open()
    await ask(page, question)
    await complete(page)
    for part in await page.locator("details:not(.menu)").all():
        await part.evaluate("part => { part.open = true }")

    for size in sizes:
        await page.set_viewport_size(size)
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
