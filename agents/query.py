"""What a consultation is asked."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier message of the conversation."""

    role: Literal["user", "assistant"]
    text: str


class Query(msgspec.Struct, frozen=True, kw_only=True):
    text: str
    now: datetime
    """Aware. "Last year", ages and "due" are reckoned from it; nothing reads the clock."""
    history: tuple[Turn, ...] = ()
    """Oldest first, without the question itself."""
    region: Literal["us", "eu", "uk"] = "us"
    """Decides which emergency numbers are named first."""
