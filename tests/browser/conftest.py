"""A real browser on a real server. Every page that a test opens must end without a word on the browser's console."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests import parts
from tests.served import Served, serve

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TOKENS = 30
"""How many tokens the slow server's answers have; each is unlike all others."""
WAIT_MILLISECONDS = 30_000

ONE_LOOP = pytest.mark.asyncio(loop_scope="session")

NewVisitor = Callable[..., Awaitable["Visitor"]]

expect.set_options(timeout=WAIT_MILLISECONDS)


class Visitor:
    """Somebody's browser: a session of its own, and all that its pages complained of."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context = context
        self.url = url
        self.complaints: list[str] = []

    async def open(self, path: str = "/") -> Page:
        page = await self.context.new_page()
        page.on("console", lambda line: self._heard(line.type, line.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        await page.goto(self.url + path)
        return page

    def _heard(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)


@pytest.fixture(scope="session")
def chromium() -> str:
    return parts.require("chromium")


@pytest.fixture(scope="session")
def chat(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """What `make run` serves."""
    with serve(tmp_path_factory.mktemp("chat"), command="demo", HEALTHCHAT_GUESTS="true") as served:
        yield served


@pytest.fixture(scope="session")
def slow_chat(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server whose answers take their time."""
    script = f"scripted:bare=1,tokens={TOKENS},every_ms=90"
    folder = tmp_path_factory.mktemp("slow-chat")
    with serve(folder, HEALTHCHAT_GUESTS="true", HEALTHCHAT_MODEL=script) as served:
        yield served


# One browser for all, and so one event loop for all that talk to it: `pytestmark = ONE_LOOP`.
@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def new_visitor(browser: Browser) -> AsyncIterator[NewVisitor]:
    """Makes visitors; after the test none of their pages may have complained."""
    visitors: list[Visitor] = []

    async def new(served: Served, **options: Any) -> Visitor:
        context = await browser.new_context(**options)
        context.set_default_timeout(WAIT_MILLISECONDS)
        visitors.append(Visitor(context, served.url))
        return visitors[-1]

    yield new
    for visitor in visitors:
        await visitor.context.close()
    assert [complaint for visitor in visitors for complaint in visitor.complaints] == []


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(new_visitor: NewVisitor, chat: Served) -> Visitor:
    return await new_visitor(chat)


@pytest_asyncio.fixture(loop_scope="session")
async def slow_visitor(new_visitor: NewVisitor, slow_chat: Served) -> Visitor:
    """A visitor of the server whose answers take their time."""
    return await new_visitor(slow_chat)


async def ask(page: Page, question: str) -> None:
    await page.get_by_label("Your question").fill(question)
    await page.keyboard.press("Enter")
