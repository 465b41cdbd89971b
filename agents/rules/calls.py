"""Which tool calls the asks lead to, and which of the specialists at work makes each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Self

import msgspec

from agents.brief import TaskBrief
from agents.question import Ask, Period

Arguments = tuple[tuple[str, Any], ...]


class Call(msgspec.Struct, frozen=True):
    """A tool call that is wanted. Equal calls are made once."""

    tool: str
    arguments: Arguments = ()

    @classmethod
    def of(cls, tool: str, **arguments: Any) -> Self:
        """The call with those arguments that are given; dates as ISO 8601."""
        given = {name: plain(value) for name, value in arguments.items() if value not in (None, "", ())}
        return cls(tool, tuple(sorted(given.items())))

    @property
    def concept(self) -> str | None:
        """The concept that is looked up; of several, the first."""
        arguments = dict(self.arguments)
        return arguments.get("concept") or next(iter(arguments.get("concepts", ())), None)


CallsFor = Callable[[Ask, TaskBrief], Iterator[Call]]


def plain(value: Any) -> Any:
    """As it stands in JSON, and so that calls can be compared."""
    if isinstance(value, date):
        return value.isoformat()
    return tuple(plain(item) for item in value) if isinstance(value, list | tuple) else value


def of_period(period: Period | None) -> dict[str, date | None]:
    """A period as arguments."""
    return {"since": period.start, "until": period.end} if period else {}
