"""How much a run may take: steps, tokens, tool calls and seconds, in all and for each specialist."""

from __future__ import annotations

import msgspec


class Allowed(msgspec.Struct, frozen=True, kw_only=True):
    """What may be taken of each kind."""

    requests: int
    tokens: int
    tool_calls: int
    seconds: float


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    run: Allowed = Allowed(requests=48, tokens=400_000, tool_calls=200, seconds=300.0)
    specialist: Allowed = Allowed(requests=8, tokens=120_000, tool_calls=40, seconds=60.0)
    """Each of them; together they take no more than the run may."""
    finding_tokens: int = 2_000
    """What a specialist may write in one step."""
    answer_tokens: int = 4_000
    answer_characters: int = 24_000
    response_bytes: int = 8_000_000
    connect_seconds: float = 5.0
    stall_seconds: float = 45.0
    """How long a model may be silent."""
    attempts: int = 3
    """How often the same thing is asked before it counts as failed."""
    pause_seconds: float = 0.5
    """Before the second attempt; twice as long before each further one, and always a random part of it."""
    longest_pause_seconds: float = 10.0
