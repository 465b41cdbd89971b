"""The hub: it wakes who watches, forgets the queue of who is slow, and misses no wake-up."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from healthchat.chat.hub import QUEUE_EVENTS, Hub, Sent

WAIT_SECONDS = 20.0
RUN = uuid4()


@pytest.fixture
def hub(alone: None) -> Hub:
    return Hub()


def sent(*numbers: int) -> list[Sent]:
    return [Sent(number, b"frame %d" % number, False) for number in numbers]


async def test_it_hands_events_to_all_who_watch_and_to_nobody_else(hub: Hub) -> None:
    with hub.subscribe(RUN) as one, hub.subscribe(RUN) as other, hub.subscribe(uuid4()) as elsewhere:
        hub.publish(RUN, sent(1, 2))

        assert one.take(10) == other.take(10) == sent(1, 2)
        assert elsewhere.take(10) == []


async def test_it_wakes_who_waits(hub: Hub) -> None:
    with hub.subscribe(RUN) as subscription:
        waiting = asyncio.ensure_future(subscription.wait(WAIT_SECONDS))
        await asyncio.sleep(0)
        hub.publish(RUN, sent(1))

        assert await asyncio.wait_for(waiting, WAIT_SECONDS)


async def test_it_says_when_nothing_came(hub: Hub) -> None:
    with hub.subscribe(RUN) as subscription:
        assert not await subscription.wait(0.01)


async def test_it_remembers_that_it_was_woken_while_nobody_waited(hub: Hub) -> None:
    with hub.subscribe(RUN) as subscription:
        hub.publish(RUN)

        assert await subscription.wait(0.01)
        assert not await subscription.wait(0.01)


async def test_it_forgets_the_queue_of_a_slow_reader_and_lets_it_know(hub: Hub) -> None:
    with hub.subscribe(RUN) as subscription:
        hub.publish(RUN, sent(*range(1, QUEUE_EVENTS + 2)))

        assert await subscription.wait(0.01)
        assert subscription.take(10) == []
        assert not await subscription.wait(0.01)


async def test_it_wakes_nobody_twice_for_events_that_were_taken(hub: Hub) -> None:
    with hub.subscribe(RUN) as subscription:
        hub.publish(RUN, sent(1))

        assert await subscription.wait(0.01)
        assert subscription.take(10) == sent(1)
        assert not await subscription.wait(0.01)


async def test_it_takes_no_more_than_it_is_asked_for(hub: Hub) -> None:
    with hub.subscribe(RUN) as subscription:
        hub.publish(RUN, sent(1, 2, 3))

        assert subscription.take(2) == sent(1, 2)
        assert await subscription.wait(0.01)
        assert subscription.take(2) == sent(3)


async def test_it_counts_who_watches_and_forgets_who_leaves(hub: Hub) -> None:
    with hub.subscribe(RUN, visitor="alice"), hub.subscribe(RUN, visitor="alice"):
        assert hub.watchers == 2

    assert hub.watchers == 0
    assert (hub.topics, hub.visitors) == ({}, {})


async def test_it_ends_the_feeds_of_one_visitor(hub: Hub) -> None:
    with hub.subscribe(RUN, visitor="alice") as hers, hub.subscribe(RUN, visitor="charlie") as his:
        waiting = asyncio.ensure_future(hers.wait(WAIT_SECONDS))
        await asyncio.sleep(0)
        hub.show_out("alice")

        assert await asyncio.wait_for(waiting, WAIT_SECONDS)
        assert (hers.ended, his.ended) == (True, False)


async def test_it_ends_all_feeds_and_those_that_come_too_late(hub: Hub) -> None:
    with hub.subscribe(RUN) as subscription:
        hub.close()

        assert subscription.ended
        assert hub.subscribe(RUN).ended
