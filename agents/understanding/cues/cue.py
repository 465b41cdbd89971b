"""A wording that speaks for an intent, with a weight."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from agents.question import Intent
from agents.understanding.cues.conditions import always
from agents.understanding.slots import Slots

Condition = Callable[[Slots], bool]


class Cue(NamedTuple):
    intent: Intent
    weight: float
    pattern: re.Pattern[str]
    condition: Condition

    def speaks(self, slots: Slots) -> bool:
        found = self.pattern.search(slots.frame) or self.pattern.search(slots.text)
        return found is not None and self.condition(slots)


def cue(intent: Intent, weight: float, *wordings: str, when: Condition = always) -> Cue:
    """A cue that any of the wordings (regular expressions on the frame or the words) gives, if `when` holds."""
    return Cue(intent, weight, re.compile("|".join(wordings)), when)
