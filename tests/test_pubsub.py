from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from urllib.parse import urlsplit

import pytest
from redis.asyncio import Redis

from healthchat import pubsub
from healthchat.pubsub import PubSub
from tests.faults.proxy import Fault, before
from tests.scale.site import Redis as Server

pytestmark = pytest.mark.needs("redis")

WAIT_SECONDS = 20.0
SECRET = "a secret of this installation"  # noqa: S105
WORDS = b"zinnober-quastenflosser"

Heard = list[bytes | None]
Party = Callable[..., PubSub]


@pytest.fixture
async def party(redis_url: str) -> AsyncIterator[Party]:
    """Makes processes, as far as telling each other goes."""
    made: list[PubSub] = []

    def make(secret: str = SECRET) -> PubSub:
        made.append(PubSub(redis_url, secret=secret))
        return made[-1]

    yield make
    for one in made:
        await one.close()


async def test_it_tells_others_in_the_order_in_which_it_was_said(party: Party) -> None:
    one, other = party(), party()
    heard: Heard = []
    other.listen("run", heard.append)
    await until(lambda: heard == [None])

    for number in range(100):
        one.say("run", b"%d" % number)

    await until(lambda: len(heard) == 101)
    assert heard[1:] == [b"%d" % number for number in range(100)]


async def test_it_hears_only_what_it_listens_to(party: Party) -> None:
    one, other = party(), party()
    heard: Heard = []
    left: Heard = []
    other.listen("run", heard.append)
    other.listen("left", left.append)
    await until(lambda: heard == left == [None])
    other.unlisten("left")

    one.say("left", WORDS)
    one.say("elsewhere", WORDS)
    one.say("run", b"last")

    await until(lambda: heard == [None, b"last"])
    assert left == [None]


async def test_it_tells_nothing_to_who_has_not_the_secret(party: Party, redis_url: str) -> None:
    one, stranger = party(), party("of another installation")
    heard: Heard = []
    stranger.listen("run", heard.append)
    seen: list[bytes] = []
    async with Redis.from_url(redis_url) as redis, redis.pubsub() as everything:
        await everything.psubscribe("*")
        one.say("run", WORDS)
        async with asyncio.timeout(WAIT_SECONDS):
            while not seen:
                message = await everything.get_message(timeout=1)
                if message is not None and message["type"] == "pmessage":
                    seen.append(message["data"])

    assert WORDS not in seen[0]
    assert WORDS not in heard


async def test_it_begins_to_listen_again_after_the_connection_was_cut(party: Party, redis_url: str) -> None:
    one, other = party(), party()
    heard: Heard = []
    other.listen("run", heard.append)
    await until(lambda: heard == [None])

    async with Redis.from_url(redis_url) as redis:
        await redis.client_kill_filter(_type="pubsub")
    await until(lambda: heard == [None, None])
    one.say("run", b"after")

    await until(lambda: heard[-1] == b"after")


async def test_it_notices_that_redis_is_silent_and_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pubsub, "SILENCE_SECONDS", 0.1)
    monkeypatch.setattr(pubsub, "ANSWER_SECONDS", 0.5)
    redis = Server()
    address = urlsplit(redis.url)
    heard: Heard = []
    async with before(address.hostname, address.port, lambda _: Fault()) as way:
        other = PubSub(f"redis://{way.host}:{way.port}/0", secret=SECRET)
        other.listen("run", heard.append)
        await until(lambda: heard == [None])
        await asyncio.sleep(0.5)
        assert other.connected

        way.silence()
        await until(lambda: not other.connected)
        way.speak()

        await until(lambda: heard == [None, None])
        await other.close()
    redis.stop()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT_SECONDS):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
