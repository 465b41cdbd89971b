"""What a formula returns instead of a number where it may not be used."""

from __future__ import annotations

import msgspec


class Refused(msgspec.Struct, frozen=True):
    """A formula that was not worked out, and why, in plain words that can be shown."""

    reason: str
