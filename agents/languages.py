"""The languages of a run: what it tells a person is in the language of the question."""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    """One sentence in each language."""

    english: str
    spanish: str

    def told(self, *, spanish: bool) -> str:
        return self.spanish if spanish else self.english

    def answering(self, question: str) -> str:
        """The sentence in the language of a question."""
        # Not at the top: it takes a while to load, and a server is to start at once.
        from agents.understanding.spanish import asked_in_spanish

        return self.told(spanish=asked_in_spanish(question))
