"""When it is worth asking a model the same thing again, and after which pause."""

from __future__ import annotations

import asyncio
import random

from pydantic_ai.exceptions import (
    AgentRunError,
    ContentFilterError,
    ModelAPIError,
    ModelAuthenticationError,
    ModelNotFoundError,
    ModelQuotaExceededError,
    ModelRequestRejectedError,
    UnexpectedModelBehavior,
)

from agents.limits import Limits

_LASTING = (ModelRequestRejectedError, ModelQuotaExceededError, ContentFilterError)


def may_pass(error: Exception) -> bool:
    """Whether the same request may succeed a moment later: not one that was refused for what it is."""
    if isinstance(error, TimeoutError):
        return True
    return isinstance(error, ModelAPIError | UnexpectedModelBehavior) and not isinstance(error, _LASTING)


async def pause(attempt: int, *, error: Exception, limits: Limits) -> None:
    """Wait after that failed attempt (from 1 on): what the provider asks for, else a random part of a growing time."""
    grown = min(limits.pause_seconds * 2 ** (attempt - 1), limits.longest_pause_seconds)
    asked = error.retry_after if isinstance(error, ModelAPIError) else None
    waited = min(asked or 0.0, limits.longest_pause_seconds)
    # Not a secret: it only keeps those who failed together from coming back together.
    await asyncio.sleep(waited + random.uniform(0, grown))  # noqa: S311


def is_there(error: BaseException | None) -> bool:
    """Whether a model that failed with that error can be reached all the same, and so may manage something else."""
    out_of_reach = (TimeoutError, ModelAuthenticationError, ModelNotFoundError, ModelQuotaExceededError)
    if not isinstance(error, AgentRunError) or isinstance(error, out_of_reach):
        return False
    return not (isinstance(error, ModelAPIError) and may_pass(error))


def is_last(attempt: int, *, error: AgentRunError | TimeoutError, limits: Limits) -> bool:
    """Whether that attempt is not to be followed by another."""
    return attempt >= limits.attempts or not may_pass(error)
