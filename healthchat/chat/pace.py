"""How fast one person may ask: `HEALTHCHAT_ASK_RATE`, counted by each process for itself."""

from __future__ import annotations

import math
from typing import Any

from django.conf import settings
from rest_framework.throttling import SimpleRateThrottle


class Pace(SimpleRateThrottle):
    """One look at how often somebody has asked lately."""

    scope = "asking"

    def get_rate(self) -> str | None:
        rate: str | None = settings.HEALTHCHAT_ASK_RATE
        return rate

    def get_cache_key(self, request: Any, view: Any) -> str:
        return f"asking-{request}"


def seconds_to_wait(person: int) -> int:
    """How long somebody has to wait before asking; 0: not at all, and then this counts as asked."""
    pace = Pace()
    if pace.allow_request(person, None):  # type: ignore[arg-type]
        return 0
    return max(1, math.ceil(pace.wait() or 1))
