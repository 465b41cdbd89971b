"""The languages of a run: what it tells a person is in the language of the question."""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    """One sentence in each language."""

    english: str
    spanish: str

    def told(self, *, spanish: bool) -> str:
        return self.spanish if spanish else self.english
