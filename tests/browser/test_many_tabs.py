"""Eight tabs of one browser, which has six connections for all of them."""

from __future__ import annotations

import asyncio
import re

from playwright.async_api import Page, expect

from tests.browser.conftest import ONE_LOOP, Visitor, ask
from tests.browser.test_streaming import assert_whole, begun, complete

pytestmark = ONE_LOOP

TABS = 8
CONNECTIONS = 6
QUESTION = "How is my cholesterol?"
POST = """async () => {
  const body = JSON.stringify({ message: "And my kidneys?" })
  const headers = { "Content-Type": "application/json" }
  const response = await fetch("/api/chat/message", { method: "POST", headers, body })
  return response.status
}"""


class Feeds:
    """The feeds of conversations that a browser has open, and the most that it had.

    One that is given up may be reported as ended only after the next was begun.
    """

    def __init__(self, visitor: Visitor) -> None:
        self.open = 0
        self.most = 0
        visitor.context.on("request", lambda request: self._count(request.url, 1))
        for ended in ("requestfinished", "requestfailed"):
            visitor.context.on(ended, lambda request: self._count(request.url, -1))

    def _count(self, url: str, change: int) -> None:
        if "/api/conversations/" in url:
            self.open += change
            self.most = max(self.most, self.open)


async def tabs_of(visitor: Visitor, address: str) -> list[Page]:
    path = address.removeprefix(visitor.url)
    return await asyncio.gather(*(visitor.open(path) for _ in range(TABS - 1)))


async def test_it_shows_the_answer_in_eight_tabs_and_takes_a_question_meanwhile(slow_visitor: Visitor) -> None:
    feeds = Feeds(slow_visitor)
    first = await slow_visitor.open()
    await ask(first, "A first question")
    await complete(first)
    pages = [first, *await tabs_of(slow_visitor, first.url)]

    await ask(first, QUESTION)
    for page in pages:
        await begun(page, 1)
    posted = asyncio.create_task(pages[-1].evaluate(POST))
    for page in pages:
        await expect(page.locator("[data-connection]")).to_have_text(re.compile("Connected|Done"))

    assert await posted == 201
    for page in pages:
        await complete(page, 1)
        await assert_whole(page, 1)
    assert feeds.open == 1
    assert feeds.most < CONNECTIONS


async def test_it_goes_on_in_the_other_tabs_when_the_one_that_leads_is_closed(slow_visitor: Visitor) -> None:
    first = await slow_visitor.open()
    await ask(first, "A first question")
    await complete(first)
    pages = await tabs_of(slow_visitor, first.url)
    await ask(pages[0], QUESTION)
    await begun(pages[1], 1)

    await first.close()

    for page in pages:
        await complete(page, 1)
        await assert_whole(page, 1)


async def test_it_follows_eight_conversations_at_once(slow_visitor: Visitor) -> None:
    feeds = Feeds(slow_visitor)
    # The first question makes a guest of the visitor: the others are asked by the same one.
    first = await slow_visitor.open()
    await ask(first, "Question 0")
    await begun(first)
    pages = [first, *await tabs_of(slow_visitor, "/")]

    for number, page in enumerate(pages[1:], 1):
        await ask(page, f"Question {number}")

    for page in pages:
        await complete(page)
        await assert_whole(page)
    assert feeds.most < CONNECTIONS
