"""The urgency screen: rules, in front of every model, on every message.

Order: crisis said outright, emergency, crisis pieced together, what is very like either, critical value of the last
seven days, urgent, concern (somewhat like a crisis: the question is answered, with a word on where there is help),
scope, none. Nothing in a message lowers it. It leaves alone what is denied, long past, asked as a
lesson, or looked up in the records. English and Spanish.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache, partial
from typing import Literal, NamedTuple

import msgspec

from agents.clinical.critical import critical_now
from agents.events import Triage, TriageLevel
from agents.records import Records
from agents.triage import advice, background, readings
from agents.triage.clues import possible
from agents.triage.crises import joined
from agents.triage.families import FAMILIES, Family
from agents.triage.frames import Told, about_now, meant, said, told, without_idioms
from agents.triage.likeness import Likeness, likeness
from agents.triage.patterns import Rule, patterns, rule
from agents.triage.plain import Plain, folded, plain
from agents.triage.scope import limit

__all__ = ["screen"]

OWN_HAND = frozenset({"overdose_poison", "severe_bleeding", "trauma"})
"""What people also do to themselves: the words around it tell."""
LEAST_WORDS = 4
"""Fewer words say little, and of a message that was taken apart nothing."""


class Least(NamedTuple):
    """From which chances on a message that no rule fires on counts."""

    crisis: float
    emergency: float
    concern: float
    """Of a crisis: the question is answered, with a word on where there is help."""


WHOLE, PART = Least(0.45, 0.35, 0.2), Least(0.9, 0.85, 0.5)
"""For a message as it is; and for a sentence of one, what is left of one, and one of few words."""


def screen(text: str, *, records: Records | None = None, now: datetime | None = None, region: str = "us") -> Triage:
    """Say how urgent a message is, and what the person is told first.

    `records` raise it (a blood thinner and a blow to the head) and are looked through for critical values of the last
    seven days before `now`; without `now` that look is left out. `region` decides which numbers are named.
    """
    message = plain(text)
    message = Plain(without_idioms(message.text), message.sentences, message.spanish)
    tell = partial(_told, message=message, region=region)
    if crisis := _crisis(message):
        return tell("crisis", crisis)
    fired = _fired(message, records, now)
    if fired and fired.level == "emergency":
        return tell("crisis", "like_crisis") if _by_own_hand(message, fired) else tell("emergency", fired.id)
    # Put together from parts, and so less sure than what was said outright: after what cannot wait at all.
    if crisis := joined(message):
        return tell("crisis", crisis)
    alike = _alike(message, raised=fired is not None)
    if alike in {"crisis", "emergency"}:
        return tell(alike, f"like_{alike}")
    verdict = _at_leisure(text, message, fired, records=records, now=now, region=region)
    return _with_concern(verdict, tell("concern", "concern")) if alike else verdict


def _at_leisure(
    text: str, message: Plain, fired: Family | None, *, records: Records | None, now: datetime | None, region: str
) -> Triage:
    """What leaves time for an answer to the question."""
    if records is not None and now is not None and (hits := critical_now(records, now)):
        words, source = advice.told_of_result(hits[0], region=region, spanish=message.spanish)
        return Triage(level="critical_value", family="critical_lab", text=words, source=source)
    if fired:
        return _told("urgent", fired.id, message=message, region=region)
    if crossed := limit(folded(text), message):
        return _told("scope", crossed, message=message, region=region)
    return Triage(level="none")


def _with_concern(verdict: Triage, concern: Triage) -> Triage:
    """Beside what else is said first, if anything is; the limits of scope are said in the answer all the same."""
    if verdict.level in {"none", "scope"}:
        return concern
    return msgspec.structs.replace(verdict, text=f"{verdict.text}\n\n{concern.text}")


def _told(level: TriageLevel, family: str, *, message: Plain, region: str) -> Triage:
    words, source = advice.told(family, level, region=region, spanish=message.spanish)
    return Triage(level=level, family=family, text=words, source=source)


def _crisis(message: Plain) -> str | None:
    at_hand = possible("crises", message.text)
    for name, pattern in patterns("crises").items():
        if name in at_hand and said(message, pattern, meant):
            return name
    return None


def _by_own_hand(message: Plain, fired: Family) -> bool:
    if fired.id not in OWN_HAND or patterns("frames")["by_accident"].search(message.text):
        return False
    return likeness(message.text).crisis >= PART.crisis


def _alike(message: Plain, *, raised: bool) -> Literal["crisis", "emergency", "concern"] | None:
    """What no rule fires on, and yet is put as people put a crisis or, if it is not `raised` already, an emergency."""
    denied = _dismissed(message, "crises", meant)
    of_crisis = [(chance.crisis, least) for chance, least in _chances(told(message, dismissed=denied))]
    surely = PART.crisis if raised else 0.0
    crisis = max((chance for chance, least in of_crisis if chance >= max(least.crisis, surely)), default=0.0)
    if not raised:
        past = denied | _dismissed(message, "signs", about_now)
        of_emergency = _chances(told(message, dismissed=past))
        if any(chance.emergency >= max(least.emergency, crisis) for chance, least in of_emergency):
            return "emergency"
    if crisis:
        return "crisis"
    return "concern" if any(chance >= least.concern for chance, least in of_crisis) else None


def _chances(kept: Told) -> Iterator[tuple[Likeness, Least]]:
    """How alike it is, all together and sentence by sentence, each with the chances from which on it counts."""
    together = ". ".join(kept.sentences)
    if kept.whole and not _is_reading(together):
        yield likeness(together), WHOLE if len(together.split()) >= LEAST_WORDS else PART
    parts = {*kept.sentences, together} if len(kept.sentences) > 1 or not kept.whole else set()
    yield from ((likeness(part), PART) for part in parts if len(part.split()) >= LEAST_WORDS)


def _is_reading(text: str) -> bool:
    """Whether it is hardly more than a number with its name, which is for the readings to judge."""
    return len(text.split()) <= LEAST_WORDS and any(character.isdigit() for character in text)


def _dismissed(message: Plain, kind: str, holds: Callable[[Plain, int, int], bool]) -> set[int]:
    """Where something was said that does not hold of now."""
    named = patterns(kind)
    found = (match for name in possible(kind, message.text) for match in named[name].finditer(message.text))
    return {match.start() for match in found if not holds(message, *match.span())}


def _fired(message: Plain, records: Records | None, now: datetime | None) -> Family | None:
    typed = readings.marks(message, usual_oxygen=partial(background.usual_oxygen, records, now))
    at_hand = possible("signs", message.text) | _of_records() | {f"#{name}" for name in typed}
    there = _presence(message, records, now)
    for family, parts in _rules():
        for alternatives in parts:
            if at_hand.isdisjoint(alternatives) or not any(there(name) for name in alternatives if name in at_hand):
                break
        else:
            return family
    return None


@cache
def _rules() -> tuple[tuple[Family, Rule], ...]:
    return tuple((family, rule(line)) for family in FAMILIES for line in family.rules)


@cache
def _of_records() -> frozenset[str]:
    return frozenset(
        name for _, parts in _rules() for alternatives in parts for name in alternatives if name.startswith("@")
    )


def _presence(message: Plain, records: Records | None, now: datetime | None) -> Callable[[str], bool]:
    """Tell of what may be there whether it is: a sign, a `#number` typed, an `@entry of the records`."""
    signs = patterns("signs")

    @cache
    def there(name: str) -> bool:
        if name.startswith("#"):
            return True
        if name.startswith("@"):
            return background.knows(records, name[1:], now)
        return said(message, signs[name], about_now)

    return there
