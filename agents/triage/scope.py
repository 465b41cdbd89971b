"""What the product does not do, and how people ask for it: dosing, stopping, diagnosing, prescribing, others' records.

Looking up what the record says ("what dose am I on") is no matter of scope, and neither is whether two medicines are in
the list of known interactions.
"""

from __future__ import annotations

from typing import Literal

from agents.triage.patterns import patterns
from agents.triage.plain import Plain

Limit = Literal["dose", "stop", "diagnose", "prescribe", "others_records"]

_LIMITS: tuple[Limit, ...] = ("others_records", "stop", "dose", "prescribe", "diagnose")


def limit(text: str, message: Plain) -> Limit | None:
    """The first limit that a message asks to cross; `text` is the folded message with its apostrophes."""
    asked = patterns("scope")
    for name in _LIMITS:
        found = asked[name].search(text) or asked[name].search(message.text)
        if found and not (name == "diagnose" and asked["in_record"].search(message.text)):
            return name
    return None
