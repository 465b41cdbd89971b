"""Gives up a wait that takes too long, with one timer for all the waits of a stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TypeVar

T = TypeVar("T")


async def patient(items: AsyncIterator[T], *, seconds: float) -> AsyncIterator[T]:
    """The items as they come. What is done with one between two waits does not count.

    A time-out for each wait would cost more than a short wait itself. One task reads them all.

    Raises:
        TimeoutError: the next one did not come within so many seconds; it is given up at most as long again after that.
    """
    patience = _Patience(seconds)
    try:
        while True:
            try:
                item = await patience.wait(items)
            except StopAsyncIteration:
                return
            yield item
    finally:
        patience.end()


class _Patience:
    def __init__(self, seconds: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._seconds = seconds
        self._task = asyncio.current_task()
        self._waits = 0
        self._waiting = False
        self._given_up = False
        self._timer = self._loop.call_later(seconds, self._look, 0)

    async def wait(self, items: AsyncIterator[T]) -> T:
        self._waits += 1
        self._waiting = True
        try:
            return await anext(items)
        except asyncio.CancelledError:
            if not self._given_up or self._task is None or self._task.uncancel() > 0:
                raise
            raise TimeoutError from None
        finally:
            self._waiting = False

    def _look(self, seen: int) -> None:
        """Give up the wait that was under way at the last look as well."""
        if self._waiting and self._waits == seen and self._task is not None:
            self._given_up = True
            self._task.cancel()
            return
        self._timer = self._loop.call_later(self._seconds, self._look, self._waits)

    def end(self) -> None:
        self._timer.cancel()
