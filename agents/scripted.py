"""The `scripted` model: says what its name tells it to, when its name tells it to. For tests and measurements.

`scripted:tokens=100,every_ms=50` writes tokens `m=<time.monotonic_ns()> `, each stamped with the moment at which it
was due, so that a late loop shows. Options, all numbers:

    tokens     how many tokens (100)
    every_ms   the time between two of them; 0: all at once (0)
    bare       1: straight at the seam of `process_query`, with no agent in between (0)
    think_ms   the time that a specialist takes for each tool that it calls (0)
    fail_at    raise when this token is due
    hang_at    never go on when this token is due
    pause_at   say nothing for a while before this token
    pause_ms   for how long (0)
    odd_at     line breaks, a lone carriage return and wide characters in this token
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator

import msgspec

from agents.events import AnyEvent, Done, Text

PREFIX = "scripted:"
ODD = "one\r\ntwo\rthree\n\nfour \u2028 \u00e9 \U0001f9ea "


class ScriptedFailure(Exception):
    """The script says that the model fails here."""


class Script(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    tokens: int = 100
    every_ms: float = 0
    bare: int = 0
    think_ms: float = 0
    fail_at: int | None = None
    hang_at: int | None = None
    pause_at: int | None = None
    pause_ms: float = 0
    odd_at: int | None = None

    @classmethod
    def parse(cls, name: str) -> Script:
        """The script in a model's name.

        Raises:
            ValueError: an option is unknown or no number.
        """
        options = [option.partition("=") for option in name.removeprefix(PREFIX).split(",") if option]
        try:
            return msgspec.convert({key: value for key, _, value in options}, cls, strict=False)
        except msgspec.ValidationError as error:
            raise ValueError(f"the scripted model does not understand {name!r}: {error}") from None


def is_scripted(model: str) -> bool:
    return model.startswith(PREFIX)


def is_bare(model: str) -> bool:
    return is_scripted(model) and bool(Script.parse(model).bare)


async def tokens(script: Script) -> AsyncIterator[str]:
    """The script's tokens, each when it is due.

    Raises:
        ScriptedFailure: the script says so.
    """
    began = time.monotonic_ns()
    for number in range(script.tokens):
        if number == script.pause_at:
            began += int(script.pause_ms * 1_000_000)
        due = began + int((number + 1) * script.every_ms * 1_000_000) if script.every_ms else time.monotonic_ns()
        wait = (due - time.monotonic_ns()) / 1e9
        if wait > 0:
            await asyncio.sleep(wait)
        if number == script.fail_at:
            raise ScriptedFailure
        if number == script.hang_at:
            await asyncio.Event().wait()
        yield ODD if number == script.odd_at else f"m={due} "


async def bare(model: str) -> AsyncGenerator[AnyEvent, None]:
    """The script in place of a consultation."""
    async for token in tokens(Script.parse(model)):
        yield Text(content=token)
    yield Done(status="complete")
