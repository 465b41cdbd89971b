"""How much a run may take: steps, tokens, tool calls and seconds, in all and for each specialist."""

from __future__ import annotations

import msgspec


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    run_requests: int = 48
    run_tokens: int = 400_000
    run_tool_calls: int = 200
    run_seconds: float = 300.0
    specialist_requests: int = 8
    specialist_tokens: int = 120_000
    specialist_tool_calls: int = 40
    specialist_seconds: float = 60.0
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
