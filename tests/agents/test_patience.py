from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from agents.patience import patient


async def numbers(*, hang_at: int | None = None) -> AsyncIterator[int]:
    for number in range(5):
        if number == hang_at:
            await asyncio.Event().wait()
        await asyncio.sleep(0)
        yield number


async def test_it_hands_on_what_comes() -> None:
    assert [number async for number in patient(numbers(), seconds=30)] == [0, 1, 2, 3, 4]


async def test_it_gives_up_one_that_does_not_come() -> None:
    items = patient(numbers(hang_at=3), seconds=0.02)
    assert [await anext(items) for _ in range(3)] == [0, 1, 2]

    with pytest.raises(TimeoutError):
        await anext(items)

    assert (task := asyncio.current_task()) is not None
    assert task.cancelling() == 0


async def test_it_does_not_count_what_is_done_between() -> None:
    seen = []

    async for number in patient(numbers(), seconds=0.01):
        await asyncio.sleep(0.03)
        seen.append(number)

    assert seen == [0, 1, 2, 3, 4]


async def test_it_can_still_be_cancelled() -> None:
    async def reads() -> None:
        async for _ in patient(numbers(hang_at=2), seconds=30):
            pass

    task = asyncio.create_task(reads())
    await asyncio.sleep(0.01)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_it_leaves_no_timer_behind() -> None:
    items = patient(numbers(), seconds=0.01)
    await anext(items)
    await items.aclose()  # type: ignore[attr-defined]

    await asyncio.sleep(0.05)

    assert (task := asyncio.current_task()) is not None
    assert task.cancelling() == 0
