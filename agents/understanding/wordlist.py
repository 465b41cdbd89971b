"""Sets of words, written as they are read."""

from __future__ import annotations

import re


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


def phrases(text: str) -> frozenset[str]:
    """The phrases of a text, which stand between commas; a line break counts as a space."""
    return frozenset(" ".join(phrase.split()) for phrase in re.split(r",", text) if phrase.strip())
