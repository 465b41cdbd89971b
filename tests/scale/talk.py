"""A person who asks an installation and watches its feeds, and what they wait for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from tests.faults.checker import check
from tests.faults.client import Address, Caller, CutError, EventSource
from tests.faults.history import Asked, History
from tests.faults.proxy import Proxy
from tests.faults.server import Server

WAIT_SECONDS = 120.0


class Talk:
    """A person who asks through one way in and watches through others; what they saw is checked at the end."""

    def __init__(self, caller: Caller, *, tokens: int | None = None) -> None:
        self.caller = caller
        self.history = History()
        self._tokens = tokens
        """How many an answer has."""
        self._watching: list[asyncio.Future[None]] = []

    async def ask(self, question: str, *, by: Server | Proxy | Address | None = None) -> Asked:
        """Ask until it is acknowledged, as the page does, with one key."""
        caller = self.caller if by is None else self.caller.through(by)
        async with asyncio.timeout(WAIT_SECONDS):
            while True:
                try:
                    answer = await caller.ask(question, key=question)
                except (CutError, OSError):
                    answer = None
                if answer is not None and answer.status in (200, 201):
                    return self.history.acknowledged(question, answer.json())
                await asyncio.sleep(0.2)

    def watch(self, asked: Asked, *, by: Server | Proxy | Address | None = None, accepts: str = "identity") -> None:
        caller = self.caller if by is None else self.caller.through(by)
        source = EventSource(caller, asked.feed, asked.reader(), bears=(502, 503, 504), accepts=accepts)
        self._watching.append(asyncio.ensure_future(source.watch()))

    async def watched(self, questions: int, what: str = "") -> list[Asked]:
        """Ask so many questions, and watch each."""
        asked = [await self.ask(f"Question {number}{what}?") for number in range(questions)]
        for one in asked:
            self.watch(one)
        return asked

    async def check(self) -> None:
        await asyncio.gather(*self._watching)
        await check(self.history, self.caller, tokens=self._tokens)


def have_begun(asked: Sequence[Asked]) -> bool:
    return all(one.readers[0].events for one in asked)


def have_ended(asked: Sequence[Asked]) -> bool:
    return all(one.readers[0].ended for one in asked)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT_SECONDS):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
