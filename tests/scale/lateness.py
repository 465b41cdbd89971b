"""How late people see what a scripted model writes: each of its tokens says when it was due."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from tests.faults.history import Seen

STAMP = re.compile(r"m=(\d+)")
SECOND = 1e9


class Token(NamedTuple):
    """One token's moments, as `time.monotonic_ns()`."""

    due: int
    seen: int

    @property
    def seconds_late(self) -> float:
        return (self.seen - self.due) / SECOND


def tokens_of(seen: Seen) -> list[Token]:
    both = zip(seen.events, seen.arrived, strict=True)
    return [Token(int(stamp), at) for event, at in both for stamp in STAMP.findall(event.data)]


def back_after(seen: Seen, moment: int) -> float:
    """The seconds from a moment until a reader that was cut then saw the next event by another way."""
    return (min(at for at in seen.arrived if at > seen.cut_at) - moment) / SECOND


def after_return(readers: Iterable[Seen], back: int) -> str:
    """What people noticed of something that was gone and came back at a moment."""
    tokens = [token for seen in readers for token in tokens_of(seen)]
    caught_up = max(token.seen for token in tokens if token.due < back) - back
    late = max(token.seconds_late for token in tokens if token.due >= back)
    return f"all from before was there {max(caught_up / SECOND, 0):.2f} s after it, tokens after it {late:.2f} s late"
