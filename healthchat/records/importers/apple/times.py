"""Apple's times: `2025-01-01 07:38:00 +0100`, the wall clock with the offset it had."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

_WRITTEN = re.compile(
    r"(\d{4}-\d{2}-\d{2}) ([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60) ([+-])(0\d|1[0-4]):?([0-5]\d)\Z", re.ASCII
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Unreadable(ValueError):
    """A time that is not written as Apple writes it."""


def seconds(written: str) -> int:
    """Seconds since 1970, UTC, so that a night in which the clocks change is as long as it was.

    Raises:
        Unreadable: it is no such time.
    """
    if len(written) == 25:
        try:
            # As it nearly always is, and read four million times in a large export.
            return (
                _midnight(written[:10], written[20:])
                + int(written[11:13]) * 3600
                + int(written[14:16]) * 60
                + int(written[17:19])
            )
        except ValueError:
            raise Unreadable from None
    match = _WRITTEN.match(written)
    if match is None:
        raise Unreadable
    day, hours, minutes, rest = match[1], match[2], match[3], match[4]
    return _midnight(day, match[5] + match[6] + match[7]) + int(hours) * 3600 + int(minutes) * 60 + int(rest)


def span(start: str, end: str) -> tuple[int, int]:
    """Begin and end in seconds since 1970; if the offsets have it end before it began, the wall clock counts.

    Raises:
        Unreadable: one of them is no time.
    """
    began, ended = seconds(start), seconds(end)
    if ended < began and end[:19] > start[:19]:
        began = ended - (seconds(f"{end[:19]} +0000") - seconds(f"{start[:19]} +0000"))
    return began, ended


def iso(written: str) -> str:
    """The same time in ISO 8601; of what is not such a time, its day.

    Raises:
        Unreadable: there is no day in it either.
    """
    match = _WRITTEN.match(written)
    if match is not None and match[4] != "60":
        return f"{match[1]}T{match[2]}:{match[3]}:{match[4]}{match[5]}{match[6]}:{match[7]}"
    return day_of(written)


def day_of(written: str) -> str:
    """The calendar day as it stands in the export.

    Raises:
        Unreadable: there is none.
    """
    return _day(written[:10])


@lru_cache(maxsize=20_000)
def _day(written: str) -> str:
    try:
        if len(written) != 10 or not 1850 <= datetime.fromisoformat(written).year < 2200:
            raise Unreadable
    except ValueError:
        raise Unreadable from None
    return written


@lru_cache(maxsize=20_000)
def _midnight(day: str, offset: str) -> int:
    """When a day began in a zone, in seconds since 1970."""
    if len(offset) != 5 or offset[0] not in "+-":
        raise Unreadable
    ahead = (int(offset[1:3]) * 60 + int(offset[3:5])) * (-60 if offset[0] == "-" else 60)
    began = datetime.fromisoformat(_day(day)).replace(tzinfo=UTC)
    return int((began - _EPOCH).total_seconds()) - ahead
