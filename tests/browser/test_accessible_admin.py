"""axe-core finds nothing of ours in the administration and in the API's description, in light and in dark."""

from __future__ import annotations

import re

from playwright.async_api import Page

from tests.browser.conftest import ONE_LOOP, NewVisitor, Visitor, ask
from tests.browser.test_accessible import complaints
from tests.browser.test_page import QUESTION, complete
from tests.served import Served

pytestmark = ONE_LOOP

ADMIN = re.compile(r"as (admin), password (\S+) ")
THEIRS = ("#searchbar", "#swagger-ui")
"""Django's field of search, and Swagger UI."""


async def administrator(visitor: Visitor, chat: Served) -> Page:
    """The list of runs, of which there is one."""
    asking = await visitor.open()
    await ask(asking, QUESTION)
    await complete(asking)
    await visitor.context.clear_cookies()
    page = await visitor.open("/admin/login/?next=/admin/chat/run/")
    name, password = ADMIN.findall(chat.printed())[0]
    await page.get_by_label("Username").fill(name)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Log in").click()
    await page.locator("#result_list").wait_for()
    return page


async def test_it_finds_nothing_in_the_admin(new_visitor: NewVisitor, chat: Served) -> None:
    visitor = await new_visitor(chat, viewport={"width": 1360, "height": 900})
    page = await administrator(visitor, chat)

    found = await complaints(page, theirs=THEIRS)
    await page.locator("#result_list tbody th a").first.click()
    await page.get_by_label("Why do you need to see this?").wait_for()
    found += await complaints(page, theirs=THEIRS)
    await page.get_by_label("Why do you need to see this?").fill("A person has asked why it took so long.")
    await page.get_by_role("button", name=re.compile("Open for")).click()
    await page.locator(".seal-open").wait_for()
    found += await complaints(page, theirs=THEIRS)
    for model in ("conversation", "message", "event"):
        await page.goto(f"{chat.url}/admin/chat/{model}/")
        found += await complaints(page, theirs=THEIRS)

    assert found == []


async def test_it_finds_nothing_in_the_description_of_the_api(visitor: Visitor) -> None:
    page = await visitor.open("/api/docs/")
    await page.locator(".opblock").first.wait_for()

    assert await complaints(page, theirs=THEIRS) == []
