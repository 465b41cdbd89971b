"""Tells the other processes of an installation what happens here, through Redis; with no `REDIS_URL` nobody is told.

A hint, no more: Redis keeps nothing of it, and while it is gone nothing is told. Whoever listens is called without data
each time that listening begins, also after Redis was gone: what happened before has to be looked up in the database.
"""

from __future__ import annotations

import asyncio
import contextvars
import hashlib
import logging
import os
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings

RETRY_SECONDS = 0.5
ANSWER_SECONDS = 5.0
"""How long Redis may take to connect and to answer."""
SILENCE_SECONDS = 5.0
"""After so long without a word from Redis it is asked whether it is still there."""
MOST_WAITING = 10_000
"""What may wait for Redis; above it the oldest is forgotten."""
NONCE_BYTES = 12

Heard = Callable[[bytes | None], None]

logger = logging.getLogger(__name__)


class PubSub:
    """One event loop's way to the other processes. Redis sees ids of topics, and what is said is encrypted."""

    def __init__(self, url: str, *, secret: str) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        from redis.asyncio import Redis
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff

        key = hashlib.blake2b(secret.encode(), digest_size=32, person=b"healthchat").digest()
        self._cipher = AESGCM(key)
        # Two installations on one Redis do not hear each other.
        self._prefix = f"healthchat:{hashlib.blake2b(key, digest_size=6).hexdigest()}:"
        self._redis = Redis.from_url(
            url,
            socket_connect_timeout=ANSWER_SECONDS,
            socket_timeout=ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        self._heard: dict[str, Heard] = {}
        self._subscribed: set[str] = set()
        self._line: Any = None
        self._waiting: list[tuple[str, bytes]] = []
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self.connected = False
        """Whether this process hears the others at the moment."""

    def listen(self, topic: str, heard: Heard) -> None:
        """Call `heard` with whatever other processes say about a topic, until `unlisten`."""
        self._heard[self._prefix + topic] = heard
        self._begin("hear", self._hear)
        self._begin("adjust", self._adjust)

    def unlisten(self, topic: str) -> None:
        self._heard.pop(self._prefix + topic, None)
        self._begin("adjust", self._adjust)

    def say(self, topic: str, data: bytes) -> None:
        """Tell the other processes, as soon as may be; return at once."""
        self._waiting.append((topic, data))
        del self._waiting[:-MOST_WAITING]
        self._begin("say", self._say)

    async def close(self) -> None:
        for task in (tasks := tuple(self._tasks.values())):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._redis.aclose()

    def _begin(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        if name not in self._tasks or self._tasks[name].done():
            self._tasks[name] = asyncio.get_running_loop().create_task(work(), context=contextvars.Context())

    async def _say(self) -> None:
        from redis.exceptions import RedisError

        while self._waiting:
            said, self._waiting = self._waiting, []
            pipeline = self._redis.pipeline(transaction=False)
            for topic, data in said:
                nonce = os.urandom(NONCE_BYTES)
                pipeline.publish(self._prefix + topic, nonce + self._cipher.encrypt(nonce, data, topic.encode()))
            try:
                await pipeline.execute()
            except (RedisError, OSError) as error:
                logger.warning("the other processes cannot be told: %s", type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)

    async def _hear(self) -> None:
        from redis.exceptions import RedisError

        while self._heard:
            try:
                async with self._redis.pubsub() as line:
                    topics = set(self._heard)
                    await line.subscribe(*topics)
                    self._line, self._subscribed = line, topics
                    self.connected = True
                    # Others may have been asked for meanwhile.
                    self._begin("adjust", self._adjust)
                    while self._heard:
                        self._take(await _said(line))
            except (RedisError, OSError) as error:
                logger.warning("the other processes are not heard: %s", type(error).__name__)
            finally:
                self._line, self.connected = None, False
            await asyncio.sleep(RETRY_SECONDS)

    def _take(self, message: dict[str, Any]) -> None:
        if message["type"] not in ("message", "subscribe"):
            return
        name = message["channel"].decode()
        heard = self._heard.get(name)
        if heard is None:
            return
        if message["type"] == "subscribe":
            heard(None)
            return
        from cryptography.exceptions import InvalidTag

        sealed = message["data"]
        topic = name.removeprefix(self._prefix).encode()
        with suppress(InvalidTag):  # said by somebody else
            heard(self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], topic))

    async def _adjust(self) -> None:
        """Subscribe to what is listened to, and to nothing else; while Redis is gone, `_hear` sees to it."""
        from redis.exceptions import RedisError

        while self._line is not None:
            wanted = set(self._heard)
            new, gone = wanted - self._subscribed, self._subscribed - wanted
            if not (new or gone):
                return
            self._subscribed = wanted
            with suppress(RedisError, OSError):
                if new:
                    await self._line.subscribe(*new)
                if gone:
                    await self._line.unsubscribe(*gone)


async def _said(line: Any) -> dict[str, Any]:
    """The next message, which may say no more than that Redis is there.

    Raises:
        OSError: it does not even say that.
    """
    message: dict[str, Any] | None = await line.get_message(timeout=SILENCE_SECONDS)
    if message is None:
        await line.ping()
        message = await line.get_message(timeout=ANSWER_SECONDS)
        if message is None:
            raise TimeoutError
    return message


_here: WeakKeyDictionary[asyncio.AbstractEventLoop, PubSub] = WeakKeyDictionary()


def pubsub() -> PubSub | None:
    """The running loop's; None where the installation has no Redis."""
    if not settings.REDIS_URL:
        return None
    loop = asyncio.get_running_loop()
    return _here.get(loop) or _here.setdefault(loop, PubSub(settings.REDIS_URL, secret=settings.SECRET_KEY))
