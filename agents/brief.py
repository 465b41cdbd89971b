"""What a model is handed: the brief of a specialist and the brief of the answer, each a block of JSON in a prompt.

Records were written by others, so a brief is marked as data and nothing in it can close its own mark.
"""

from __future__ import annotations

from datetime import date
from typing import Self

import msgspec

from agents.events import Claim, Gap, Skipped, Specialist
from agents.question import Ask

OPEN = "<brief>"
CLOSE = "</brief>"


class Brief(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is common to both: the question and the day it is asked on."""

    question: str
    today: date
    asks: tuple[Ask, ...] = ()

    def to_prompt(self, lead: str) -> str:
        """`lead`, then the brief as marked data."""
        data = msgspec.json.encode(self).decode().replace("<", "\\u003c")
        return f"{lead}\n\n{OPEN}\n{data}\n{CLOSE}"

    @classmethod
    def from_prompt(cls, prompt: str) -> Self:
        """The brief that `to_prompt` wrote into `prompt`.

        Raises:
            ValueError: there is none.
        """
        _, opened, rest = prompt.partition(OPEN)
        data, closed, _ = rest.partition(CLOSE)
        if not (opened and closed):
            raise ValueError("the prompt holds no brief")
        return msgspec.json.decode(data, type=cls)


class TaskBrief(Brief, frozen=True, kw_only=True, omit_defaults=True):
    """What one specialist is asked."""

    specialist: Specialist
    task: str
    team: tuple[Specialist, ...] = ()
    """Everyone who works on the question."""


class AnswerBrief(Brief, frozen=True, kw_only=True, omit_defaults=True):
    """What the answer is written from: claims and what is missing, nothing else."""

    summary: str
    """What the question was taken to mean."""
    claims: tuple[Claim, ...] = ()
    gaps: tuple[Gap, ...] = ()
    skipped: tuple[Skipped, ...] = ()
