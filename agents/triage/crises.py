"""What somebody in a crisis says, put together from parts.

Each way of despair has few parts and endless wordings, so a rule joins parts instead of listing sentences: being gone
and others being the better for it, a means at hand and having had enough, longing and the dead. A rule is a line of
parts that must all be there, the first of them meant; `a|b` is either. Two different signs of a farewell are one too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache
from itertools import combinations

import msgspec

from agents.triage.clues import possible
from agents.triage.frames import meant, said
from agents.triage.patterns import Rule, patterns, rule
from agents.triage.plain import Plain


class Crisis(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    rules: tuple[str, ...]
    farewell: tuple[str, ...] = ()
    """Parts of which two different ones are enough."""


CRISES: tuple[Crisis, ...] = (
    Crisis(
        id="suicide",
        rules=(
            "pills_ready",
            "dose_asked",
            "death_asked",
            "on_edge",
            "not_waking",
            "why_exist",
            "means_taken_up",
            "means_kept drawn_to_it",
            "burden|worn_out|no_future height_near",
            "pills_taken",
            "absence others_fine|burden|no_future",
            "burden no_future|worn_out",
            "no_future worn_out|means_kept",
            "means_kept worn_out|farewell_letter|farewell_words|farewell_calm|farewell_affairs",
            "the_dead be_with longing",
            "insurance own_death",
            "stopped_treatment over_soon",
            "taken_too_much on_purpose",
            "farewell_calm no_future|worn_out",
            "someone_said their_despair",
        ),
        farewell=(
            "farewell_letter",
            "farewell_pets",
            "farewell_gifts",
            "farewell_affairs",
            "farewell_calm",
            "farewell_words",
        ),
    ),
    Crisis(id="self_harm", rules=("hurt_own_body to_feel",)),
    Crisis(
        id="psychosis_harm",
        rules=("inner_voice commanded violent_act", "meaning_harm", "infant dread_of_self infant_harmed"),
    ),
    Crisis(
        id="abuse",
        rules=("partner violence fear_of_close|close_threat", "fear_of_close close_threat partner"),
    ),
)


def joined(message: Plain) -> str | None:
    """The crisis that parts of a message add up to, or None."""
    at_hand = possible("crisis_parts", message.text)
    is_meant, is_there = _meant(message, at_hand), _there(message, at_hand)
    for crisis in CRISES:
        for heart, *rest in _rules(crisis):
            if any(map(is_meant, heart)) and all(any(map(is_there, part)) for part in rest):
                return crisis.id
    return None


@cache
def _rules(crisis: Crisis) -> tuple[Rule, ...]:
    farewells = (f"{one} {other}" for one, other in combinations(crisis.farewell, 2))
    return tuple(map(rule, (*crisis.rules, *farewells)))


def _meant(message: Plain, at_hand: Collection[str]) -> Callable[[str], bool]:
    @cache
    def look(name: str) -> bool:
        return name in at_hand and said(message, patterns("crisis_parts")[name], meant)

    return look


def _there(message: Plain, at_hand: Collection[str]) -> Callable[[str], bool]:
    @cache
    def look(name: str) -> bool:
        return name in at_hand and patterns("crisis_parts")[name].search(message.text) is not None

    return look
